// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "channel_model.hpp"

namespace reeve::test::channel_model {

/// What the pool does in the model. It reads, offers, revokes, rings and pumps in any order, but it does not fall
/// asleep before it has offered what it can, and rung.
class pool_program {
 public:
  explicit pool_program(journal& j) : j_{j} {}

  void steps(state const& s) {
    auto const where = s.pool.where;
    if (s.dead != 0 && (where == at::free || where == at::asleep)) end_of_worker(s);
    if (common_step(j_, s, of_pool)) return;
    switch (where) {
      case at::free: choose(s); break;
      case at::offer_entry:
        j_.add(s, [&](state& n) {
          auto const slot = std::exchange(n.offering, none);
          auto const task = n.held[slot].task;
          bool const streamed = n.slots[slot].streamed != 0;
          n.entries[n.entry.tail++ % ring] = {slot, n.held[slot].sequence,
                                              streamed ? u8{0} : j_.pieces_of(task)};
          n.unheard = 1;
          n.pool.where = at::free;
        });
        break;
      case at::release:
        j_.add(s, [&](state& n) {
          ++n.result.head;
          wake(n.pool, awaits_room, at::free);
        });
        break;
      case at::pump_room:
        j_.add(s, [&](state& n) { n.pool.where = n.piece.room() != 0 ? at::pump_write : at::free; });
        break;
      case at::pump_write:
        j_.add(s, [&](state& n) {
          auto const task = n.held[n.stream].task;
          n.pieces[n.piece.tail++ % ring] = task;
          if (++n.written == j_.pieces_of(task)) n.stream = none;
          wake(n.pool, awaits_bytes, at::free);
        });
        break;
      default: falling_asleep(s);
    }
  }

 private:
  void choose(state const& s) {
    bool idle = s.unheard == 0;
    for (u8 task = 0; task < task_count; ++task)
      if (s.stages[task] == stage::waiting && place_for(s, task)) {
        offer(s, task);
        idle = idle && s.entry_wanted != 0;
        break;
      }
    if (s.unheard != 0)
      j_.add(s, [](state& n) {
        n.unheard = 0;
        wake(n.pool, awaits_offers, at::free);
      });
    for (u8 slot = 0; slot < slot_count; ++slot) revoke(s, slot);
    if (s.result.there() != 0) j_.add(s, [this](state& n) { read_result(n); });
    if (s.stream != none && s.slots[s.stream].word == claim::claimed)
      j_.add(s, [](state& n) { n.pool.where = at::pump_room; });
    if (s.watched != none && begun(s)) j_.add(s, [](state& n) { n.watched = none; });
    if (idle)
      j_.add(s, [this](state& n) {
        n.pool_awaits = awaits_results;
        if (n.entry_wanted != 0 || n.stream != none) n.pool_awaits |= awaits_room;
        n.pool = {.where = j_.has(flaw::pool_does_not_look_again) ? at::asleep : at::sleep_results,
                  .then = at::free,
                  .bit = 0};
      });
  }

  static bool begun(state const& s) { return s.slots[s.watched].running == s.held[s.watched].sequence; }

  bool place_for(state const& s, u8 task) const {
    if (s.held[0].task != none && s.held[1].task != none) return false;
    return s.stream == none || j_.pieces_of(task) == 0 || j_.has(flaw::writes_a_body_before_a_stream);
  }

  void offer(state const& s, u8 task) {
    j_.add(s, [&](state& n) {
      n.entry_wanted = n.entry.room() == 0;
      if (n.entry_wanted != 0) return;
      u8 const slot = n.held[0].task == none ? 0 : 1;
      bool const streamed =
          j_.pieces_of(task) > ring / 2 || (j_.pieces_of(task) != 0 && j_.pieces_of(task) > n.piece.room());
      n.held[slot] = {task, ++n.sequence};
      n.stages[task] = stage::held;
      n.slots[slot] = {claim::offered, n.sequence, task, u8{streamed}, n.slots[slot].running};
      if (streamed) {
        n.stream = slot;
        n.written = 0;
      } else {
        for (u8 i = 0; i < j_.pieces_of(task); ++i) n.pieces[n.piece.tail++ % ring] = task;
      }
      if (j_.what.first_hangs && task == 0) n.watched = slot;
      n.offering = slot;
      n.pool.where = at::offer_entry;
    });
  }

  static void free_slot(state& n, u8 slot) {
    n.held[slot].task = none;
    if (n.watched == slot) n.watched = none;
    if (n.stream == slot) n.stream = none;
  }

  void revoke(state const& s, u8 slot) {
    if (s.revocations == 0 || s.held[slot].task == none || s.slots[slot].word != claim::offered) return;
    j_.add(s, [&](state& n) {
      --n.revocations;
      n.slots[slot].word = claim::revoked;
      n.stages[n.held[slot].task] = stage::waiting;
      free_slot(n, slot);
    });
  }

  void read_result(state& n) {
    auto const& result = n.results[n.result.head % ring];
    auto const& held = n.held[result.slot];
    j_.require(held.task != none && held.sequence == result.sequence, "a result of no task");
    j_.require(n.stream != result.slot, "a result before its arguments");
    if (held.task == none) return;
    n.stages[held.task] = stage::finished;
    free_slot(n, result.slot);
    n.pool.where = at::release;
  }

  void falling_asleep(state const& s) {
    auto const on = [&](bool found, at otherwise) {
      j_.add(s, [=](state& n) { n.pool.where = found ? at::disarm : otherwise; });
    };
    switch (s.pool.where) {
      case at::sleep_results: return on(s.result.there() != 0, at::sleep_entries);
      case at::sleep_entries: {
        bool const found = s.entry_wanted != 0 && s.entry.room() != 0;
        j_.add(s, [=](state& n) {
          if (found) n.entry_wanted = 0;
          n.pool.where = found ? at::disarm : at::sleep_stream;
        });
        return;
      }
      case at::sleep_stream:
        j_.add(s, [](state& n) {
          bool const claimed = n.stream != none && n.slots[n.stream].word == claim::claimed;
          n.pool.where = claimed ? at::sleep_room : at::sleep_begun;
        });
        return;
      case at::sleep_room: return on(s.piece.room() >= ring / 2, at::sleep_begun);
      case at::sleep_begun: return on(s.watched != none && begun(s), at::asleep);
      default: return;
    }
  }

  // The pool has learned that the worker is dead: nobody else writes any more.
  void end_of_worker(state s) {
    if (j_.has(flaw::judges_before_it_drains)) judge(s);
    while (s.result.there() != 0 && j_.complaint.empty()) {
      read_result(s);
      ++s.result.head;
    }
    judge(s);
    s.pool.where = at::judged;
    j_.found.push_back(s);
  }

  void judge(state& s) {
    for (u8 slot = 0; slot < slot_count; ++slot) {
      auto const task = s.held[slot].task;
      if (task == none) continue;
      bool const claimed = s.slots[slot].word == claim::claimed;
      j_.require(claimed || s.runs[task] == 0, "a task that had begun would be run again");
      j_.require(!claimed || s.published[task] == 0, "a result that was written is lost");
      s.stages[task] = claimed ? stage::lost : stage::waiting;
      free_slot(s, slot);
    }
  }

  journal& j_;
};

}  // namespace reeve::test::channel_model
