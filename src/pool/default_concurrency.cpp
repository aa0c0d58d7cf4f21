// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/processors.hpp"
#include "process/proc_file.hpp"
#include "reeve/pool_params.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <sched.h>

namespace reeve {

std::size_t processors_by_affinity() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<std::size_t>(CPU_COUNT(&set));
  return std::thread::hardware_concurrency();  // more than 1,024 of them
}

bool have_several_processors(std::vector<int> const& affinity_of_workers) {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return std::thread::hardware_concurrency() > 1;
  for (int const processor : affinity_of_workers)
    if (processor >= 0 && processor < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(processor), &set);
  return CPU_COUNT(&set) > 1;
}

namespace {

// "max 100000", or the quota and its period; infinite where there is none.
double quota_of(std::string const& text) {
  std::istringstream in{text};
  double quota = 0;
  double period = 0;
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return HUGE_VAL;
  return quota / period;
}

// The least quota of our cgroup and of those around it (cgroups, version 2: cpu.max; version 1: our own).
double processors_by_quota() {
  double least = HUGE_VAL;
  std::istringstream groups{read_proc_file("/proc/self/cgroup")};
  for (std::string line; std::getline(groups, line);) {
    bool const unified = line.starts_with("0::");
    if (!unified && line.find("cpu,") == std::string::npos && line.find(":cpu:") == std::string::npos)
      continue;
    auto path = line.substr(line.find('/'));
    if (unified) {
      for (;; path.resize(path.rfind('/'))) {
        least = std::min(least, quota_of(read_proc_file("/sys/fs/cgroup" + path + "/cpu.max")));
        if (path.find('/') == std::string::npos) break;
      }
    } else {
      auto const folder = "/sys/fs/cgroup/cpu" + path;
      least = std::min(least, quota_of(read_proc_file(folder + "/cpu.cfs_quota_us") + ' ' +
                                       read_proc_file(folder + "/cpu.cfs_period_us")));
    }
  }
  return least;
}

}  // namespace

std::size_t default_concurrency() {
  auto const processors = static_cast<double>(processors_by_affinity());
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(std::ceil(std::min(processors, processors_by_quota()))));
}

}  // namespace reeve
