// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Takes REEVE_TEST_TYPE, which the command line names, as argument and result of a json_task_fn.
#include <reeve/json_task_fn.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

struct unknown {
  int number;
  void serialize(auto& archive) { archive(number); }
};

struct described {
  std::string text;
  std::vector<described> parts;
  void serialize(auto& archive) { archive(text, parts); }
};
BOOST_DESCRIBE_STRUCT(described, (), (text, parts))

struct with_unknown {
  unknown part;
  void serialize(auto& archive) { archive(part); }
};
BOOST_DESCRIBE_STRUCT(with_unknown, (), (part))

enum class undescribed { one };
enum class colour { red };
BOOST_DESCRIBE_ENUM(colour, red)

#ifdef REEVE_TEST_RESULT
reeve::json_task_fn<REEVE_TEST_TYPE()> const function{"f", [] { return REEVE_TEST_TYPE{}; }};
#else
reeve::json_task_fn<void(REEVE_TEST_TYPE)> const function{"f", [](auto const&) {}};
#endif
