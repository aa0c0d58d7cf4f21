// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/memory_source.hpp"
#include "reeve/task_message.hpp"
#include "reeve/task_outcome.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace reeve::detail {

/// The tasks of a `memory_source`, and the rules by which they move. A pure machine: it is told what happens,
/// and when. Time that goes back is taken for the latest that it was told.
///
///     submit -> ready -> delivered -> ended
///                 ^         |
///                 +---------+  its lease ran out; it was handed back; or it is tried again, where it may be
///                              delayed first
///
/// A task that is delivered twice has one outcome: the first that ends it, from whichever delivery. One that
/// would have it delivered again counts only for the delivery that is out.
class memory_ledger {
 public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  enum class submission {
    taken,
    /// Its id is that of a task that it holds, or was submitted within the window.
    known,
    /// There is no room.
    full,
  };

  /// Tasks that come without an id get `id_prefix` and a number.
  memory_ledger(memory_source_params const& params, std::string id_prefix)
      : lease_{params.lease},
        dedup_window_{params.dedup_window},
        capacity_{params.capacity},
        id_prefix_{std::move(id_prefix)} {}

  /// Takes the task, if there is room for it beside `held_elsewhere` others; it is not moved from else.
  submission submit(task_message& task, time_point now, std::size_t held_elsewhere = 0);
  /// Delivers those that have been ready for longest, at most so many.
  std::vector<task_message> take(std::size_t most, time_point now);
  /// Gives the task, if that has ended it.
  std::optional<task_message> publish(task_outcome const& outcome, time_point now);
  void keep_alive(std::span<std::uint64_t const> deliveries, time_point now);
  /// Makes those ready whose time has come, and those whose lease ran out.
  void advance(time_point now);

  /// When `advance` has something to do.
  std::optional<time_point> next() const;
  bool has_ready() const noexcept { return !ready_.empty(); }
  std::size_t size() const noexcept { return ready_.size() + delayed_.size() + delivered_.size(); }
  /// So many ids are known: of tasks that it holds, and of some that have ended.
  std::size_t known() const noexcept { return ids_.size(); }
  memory_source_status status() const;

 private:
  // So many ids for each task that it may hold; beyond that the oldest are forgotten before their time.
  static constexpr std::size_t remembered_per_place = 8;

  enum class place { ready, delayed, delivered };
  struct entry {
    task_message task;  // with the number of its last delivery, and how many there were
    place where = place::ready;
    time_point until{};                // its time, or the end of its lease
    std::uint64_t first_delivery = 0;  // those of an earlier task of the same id have smaller numbers
  };
  using entries = std::list<entry>;
  struct known_id {
    entries::iterator task{};
    bool lives = true;        // `task` is valid
    bool remembered = false;  // it is in `remembered_`
  };
  using id_map = std::unordered_map<std::string, known_id>;
  struct remembered_id {
    time_point until;
    id_map::value_type* id;
  };

  void see(time_point now);
  void forget_old();
  void forget_oldest();
  void erase_unless_used(id_map::value_type const& id);
  std::string new_id();
  task_message end(id_map::value_type& id);
  void deliver_again(entries::iterator e, clock::duration delay);
  void move_to(entries::iterator e, place where);
  void leave(entry const& e);
  entries& list_of(place where);
  void count(verdict what);

  clock::duration const lease_;
  clock::duration const dedup_window_;
  std::size_t const capacity_;
  std::string const id_prefix_;

  time_point now_{};
  std::uint64_t last_id_ = 0;
  std::uint64_t last_delivery_ = 0;
  entries ready_;      // that became so first is first
  entries delayed_;    // in any order
  entries delivered_;  // whose lease ends first is first: all leases are equally long
  std::map<std::pair<time_point, std::uint64_t>, entries::iterator>
      due_;                                                          // the delayed: by time and delivery
  std::unordered_map<std::uint64_t, entries::iterator> deliveries_;  // that are out
  id_map ids_;
  std::deque<remembered_id> remembered_;  // in order of submission
  memory_source_status counts_;
};

}  // namespace reeve::detail
