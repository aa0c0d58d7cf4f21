// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pipeline/memory_ledger.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reeve::test {

/// A memory_ledger in virtual time, and texts to compare.
struct ledger_rig {
  using duration = std::chrono::steady_clock::duration;

  detail::memory_ledger ledger;
  std::chrono::steady_clock::time_point now{std::chrono::hours{1}};

  explicit ledger_rig(memory_source_params params = {}) : ledger{params, "made-"} {}

  /// "taken", "known" or "full".
  std::string submit(std::string const& id, std::size_t held_elsewhere = 0) {
    task_message task{.id = id, .name = "f", .payload = "payload of " + id};
    switch (ledger.submit(task, now, held_elsewhere)) {
      case detail::memory_ledger::submission::taken: return "taken";
      case detail::memory_ledger::submission::known: return "known";
      case detail::memory_ledger::submission::full: break;
    }
    return task.payload.empty() ? "moved from" : "full";
  }

  /// "id/attempt", separated by spaces; what was taken is in `last`.
  std::string take(std::size_t most = 100) {
    last = ledger.take(most, now);
    std::string text;
    for (auto const& task : last)
      text += (text.empty() ? "" : " ") + task.id + '/' + std::to_string(task.attempt);
    return text;
  }

  /// Whether that has ended it.
  bool publish(task_message const& of, verdict what, duration delay = {}) {
    task_outcome const outcome{.id = of.id, .delivery = of.delivery, .what = what, .delay = delay};
    return ledger.publish(outcome, now).has_value();
  }

  void keep_alive(std::vector<std::uint64_t> const& deliveries) { ledger.keep_alive(deliveries, now); }

  /// "1 ready, 2 delayed, 3 delivered".
  std::string holds() const {
    auto const s = ledger.status();
    return std::to_string(s.ready) + " ready, " + std::to_string(s.delayed) + " delayed, " +
           std::to_string(s.delivered) + " delivered";
  }

  std::vector<task_message> last;
};

}  // namespace reeve::test
