// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What a test needs of its machine. Where it is not there the test is reported as skipped:
// BOOST_AUTO_TEST_CASE(name, *only_if<as_root>())

#include "sanitizers.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace reeve::test {

/// What is missing, or nothing.
using requirement = char const* (*)();

/// For a test that changes the user.
inline char const* as_root() { return ::geteuid() == 0 ? nullptr : "only root can do that"; }

/// For what cannot be seen beside a sanitizer's runtime.
inline char const* without_sanitizer() { return under_sanitizer ? "a sanitizer disturbs it" : nullptr; }

/// It starts no threads after a fork.
inline char const* without_thread_sanitizer() {
  return under_thread_sanitizer ? "the thread sanitizer disturbs it" : nullptr;
}

/// For a core file in the directory where its process ran.
inline char const* with_core_files() {
  if (auto const* missing = without_sanitizer()) return missing;
  std::string pattern;
  std::getline(std::ifstream{"/proc/sys/kernel/core_pattern"}, pattern);
  if (pattern.empty() || pattern[0] == '|' || pattern[0] == '/')
    return "this machine's core_pattern makes no core files where a process runs";
  rlimit limit{};
  ::getrlimit(RLIMIT_CORE, &limit);
  if (limit.rlim_max != RLIM_INFINITY) return "core files are limited here (ulimit -H -c)";
  return nullptr;
}

inline boost::test_tools::assertion_result check_requirement(requirement asked) {
  auto const* const missing = asked();
  boost::test_tools::assertion_result result{missing == nullptr};
  if (missing) {
    result.message() << missing;
    BOOST_TEST_MESSAGE("skipped: " << missing);
  }
  return result;
}

/// A function: a variable of this template might be made after the test that is decorated with it.
template <requirement Asked>
boost::unit_test::precondition only_if() {
  return boost::unit_test::precondition{
      [](boost::unit_test::test_unit_id) { return check_requirement(Asked); }};
}

}  // namespace reeve::test
