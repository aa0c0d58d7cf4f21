// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Which moment a time stamp of Boost.Log is, and how times are written.

#include "observe/log_time.hpp"

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

BOOST_AUTO_TEST_SUITE(log_time)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using time_point = std::chrono::system_clock::time_point;
using boost::posix_time::ptime;

// The time zone while it lives.
class time_zone {
 public:
  explicit time_zone(char const* name) {
    if (auto const* const before = std::getenv("TZ")) before_ = before;
    set(name);
  }
  time_zone(time_zone const&) = delete;
  time_zone& operator=(time_zone const&) = delete;
  ~time_zone() { set(before_ ? before_->c_str() : nullptr); }

 private:
  static void set(char const* name) {
    name ? ::setenv("TZ", name, 1) : ::unsetenv("TZ");
    ::tzset();
  }
  std::optional<std::string> before_;
};

// Berlin's rules, which need no files.
constexpr char const* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr char const* new_york = "EST5EDT,M3.2.0,M11.1.0";

time_point utc(int year, unsigned month, unsigned day, std::chrono::microseconds of_day) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)} +
         of_day;
}
ptime stamp(int year, unsigned month, unsigned day, std::chrono::microseconds of_day) {
  return {boost::gregorian::date(static_cast<unsigned short>(year), static_cast<unsigned short>(month),
                                 static_cast<unsigned short>(day)),
          boost::posix_time::microseconds{of_day.count()}};
}
std::string text_of(time_point time) {
  std::string text;
  append_utc_time(text, time);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stamp_is_local_time) {
  auto const instant = utc(2026, 11, 22, 10h + 15min + 30s + 123456us);
  for (auto const& [zone, hour] : {std::pair{berlin, 11h}, std::pair{new_york, 5h}, std::pair{"UTC0", 10h}}) {
    time_zone const here{zone};
    auto const local = stamp(2026, 11, 22, hour + 15min + 30s + 123456us);
    BOOST_TEST(text_of(time_of_stamp(local, instant)) == text_of(instant));
    BOOST_TEST(text_of(time_of_stamp(local, instant + 24h * 300)) == text_of(instant));
  }
}

BOOST_AUTO_TEST_CASE(summer_time_counts) {
  time_zone const here{berlin};
  auto const instant = utc(2026, 7, 1, 10h);
  BOOST_TEST(text_of(time_of_stamp(stamp(2026, 7, 1, 12h), instant)) == text_of(instant));
}

BOOST_AUTO_TEST_CASE(a_stamp_that_makes_sense_only_as_utc_is_utc) {
  auto const instant = utc(2026, 11, 22, 10h);
  for (auto const* const zone : {berlin, new_york}) {
    time_zone const here{zone};
    BOOST_TEST(text_of(time_of_stamp(stamp(2026, 11, 22, 10h), instant + 1s)) == text_of(instant));
  }
}

BOOST_AUTO_TEST_CASE(of_an_hour_that_comes_twice_it_is_the_nearer_one) {
  time_zone const here{berlin};
  for (auto const instant : {utc(2026, 10, 25, 0h + 30min), utc(2026, 10, 25, 1h + 30min)})
    BOOST_TEST(text_of(time_of_stamp(stamp(2026, 10, 25, 2h + 30min), instant + 1s)) == text_of(instant));
}

BOOST_AUTO_TEST_CASE(a_stamp_that_is_none_is_now) {
  auto const now = utc(2026, 11, 22, 10h);
  BOOST_TEST(text_of(time_of_stamp(ptime{}, now)) == text_of(now));
  BOOST_TEST(text_of(time_of_stamp(ptime{boost::posix_time::pos_infin}, now)) == text_of(now));
}

BOOST_AUTO_TEST_CASE(a_local_time_that_there_was_not_is_taken_as_utc) {
  time_zone const here{berlin};
  auto const instant = utc(2026, 3, 29, 2h + 30min);
  BOOST_TEST(text_of(time_of_stamp(stamp(2026, 3, 29, 2h + 30min), instant)) == text_of(instant));
}

BOOST_AUTO_TEST_CASE(times_are_written_with_microseconds) {
  BOOST_TEST(text_of(utc(2026, 1, 2, 3h + 4min + 5s + 6us)) == "2026-01-02T03:04:05.000006Z");
  BOOST_TEST(text_of(utc(1969, 12, 31, 23h + 59min + 59s + 999999us)) == "1969-12-31T23:59:59.999999Z");
  time_zone const here{new_york};
  std::string local;
  append_local_time(local, utc(2026, 1, 2, 3h + 4min + 5s + 6us));
  BOOST_TEST(local == "2026-01-01 22:04:05.000006");
  std::string syslog;
  append_syslog_time(syslog, utc(2026, 1, 2, 3h + 4min + 5s));
  BOOST_TEST(syslog == "Jan  1 22:04:05");
}

BOOST_AUTO_TEST_SUITE_END()
