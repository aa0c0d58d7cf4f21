// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "report.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>
#include <sched.h>

namespace reeve::bench {

/// How much of the CPUs' time the hypervisor takes for others: the kernel counts it in ticks of 10 ms, so look
/// at no less than some tenths of a second.
class steal_watch {
 public:
  /// Of one CPU, or of all.
  explicit steal_watch(std::optional<int> cpu = {})
      : line_{cpu ? "cpu" + std::to_string(*cpu) : "cpu"}, at_{read()} {}

  /// The share since it was made or last asked, 0 to 1.
  double share() {
    auto const before = at_;
    at_ = read();
    auto const total = at_.total - before.total;
    return total == 0 ? 0 : static_cast<double>(at_.stolen - before.stolen) / static_cast<double>(total);
  }

 private:
  struct ticks {
    std::uint64_t total = 0;
    std::uint64_t stolen = 0;
  };

  ticks read() const {
    std::ifstream stat{"/proc/stat"};
    for (std::string line; std::getline(stat, line);) {
      std::istringstream in{line};
      std::string name;
      in >> name;
      if (name != line_) continue;
      // user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user's.
      constexpr int fields = 8;
      ticks result;
      for (int i = 0; i < fields && in >> result.stolen; ++i) result.total += result.stolen;
      return result;
    }
    throw std::runtime_error{"/proc/stat has no " + line_};
  }

  std::string line_;
  ticks at_;
};

/// The CPUs that this thread may use.
inline std::vector<int> usable_cpus() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) throw std::runtime_error{"sched_getaffinity"};
  std::vector<int> result;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) result.push_back(cpu);
  return result;
}

/// Lets the calling thread use these CPUs only.
inline void use_cpus(std::vector<int> const& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int const cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error{"sched_setaffinity"};
}

/// Puts all threads that this process has on one CPU, before all else that wants it, and returns its number.
/// What they start from now on gets the same CPU, but no precedence. So a parent goes on as soon as it can, and
/// what is measured is the work: not when the scheduler lets the parent take over from its child, nor how
/// long a sleeping CPU takes to wake up. Does nothing where the system does not allow it, and returns nothing.
inline std::optional<int> take_one_cpu() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) throw std::runtime_error{"sched_getaffinity"};
  int cpu = CPU_SETSIZE - 1;
  while (cpu > 0 && !CPU_ISSET(static_cast<std::size_t>(cpu), &set)) --cpu;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);

  sched_param const lowest{.sched_priority = 1};
  for (auto const& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    pid_t const thread = std::stoi(task.path().filename().string());
    if (::sched_setscheduler(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) != 0) {
      progress("not allowed to take a CPU (CAP_SYS_NICE): the figures will be less exact");
      return std::nullopt;
    }
    if (::sched_setaffinity(thread, sizeof set, &set) != 0) throw std::runtime_error{"sched_setaffinity"};
  }
  return cpu;
}

}  // namespace reeve::bench
