// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_names.hpp"
#include "reeve/task_outcome.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::detail {

/// What outcomes make a source do, as one text and where in it what is: the outcomes themselves stay with
/// their owner's thread.
class publish_plan {
 public:
  enum class step {
    /// Only acknowledges.
    acknowledge,
    /// Has it delivered again.
    deliver_again,
    /// Publishes the body, then acknowledges.
    publish,
    /// Publishes the task's own body, then acknowledges.
    bury,
  };

  struct item {
    step what{};
    std::uint64_t delivery = 0;
    std::chrono::nanoseconds delay{};
    /// Offsets of strings that end with a zero.
    std::size_t subject = 0;
    std::size_t message_id = 0;
    std::size_t task_id = 0;
    std::size_t reason = 0;
    /// Of a result in a trace; without one they are empty.
    std::size_t traceparent = 0;
    std::size_t tracestate = 0;
    std::size_t baggage = 0;
    std::size_t body = 0;
    std::size_t body_size = 0;
    std::size_t attempt = 0;
  };

  publish_plan(std::span<task_outcome const> outcomes, nats_names const& names, bool keep_results,
               std::string_view node);

  std::vector<item> const& items() const noexcept { return items_; }
  char const* text(std::size_t offset) const { return text_.c_str() + offset; }
  std::string_view body(item const& i) const { return {text(i.body), i.body_size}; }

 private:
  std::size_t add(std::string_view text);
  void add_result(item& i, task_outcome const& outcome, nats_names const& names, std::string_view node);
  void add_dead_letter(item& i, task_outcome const& outcome, nats_names const& names);

  std::string text_;
  std::vector<item> items_;
};

}  // namespace reeve::detail
