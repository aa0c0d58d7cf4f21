// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/usage_files.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <ctime>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(usage_reading)

namespace {

using namespace reeve::detail;
using namespace std::chrono_literals;

auto now() { return std::chrono::steady_clock::now(); }

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

double used_cpu_seconds() {
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9;
}

/// This process may have that many descriptors, while this is there.
class descriptor_limit {
 public:
  explicit descriptor_limit(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit const lower{.rlim_cur = most, .rlim_max = before_.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &lower) == 0);
  }
  descriptor_limit(descriptor_limit const&) = delete;
  descriptor_limit& operator=(descriptor_limit const&) = delete;
  ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(this_process_uses_what_it_has_used) {
  usage_files files;
  auto const usage = files.read(::getpid(), now());
  BOOST_REQUIRE(usage.has_value());
  BOOST_TEST(usage->cpu_seconds <= used_cpu_seconds() + 0.1);
  BOOST_TEST(usage->resident_bytes > 100'000);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_kept_tells_what_is_used_now) {
  usage_files files;
  auto const first = files.read(::getpid(), now());
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(files.open_count() == 1U);
  // More than a tick of the kernel's (1/100 s), and that its times are not exact.
  for (auto const enough = used_cpu_seconds() + 0.1; used_cpu_seconds() < enough;) {
  }
  auto const second = files.read(::getpid(), now());
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(second->cpu_seconds > first->cpu_seconds);
  BOOST_TEST(files.open_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_process_with_a_strange_name_is_read) {
  waiting_child const child{") S (x"};
  BOOST_TEST(usage_files{}.read(child.pid(), now()).has_value());
}

BOOST_AUTO_TEST_CASE(a_process_that_has_ended_gives_nothing) {
  waiting_child child;
  child.kill();
  usage_files files;
  BOOST_TEST(!files.read(child.pid(), now()));
  child.reap();
  BOOST_TEST(!files.read(child.pid(), now()));
  BOOST_TEST(!files.read(-1, now()));
  BOOST_TEST(files.open_count() == 0U);
}

BOOST_AUTO_TEST_CASE(the_file_of_a_process_that_ended_since_gives_nothing_and_is_closed) {
  for (bool const reaped : {false, true}) {
    waiting_child child;
    usage_files files;
    BOOST_TEST(files.read(child.pid(), now()).has_value());
    BOOST_TEST(files.open_count() == 1U);
    reaped ? child.reap() : child.kill();
    BOOST_TEST(!files.read(child.pid(), now()));
    BOOST_TEST(files.open_count() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_stranger_who_took_the_number_later_gives_nothing) {
  waiting_child const stranger;
  usage_files files;
  BOOST_TEST(files.read(stranger.pid(), now()).has_value());
  // Known long before the stranger began.
  BOOST_TEST(!files.read(stranger.pid(), now() - 10min));
  BOOST_TEST(!files.read(stranger.pid(), std::chrono::steady_clock::time_point{}));
  BOOST_TEST(files.open_count() == 0U);
  BOOST_TEST(files.read(stranger.pid(), now()).has_value());
}

BOOST_AUTO_TEST_CASE(a_file_that_nobody_reads_is_closed) {
  waiting_child const child;
  waiting_child const other;
  usage_files files;
  files.read(child.pid(), now());
  files.read(other.pid(), now());
  files.close_unread();
  BOOST_TEST(files.open_count() == 2U);
  files.read(other.pid(), now());
  files.close_unread();
  BOOST_TEST(files.open_count() == 1U);
  files.close_unread();
  BOOST_TEST(files.open_count() == 0U);
}

BOOST_AUTO_TEST_CASE(most_descriptors_stay_the_applications) {
  waiting_child const first;
  waiting_child const second;
  waiting_child const third;
  usage_files files;
  descriptor_limit const limit{16 + 7};  // of which an eighth is two
  for (int round = 0; round < 2; ++round) {
    for (auto const pid : {first.pid(), second.pid(), third.pid()})
      BOOST_TEST(files.read(pid, now()).has_value());
    BOOST_TEST(files.open_count() == 2U);
    files.close_unread();
  }
}

BOOST_AUTO_TEST_CASE(where_no_descriptor_is_left_nothing_is_told) {
  waiting_child const child;
  usage_files files;
  {
    descriptor_limit const limit{0};
    BOOST_TEST(!files.read(child.pid(), now()));
  }
  BOOST_TEST(files.read(child.pid(), now()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
