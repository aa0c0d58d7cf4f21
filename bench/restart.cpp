// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// How soon a worker that was killed is replaced, by reeve and by the bare system calls.

#include "common/compare.hpp"
#include "common/processes.hpp"
#include "common/test_bed.hpp"

#include <exception>

namespace {

using namespace reeve;
using namespace reeve::bench;

class supervised {
 public:
  supervised()
      : bed_{[this](worker_event const& event) {
          if (event.kind == event_kind::spawned) pid_ = event.pid;
        }} {
    auto spec = sleepers(1);
    spec.restart = {.delay = {}, .backoff = 1, .jitter = 0, .max_restarts = 1'000'000};
    bed_.start(std::move(spec));
  }

  ~supervised() { bed_.stop_all({.graceful = false}); }

  std::array<double, 1> replace() {
    // What is left to do of the last turn.
    bed_.io.restart();
    bed_.io.poll();
    pid_t const old = pid_;
    auto const took = seconds([&] {
      ::kill(old, SIGKILL);
      bed_.run_until([&] { return pid_ != old; });
    });
    wait_until_asleep(pid_);
    return {took};
  }

 private:
  pid_t pid_ = 0;
  test_bed bed_;
};

class raw_loop {
 public:
  ~raw_loop() {
    ::kill(pid_, SIGKILL);
    raw::reap(pid_);
  }

  std::array<double, 1> replace() {
    auto const took = seconds([&] {
      ::kill(pid_, SIGKILL);
      raw::reap(pid_);
      pid_ = raw::start(sleep_argv);
    });
    wait_until_asleep(pid_);
    return {took};
  }

 private:
  pid_t pid_ = raw::start(sleep_argv);
};

}  // namespace

int main() try {
  supervised ours;
  raw_loop raw;
  auto const cpu = take_one_cpu();
  auto const result = compare<1>(
      {.cpu = cpu}, [&] { return ours.replace(); }, [&] { return raw.replace(); })[0];
  report("restart", "p50_ratio", result.ratio, "ratio", result.text("raw kill+waitid+vfork+execve"));
} catch (std::exception const& e) {
  reeve::bench::progress(e.what());
  return 1;
}
