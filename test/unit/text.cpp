// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/error.hpp"
#include "reeve/exit_record.hpp"
#include "reeve/worker_event.hpp"
#include "reeve/worker_id.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <memory>
#include <set>
#include <sstream>
#include <string>

BOOST_AUTO_TEST_SUITE(text)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

exit_record crash() {
  exit_record r;
  r.worker = {"api", 0, 3};
  r.pid = 812;
  r.status = reeve::exit_status::from_signal(SIGSEGV, false);
  r.uptime = 12'400ms;
  return r;
}

worker_event event_of(event_kind kind) { return {.kind = kind, .worker = {"api", 0, 3}, .state = {}}; }

template <class T>
std::string streamed(T const& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

// All names of an enum whose last value this is: different, and none unknown.
template <class Enum>
void all_have_names(Enum last) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) names.insert(to_string(static_cast<Enum>(i)));
  BOOST_TEST(names.size() == static_cast<std::size_t>(last) + 1);
  BOOST_TEST(!names.contains("unknown"));
  BOOST_TEST(to_string(static_cast<Enum>(static_cast<int>(last) + 1)) == std::string{"unknown"});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_id_is_name_index_and_generation) {
  BOOST_TEST(to_string(worker_id{"api", 2, 7}) == "api/2#7");
  BOOST_TEST(streamed(worker_id{"api", 0, 0}) == "api/0#0");
}

BOOST_AUTO_TEST_CASE(worker_ids_are_ordered_by_name_index_and_generation) {
  BOOST_TEST((worker_id{"a", 9, 9} < worker_id{"b", 0, 0}));
  BOOST_TEST((worker_id{"a", 1, 9} < worker_id{"a", 2, 0}));
  BOOST_TEST((worker_id{"a", 1, 1} < worker_id{"a", 1, 2}));
  BOOST_TEST((worker_id{"a", 1, 1} == worker_id{"a", 1, 1}));
}

BOOST_AUTO_TEST_CASE(an_exit_is_told_in_a_line) {
  BOOST_TEST(to_string(crash()) == "api/0#3 (pid 812): SIGSEGV, itself, after 12.4 s");
  BOOST_TEST(streamed(crash()) == to_string(crash()));
}

BOOST_AUTO_TEST_CASE(an_exit_tells_its_reason) {
  auto r = crash();
  r.status = reeve::exit_status::from_code(1);
  r.cause = exit_cause::health_check;
  r.reason = "HTTP 503";
  BOOST_TEST(to_string(r) == "api/0#3 (pid 812): exit code 1, health_check (HTTP 503), after 12.4 s");
}

BOOST_AUTO_TEST_CASE(an_exit_tells_the_task_that_it_ended) {
  auto r = crash();
  r.task = "parse #12, attempt 2";
  BOOST_TEST(to_string(r) ==
             "api/0#3 (pid 812): SIGSEGV, itself, after 12.4 s, while it ran parse #12, attempt 2");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_started_tells_why) {
  exit_record r;
  r.worker = {"api", 0, 3};
  r.cause = exit_cause::spawn_failed;
  r.reason = "exec: No such file or directory";
  BOOST_TEST(to_string(r) == "api/0#3: could not be started: exec: No such file or directory");
}

BOOST_AUTO_TEST_CASE(times_are_told_in_seconds_that_people_read) {
  auto r = crash();
  auto const told = [&](auto uptime) {
    r.uptime = uptime;
    auto const line = to_string(r);
    return line.substr(line.rfind("after ") + 6);
  };
  BOOST_TEST(told(0s) == "0 s");
  BOOST_TEST(told(1500us) == "0.0015 s");
  BOOST_TEST(told(1234ms) == "1.23 s");
  BOOST_TEST(told(999s) == "999 s");
  BOOST_TEST(told(1234s) == "1234 s");
  BOOST_TEST(told(24h) == "86400 s");
  BOOST_TEST(told(10 * 365 * 24h) == "315360000 s");
}

BOOST_AUTO_TEST_CASE(an_event_is_told_in_a_line) {
  auto e = event_of(event_kind::ready);
  BOOST_TEST(to_string(e) == "api/0#3 ready");
  e.pid = 812;
  BOOST_TEST(to_string(e) == "api/0#3 ready (pid 812)");
  e.kind = event_kind::unhealthy;
  e.reason = "the worker's heartbeat was missed";
  BOOST_TEST(to_string(e) == "api/0#3 unhealthy: the worker's heartbeat was missed (pid 812)");
  BOOST_TEST(streamed(e) == to_string(e));
}

BOOST_AUTO_TEST_CASE(a_backoff_tells_its_delay) {
  auto e = event_of(event_kind::backoff);
  e.delay = 250ms;
  BOOST_TEST(to_string(e) == "api/0#3 backoff: restart in 0.25 s");
}

BOOST_AUTO_TEST_CASE(an_exited_event_tells_its_exit) {
  auto e = event_of(event_kind::exited);
  e.exit = std::make_shared<exit_record const>(crash());
  BOOST_TEST(to_string(e) == to_string(crash()));
}

BOOST_AUTO_TEST_CASE(every_cause_state_and_kind_has_its_name) {
  all_have_names(exit_cause::limit);
  all_have_names(worker_state::failed);
  all_have_names(event_kind::removed);
  BOOST_TEST(to_string(exit_cause::start_timeout) == std::string{"start_timeout"});
  BOOST_TEST(to_string(worker_state::backoff) == std::string{"backoff"});
  BOOST_TEST(to_string(event_kind::spawned) == std::string{"spawned"});
}

BOOST_AUTO_TEST_CASE(every_error_says_something_of_its_own) {
  std::set<std::string> messages;
  int const last = static_cast<int>(error::source_unavailable);
  for (int i = 1; i <= last; ++i) messages.insert(make_error_code(static_cast<error>(i)).message());
  BOOST_TEST(messages.size() == static_cast<std::size_t>(last));
  BOOST_TEST(!messages.contains("unknown error"));
  BOOST_TEST((error_code{last + 1, error_category()}.message() == "unknown error"));
  BOOST_TEST(error_category().name() == std::string{"reeve"});
  error_code const ec = error::not_found;
  BOOST_TEST((ec == error::not_found && ec != error::stopped));
}

BOOST_AUTO_TEST_SUITE_END()
