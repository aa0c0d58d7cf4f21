// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_time.hpp"

#include <boost/date_time/posix_time/conversion.hpp>

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>

namespace reeve {
namespace {

using std::chrono::microseconds;
using time_point = std::chrono::system_clock::time_point;

bool same_local_time(std::tm const& a, std::tm const& b) {
  return a.tm_min == b.tm_min && a.tm_hour == b.tm_hour && a.tm_mday == b.tm_mday && a.tm_mon == b.tm_mon &&
         a.tm_year == b.tm_year;
}

// Those local times that the fields stand for: two of the hour that comes twice.
std::optional<std::time_t> seconds_of_local_time(std::tm const& fields, int is_dst) {
  auto asked = fields;
  asked.tm_isdst = is_dst;
  auto const seconds = std::mktime(&asked);
  std::tm back{};
  if (::localtime_r(&seconds, &back) == nullptr || !same_local_time(back, fields)) return std::nullopt;
  return seconds;
}

struct log_time_parts {
  std::time_t seconds;
  int micros;
};

log_time_parts split_log_time(time_point time) {
  auto const micros = std::chrono::floor<microseconds>(time.time_since_epoch());
  auto const seconds = std::chrono::floor<std::chrono::seconds>(micros);
  return {.seconds = static_cast<std::time_t>(seconds.count()),
          .micros = static_cast<int>((micros - seconds).count())};
}

void append_date_and_time(std::string& out, std::tm const& fields, int micros, char between) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d%c%02d:%02d:%02d.%06d", fields.tm_year + 1900,
                fields.tm_mon + 1, fields.tm_mday, between, fields.tm_hour, fields.tm_min, fields.tm_sec,
                micros);
  out += text.data();
}

}  // namespace

time_point time_of_stamp(boost::posix_time::ptime const& stamp, time_point now) {
  if (stamp.is_special()) return now;
  auto fields = boost::posix_time::to_tm(stamp);
  auto const of = [&](std::time_t seconds) {
    return std::chrono::system_clock::from_time_t(seconds) +
           microseconds{stamp.time_of_day().total_microseconds() % 1'000'000};
  };
  auto const distance = [&](time_point time) { return time < now ? now - time : time - now; };

  auto const as_utc = of(::timegm(&fields));
  std::optional<time_point> nearest;
  for (int const is_dst : {0, 1})
    if (auto const seconds = seconds_of_local_time(fields, is_dst))
      if (auto const time = of(*seconds); !nearest || distance(time) < distance(*nearest)) nearest = time;
  if (!nearest) return as_utc;
  constexpr std::chrono::minutes recent{1};
  return distance(*nearest) > recent && distance(as_utc) <= recent ? as_utc : *nearest;
}

void append_utc_time(std::string& out, time_point time) {
  auto const [seconds, micros] = split_log_time(time);
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  append_date_and_time(out, fields, micros, 'T');
  out += 'Z';
}

void append_local_time(std::string& out, time_point time) {
  auto const [seconds, micros] = split_log_time(time);
  std::tm fields{};
  ::localtime_r(&seconds, &fields);
  append_date_and_time(out, fields, micros, ' ');
}

void append_syslog_time(std::string& out, time_point time) {
  // Not by strftime, which knows other languages.
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const seconds = split_log_time(time).seconds;
  std::tm fields{};
  ::localtime_r(&seconds, &fields);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s %2d %02d:%02d:%02d",
                months.at(static_cast<std::size_t>(fields.tm_mon)), fields.tm_mday, fields.tm_hour,
                fields.tm_min, fields.tm_sec);
  out += text.data();
}

}  // namespace reeve
