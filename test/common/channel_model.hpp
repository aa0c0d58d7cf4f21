// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// The task channel's protocol in small: three tasks, two slots, rings of two entries. Each step is one access to
/// the shared memory or to a doorbell, as src/shm/*channel* makes them, in its order; what a side does by itself
/// until its next access belongs to the step before.
namespace reeve::test::channel_model {

using u8 = std::uint8_t;

inline constexpr u8 task_count = 3;
inline constexpr u8 slot_count = 2;
inline constexpr u8 ring = 2;  // so many entries, pieces of bodies, results
inline constexpr u8 none = 0xff;

/// How a task's body travels.
enum class body : u8 { in_slot, in_ring, streamed };

/// What may be wrong with a protocol.
enum class flaw : u8 {
  nothing,
  pool_does_not_look_again,
  worker_does_not_look_again,
  worker_looks_before_it_publishes,
  claims_whatever_is_offered,
  does_not_skip_bytes,
  writes_a_body_before_a_stream,
  does_not_tell_of_entries,
  judges_before_it_drains,
};

/// What is explored.
struct scenario {
  std::array<body, task_count> bodies{};
  /// So often the pool takes an offer back, to offer it again.
  u8 revocations = 0;
  bool worker_may_die = false;
  /// The pool wants to know when the first task begins, which never ends.
  bool first_hangs = false;
  flaw broken = flaw::nothing;
};

enum class claim : u8 { free, offered, claimed, revoked };
enum class stage : u8 { waiting, held, finished, lost };

/// Where a side is in its program: what its next access is.
enum class at : u8 {
  // Both.
  free,  // the pool may choose; the worker looks for an entry
  wake_look,
  wake_exchange,
  wake_ring,
  asleep,
  woken,
  disarm,
  // The pool.
  offer_entry,
  release,
  pump_room,
  pump_write,
  sleep_results,
  sleep_entries,
  sleep_stream,
  sleep_room,
  sleep_begun,
  judged,
  // The worker.
  pop,
  claim,
  skip,
  copy,
  stream,
  stream_take,
  stream_room,
  stream_arm,
  stream_look,
  begin,
  hung,
  write,
  write_arm,
  write_look,
  publish,
  tell,
  arm,
  look,
};

inline constexpr u8 awaits_offers = 1;
inline constexpr u8 awaits_bytes = 2;
inline constexpr u8 awaits_room = 4;
inline constexpr u8 awaits_results = 8;

struct shared_slot {
  claim word;
  u8 sequence;  // a part of the word
  u8 task;
  u8 streamed;
  u8 running;  // the sequence of what began
};

struct ticket {
  u8 slot;
  u8 sequence;
  u8 pieces;
};

struct cursors {
  u8 tail;
  u8 head;
  u8 there() const { return static_cast<u8>(tail - head); }
  u8 room() const { return static_cast<u8>(ring - there()); }
};

/// One side's place in its program.
struct side {
  at where;
  at then;  // after it has woken the other one, or was woken
  u8 bit;   // what the other one may wait for
};

struct held_slot {
  u8 task;  // none: it is free
  u8 sequence;
};

/// Everything. Two states are the same if their bytes are.
struct state {
  // Shared.
  std::array<shared_slot, slot_count> slots;
  std::array<ticket, ring> entries;
  std::array<u8, ring> pieces;  // of which task
  std::array<ticket, ring> results;
  cursors entry, piece, result;
  u8 worker_awaits, pool_awaits, work_bell, news_bell;

  // The pool's own.
  side pool;
  std::array<stage, task_count> stages;
  std::array<held_slot, slot_count> held;
  u8 sequence, offering, entry_wanted, unheard, watched, revocations, stream, written;

  // The worker's own.
  side worker;
  ticket got;
  u8 task, left, there, dead;

  // What happened.
  std::array<u8, task_count> runs;
  std::array<u8, task_count> published;
};
static_assert(std::is_trivially_copyable_v<state> && std::has_unique_object_representations_v<state>);

/// What the steps of both sides write to: the states that may follow, and the first complaint of something that must
/// never happen.
struct journal {
  scenario what;
  std::vector<state> found{};
  std::string complaint{};

  void require(bool ok, char const* wrong) {
    if (!ok && complaint.empty()) complaint = wrong;
  }
  bool has(flaw f) const { return what.broken == f; }
  u8 pieces_of(u8 task) const {
    constexpr std::array<u8, 3> pieces{0, 1, 3};
    return pieces[static_cast<std::size_t>(what.bodies[task])];
  }
  template <class Change>
  void add(state const& s, Change&& change) {
    auto n = s;
    change(n);
    found.push_back(n);
  }
};

inline void wake(side& own, u8 bit, at then) { own = {.where = at::wake_look, .then = then, .bit = bit}; }

/// Where a side has its things.
struct own_things {
  side state::*place;
  u8 state::*awaits;
  u8 state::*bell;
  u8 state::*others_awaits;
  u8 state::*others_bell;
};
inline constexpr own_things of_pool{&state::pool, &state::pool_awaits, &state::news_bell,
                                    &state::worker_awaits, &state::work_bell};
inline constexpr own_things of_worker{&state::worker, &state::worker_awaits, &state::work_bell,
                                      &state::pool_awaits, &state::news_bell};

/// The steps that the two have in common: waking the other one, sleeping. Whether it was one.
inline bool common_step(journal& j, state const& s, own_things const& mine) {
  auto const own = mine.place;
  auto const go = [&](auto&& change) {
    j.add(s, change);
    return true;
  };
  auto const then = (s.*own).then;
  switch ((s.*own).where) {
    case at::wake_look:
      return go([&](state& n) {
        (n.*own).where = (n.*mine.others_awaits & (n.*own).bit) != 0 ? at::wake_exchange : then;
      });
    case at::wake_exchange:
      return go([&](state& n) {
        (n.*own).where = n.*mine.others_awaits != 0 ? at::wake_ring : then;
        n.*mine.others_awaits = 0;
      });
    case at::wake_ring:
      return go([&](state& n) {
        n.*mine.others_bell = 1;
        (n.*own).where = then;
      });
    case at::asleep:
      return s.*mine.bell == 0 || go([&](state& n) {
               n.*mine.bell = 0;
               (n.*own).where = at::woken;
             });
    case at::woken:
    case at::disarm:
      return go([&](state& n) {
        n.*mine.awaits = 0;
        (n.*own).where = then;
      });
    default: return false;
  }
}

}  // namespace reeve::test::channel_model
