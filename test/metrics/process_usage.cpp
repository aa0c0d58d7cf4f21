// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/process_usage.hpp"

#include "process_test.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(process_usage)

namespace {

using namespace reeve::detail;
using namespace std::chrono_literals;

std::string stat_of(std::string const& name, std::string const& state = "S") {
  return "812 (" + name + ") " + state +
         " 1 812 812 0 -1 4194560 1000 0 0 0 150 50 7 8 20 0 1 0 4242 10485760 321 18446744073709551615 1 "
         "1\n";
}

/// A child that waits until it is killed.
class waiting_child {
 public:
  explicit waiting_child(char const* name = "waits") : pid_{::fork()} {
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::prctl(PR_SET_NAME, name);
      ::raise(SIGSTOP);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
  }
  waiting_child(waiting_child const&) = delete;
  waiting_child& operator=(waiting_child const&) = delete;
  ~waiting_child() { reap(); }

  void kill() const {
    ::kill(pid_, SIGKILL);
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void reap() {
    if (!exists_) return;
    kill();
    ::waitpid(pid_, nullptr, 0);
    exists_ = false;
  }
  pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_;
  bool exists_ = true;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_stat_line_tells_time_memory_and_start) {
  process_stat const expected{.cpu_ticks = 200, .resident_pages = 321, .started_tick = 4242};
  BOOST_TEST((parse_process_stat(stat_of("sleep")) == expected));
}

BOOST_AUTO_TEST_CASE(a_name_may_have_parentheses_and_spaces) {
  for (auto const* name :
       {"a b", "(sd-pam)", "tmux: server", ") S 1 2 3", "x) R 9 9 9 9 9", "((", "", "a\nb"}) {
    auto const stat = parse_process_stat(stat_of(name));
    BOOST_REQUIRE_MESSAGE(stat.has_value(), name);
    BOOST_TEST(stat->started_tick == 4242U, name);
  }
}

BOOST_AUTO_TEST_CASE(what_has_ended_or_is_no_stat_line_tells_nothing) {
  BOOST_TEST(!parse_process_stat(stat_of("dead", "Z")));
  BOOST_TEST(!parse_process_stat(stat_of("dead", "X")));
  auto const whole = stat_of("sleep");
  // A prefix may end within the last number that is used; it says nothing that is not there.
  for (std::size_t size = 0; size + 32 < whole.size(); ++size)
    if (auto const stat = parse_process_stat(whole.substr(0, size))) BOOST_TEST(stat->started_tick == 4242U);
  for (auto const* text : {"", ") ", "no stat line", "1 (x) S a b c d e f g h i j k l m n o p q r s t u v w",
                           "1 (x) SS 1 1 1 0 -1 1 1 0 0 0 1 1 0 0 20 0 1 0 1 1 1"})
    BOOST_TEST(!parse_process_stat(text), text);
}

BOOST_AUTO_TEST_CASE(this_process_uses_what_it_has_used) {
  auto const usage = read_process_usage(::getpid(), std::chrono::steady_clock::now());
  BOOST_REQUIRE(usage.has_value());
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  auto const now = static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9;
  BOOST_TEST(usage->cpu_seconds <= now + 0.1);
  BOOST_TEST(usage->resident_bytes > 100'000);
}

BOOST_AUTO_TEST_CASE(a_process_with_a_strange_name_is_read) {
  waiting_child const child{") S (x"};
  BOOST_TEST(read_process_usage(child.pid(), std::chrono::steady_clock::now()).has_value());
}

BOOST_AUTO_TEST_CASE(a_process_that_has_ended_gives_nothing) {
  waiting_child child;
  child.kill();
  BOOST_TEST(!read_process_usage(child.pid(), std::chrono::steady_clock::now()));
  child.reap();
  BOOST_TEST(!read_process_usage(child.pid(), std::chrono::steady_clock::now()));
  BOOST_TEST(!read_process_usage(-1, std::chrono::steady_clock::now()));
}

BOOST_AUTO_TEST_CASE(a_stranger_who_took_the_number_later_gives_nothing) {
  waiting_child const stranger;
  auto const now = std::chrono::steady_clock::now();
  BOOST_TEST(read_process_usage(stranger.pid(), now).has_value());
  // Known long before the stranger began.
  BOOST_TEST(!read_process_usage(stranger.pid(), now - 10min));
  BOOST_TEST(!read_process_usage(stranger.pid(), std::chrono::steady_clock::time_point{}));
}

BOOST_AUTO_TEST_SUITE_END()
