// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What it costs the caller to start a program, by reeve and by the bare system calls.

#include "common/boost_start.hpp"
#include "common/compare.hpp"
#include "common/processes.hpp"
#include "process/launch.hpp"

#include <boost/system/system_error.hpp>

#include <cstddef>
#include <cstring>
#include <exception>
#include <thread>
#include <sys/mman.h>

namespace {

using namespace reeve;
using namespace reeve::bench;

constexpr char const* program = "/bin/true";
constexpr char const* arguments[] = {program, nullptr};

launch_request request() {
  launch_request r;
  r.path = program;
  r.argv = {program};
  for (char** variable = environ; *variable; ++variable) r.environment.emplace_back(*variable);
  return r;
}

/// The time of a start; the child's end is awaited after it.
template <class Start>
std::array<double, 1> timed(Start start) {
  pid_t pid = 0;
  auto const took = seconds([&] { pid = start(); });
  raw::reap(pid);
  return {took};
}

auto raw_call() {
  return timed([] { return raw::start(arguments); });
}

comparison against_reeve(std::optional<int> cpu) {
  auto const what = request();
  auto const ours = [&] {
    launch_failure failure;
    launched_process started;  // closed after the time was taken
    return timed([&] {
      started = launch(what, failure);
      if (failure.error) throw boost::system::system_error{failure.error, failure.step};
      return started.pid;
    });
  };
  return compare<1>({.cpu = cpu}, ours, raw_call)[0];
}

comparison against_boost(std::optional<int> cpu) {
  return compare<1>(
      {.steps = 9, .cpu = cpu}, [] { return timed([] { return boost_start(program); }); }, raw_call)[0];
}

/// Memory that is really there.
class resident_memory {
 public:
  explicit resident_memory(std::size_t bytes)
      : bytes_{bytes},
        data_{::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)} {
    if (data_ == MAP_FAILED) raw::fail("mmap");
    std::memset(data_, 1, bytes_);
  }
  resident_memory(resident_memory const&) = delete;
  resident_memory& operator=(resident_memory const&) = delete;
  ~resident_memory() { ::munmap(data_, bytes_); }

 private:
  std::size_t bytes_;
  void* data_;
};

void measure() {
  auto const cpu = take_one_cpu();
  progress("a small parent");
  auto const small = against_reeve(cpu);
  report("spawn", "call_ratio_small", small.ratio, "ratio", small.text("raw vfork+execve"));

  progress("a parent of 2 GiB");
  resident_memory const memory{std::size_t{2} << 30};
  auto const large = against_reeve(cpu);
  report("spawn", "call_ratio_2gib", large.ratio, "ratio", large.text("raw vfork+execve"));
  auto const boost = against_boost(cpu);
  report("spawn", "boost_ratio_2gib", boost.ratio, "ratio", boost.text("raw vfork+execve"));
}

}  // namespace

int main() {
  // On a thread of its own, as the library does it.
  int result = 0;
  std::thread{[&] {
    try {
      measure();
    } catch (std::exception const& e) {
      progress(e.what());
      result = 1;
    }
  }}.join();
  return result;
}
