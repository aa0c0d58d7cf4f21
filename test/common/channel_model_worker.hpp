// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "channel_model.hpp"

namespace reeve::test::channel_model {

/// What the worker does in the model: it claims, reads, runs, answers, and sleeps when there is nothing.
class worker_program {
 public:
  explicit worker_program(journal& j) : j_{j} {}

  void steps(state const& s) {
    if (common_step(j_, s, of_worker)) return;
    switch (s.worker.where) {
      case at::free:
      case at::pop:
      case at::claim:
      case at::skip:
      case at::copy: return claiming(s);
      case at::stream:
      case at::stream_take:
      case at::stream_room:
      case at::stream_arm:
      case at::stream_look: return streaming(s);
      case at::begin:
      case at::write:
      case at::write_arm:
      case at::write_look:
      case at::publish: return answering(s);
      case at::tell:
      case at::arm:
      case at::look: return falling_asleep(s);
      default: return;  // it hangs
    }
  }

 private:
  static auto to(at where) {
    return [where](state& n) { n.worker.where = where; };
  }

  void claiming(state const& s) {
    switch (s.worker.where) {
      case at::free:
        return j_.add(s, [this](state& n) {
          bool const empty = n.entry.there() == 0;
          if (!empty) n.got = n.entries[n.entry.head % ring];
          n.worker.where = !empty ? at::pop : j_.has(flaw::does_not_tell_of_entries) ? at::arm : at::tell;
        });
      case at::pop:
        return j_.add(s, [](state& n) {
          ++n.entry.head;
          n.worker.where = at::claim;
        });
      case at::claim: return j_.add(s, [this](state& n) { claim_slot(n); });
      case at::skip:
        return j_.add(s, [this](state& n) {
          if (!j_.has(flaw::does_not_skip_bytes)) n.piece.head = static_cast<u8>(n.piece.head + n.got.pieces);
          n.worker.where = at::free;
        });
      default:  // copy
        return j_.add(s, [this](state& n) {
          take(n, n.got.pieces);
          n.worker.where = at::begin;
        });
    }
  }

  void claim_slot(state& n) {
    auto& slot = n.slots[n.got.slot];
    if (j_.has(flaw::claims_whatever_is_offered)) n.got.sequence = slot.sequence;
    if (slot.word != claim::offered || slot.sequence != n.got.sequence) {
      n.worker.where = n.got.pieces != 0 ? at::skip : at::free;
      return;
    }
    slot.word = claim::claimed;
    n.task = slot.task;
    n.left = j_.pieces_of(n.task);
    if (slot.streamed != 0)
      wake(n.worker, awaits_results, at::stream);
    else
      n.worker.where = n.got.pieces != 0 ? at::copy : at::begin;
  }

  // The next pieces are this task's, or the two sides do not agree on the ring.
  void take(state& n, u8 pieces) {
    j_.require(n.piece.there() >= pieces, "bytes are read that are not there");
    for (; pieces != 0; --pieces)
      j_.require(n.pieces[n.piece.head++ % ring] == n.task, "a task gets the bytes of another one");
  }

  void streaming(state const& s) {
    switch (s.worker.where) {
      case at::stream:
        return j_.add(s, [](state& n) {
          n.there = n.piece.there();
          n.worker.where = n.there != 0 ? at::stream_take : at::stream_arm;
        });
      case at::stream_take:
        return j_.add(s, [this](state& n) {
          take(n, 1);
          auto const then = --n.left != 0 ? at::stream : at::begin;
          if (n.there - 1 <= ring / 2)
            wake(n.worker, awaits_room, then);
          else
            n.worker.where = then;
        });
      case at::stream_arm: return arm(s, awaits_bytes, at::stream_look, at::stream);
      default: return j_.add(s, to(s.piece.there() != 0 ? at::disarm : at::asleep));  // stream_look
    }
  }

  void answering(state const& s) {
    switch (s.worker.where) {
      case at::begin:
        return j_.add(s, [this](state& n) {
          j_.require(++n.runs[n.task] == 1, "a task is run twice");
          n.slots[n.got.slot].running = n.got.sequence;
          if (j_.what.first_hangs && n.task == 0)
            wake(n.worker, awaits_results, at::hung);
          else
            n.worker.where = at::write;
        });
      case at::write:
        return j_.add(s, [this](state& n) {
          if (n.result.room() == 0)
            n.worker.where = at::write_arm;
          else if (j_.has(flaw::worker_looks_before_it_publishes))
            wake(n.worker, awaits_results, at::publish);
          else
            n.worker.where = at::publish;
        });
      case at::write_arm: return arm(s, awaits_room, at::write_look, at::write);
      case at::write_look: return j_.add(s, to(s.result.room() != 0 ? at::disarm : at::asleep));
      default:  // publish
        return j_.add(s, [this](state& n) {
          n.results[n.result.tail++ % ring] = n.got;
          ++n.published[n.task];
          if (j_.has(flaw::worker_looks_before_it_publishes))
            n.worker.where = at::free;
          else
            wake(n.worker, awaits_results, at::free);
        });
    }
  }

  void falling_asleep(state const& s) {
    switch (s.worker.where) {
      case at::tell: return j_.add(s, [](state& n) { wake(n.worker, awaits_room, at::arm); });
      case at::arm:
        return arm(s, awaits_offers, j_.has(flaw::worker_does_not_look_again) ? at::asleep : at::look,
                   at::free);
      default: return j_.add(s, to(s.entry.there() != 0 ? at::disarm : at::asleep));  // look
    }
  }

  void arm(state const& s, u8 bit, at where, at then) {
    j_.add(s, [=](state& n) {
      n.worker_awaits = bit;
      n.worker = {.where = where, .then = then, .bit = 0};
    });
  }

  journal& j_;
};

}  // namespace reeve::test::channel_model
