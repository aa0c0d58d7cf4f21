// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/task_message.hpp"
#include "reeve/task_outcome.hpp"
#include "source_rig.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What the behaviours in source_conformance_*.hpp share.
namespace reeve::test::source_conformance {

using rig_maker = std::unique_ptr<source_rig> (*)(std::chrono::milliseconds lease);

/// Of a test where none is to run out.
inline constexpr std::chrono::milliseconds long_lease{std::chrono::minutes{1}};
/// Of a test that waits until it runs out.
inline constexpr std::chrono::milliseconds short_lease{600};

inline constexpr std::array cancellations{boost::asio::cancellation_type::terminal,
                                          boost::asio::cancellation_type::partial,
                                          boost::asio::cancellation_type::total};

inline std::vector<task_message> tasks(std::vector<std::string> const& ids) {
  std::vector<task_message> made;
  for (auto const& id : ids) made.push_back({.id = id, .name = "f", .payload = "[]"});
  return made;
}

/// Their ids, sorted: a source may deliver in any order.
inline std::string ids_of(std::vector<task_message> const& tasks) {
  std::vector<std::string> ids;
  for (auto const& task : tasks) ids.push_back(task.id);
  std::sort(ids.begin(), ids.end());
  std::string text;
  for (auto const& id : ids) text += (text.empty() ? "" : " ") + id;
  return text;
}

inline std::map<std::string, task_message> by_id(std::vector<task_message> const& tasks) {
  std::map<std::string, task_message> sorted;
  for (auto const& task : tasks) sorted.emplace(task.id, task);
  return sorted;
}

/// Of a delivery; `text` is the result of a complete one, the reason of all others.
inline task_outcome outcome(task_message const& of, verdict what, std::string text) {
  task_outcome made{
      .id = of.id, .name = of.name, .attempt = of.attempt, .delivery = of.delivery, .what = what};
  (what == verdict::complete ? made.result : made.reason) = std::move(text);
  return made;
}

inline std::string text_of(std::vector<recorded_outcome> outcomes) {
  std::sort(outcomes.begin(), outcomes.end());
  std::string text;
  for (auto const& o : outcomes) text += o.id + ' ' + to_string(o.what) + ' ' + o.text + '\n';
  return text;
}

inline void check_recorded(source_rig& rig, std::vector<recorded_outcome> expected) {
  BOOST_TEST(text_of(rig.recorded()) == text_of(std::move(expected)));
}

}  // namespace reeve::test::source_conformance
