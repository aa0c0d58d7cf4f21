// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/memory_ledger.hpp"

#include <algorithm>
#include <iterator>

namespace reeve::detail {

namespace {

// Far from where the clock's numbers end.
constexpr memory_ledger::clock::duration longest_delay = std::chrono::hours{24 * 365 * 100};

}  // namespace

memory_ledger::submission memory_ledger::submit(task_message& task, time_point now,
                                                std::size_t held_elsewhere) {
  see(now);
  forget_old();
  if (!task.id.empty() && ids_.contains(task.id)) {
    ++counts_.duplicates;
    return submission::known;
  }
  if (size() + held_elsewhere >= capacity_) return submission::full;
  if (task.id.empty()) task.id = new_id();
  auto& id = *ids_.emplace(task.id, known_id{}).first;
  auto& e = ready_.emplace_back();
  e.task = std::move(task);
  e.task.attempt = 0;
  e.task.delivery = 0;
  e.first_delivery = last_delivery_ + 1;
  id.second.task = std::prev(ready_.end());
  if (dedup_window_ > clock::duration::zero()) {
    id.second.remembered = true;
    remembered_.push_back({now_ + dedup_window_, &id});
    if (remembered_.size() > remembered_per_place * capacity_) forget_oldest();
  }
  ++counts_.submitted;
  return submission::taken;
}

std::vector<task_message> memory_ledger::take(std::size_t most, time_point now) {
  advance(now);
  std::vector<task_message> taken;
  taken.reserve(std::min(most, ready_.size()));
  while (taken.size() < most && !ready_.empty()) {
    auto const e = ready_.begin();
    ++e->task.attempt;
    e->task.delivery = ++last_delivery_;
    e->until = now_ + lease_;
    move_to(e, place::delivered);
    taken.push_back(e->task);
  }
  return taken;
}

std::optional<task_message> memory_ledger::publish(task_outcome const& outcome, time_point now) {
  advance(now);
  auto const found = ids_.find(outcome.id);
  if (found == ids_.end() || !found->second.lives) return {};
  auto const e = found->second.task;
  if (outcome.what == verdict::retry || outcome.what == verdict::hand_back) {
    if (e->where != place::delivered || e->task.delivery != outcome.delivery) return {};
    count(outcome.what);
    deliver_again(e, outcome.what == verdict::retry ? outcome.delay : clock::duration::zero());
    return {};
  }
  if (outcome.delivery < e->first_delivery || outcome.delivery > e->task.delivery) return {};
  count(outcome.what);
  return end(*found);
}

void memory_ledger::keep_alive(std::span<std::uint64_t const> deliveries, time_point now) {
  advance(now);
  for (auto const delivery : deliveries) {
    auto const found = deliveries_.find(delivery);
    if (found == deliveries_.end()) continue;
    found->second->until = now_ + lease_;
    delivered_.splice(delivered_.end(), delivered_, found->second);
  }
}

void memory_ledger::advance(time_point now) {
  see(now);
  while (!due_.empty() && due_.begin()->first.first <= now_) move_to(due_.begin()->second, place::ready);
  while (!delivered_.empty() && delivered_.front().until <= now_) {
    ++counts_.expired;
    move_to(delivered_.begin(), place::ready);
  }
}

std::optional<memory_ledger::time_point> memory_ledger::next() const {
  std::optional<time_point> at;
  if (!delivered_.empty()) at = delivered_.front().until;
  if (!due_.empty() && (!at || due_.begin()->first.first < *at)) at = due_.begin()->first.first;
  return at;
}

memory_source_status memory_ledger::status() const {
  auto told = counts_;
  told.ready = ready_.size();
  told.delayed = delayed_.size();
  told.delivered = delivered_.size();
  return told;
}

void memory_ledger::see(time_point now) { now_ = std::max(now_, now); }

void memory_ledger::forget_old() {
  while (!remembered_.empty() && remembered_.front().until <= now_) forget_oldest();
}

void memory_ledger::forget_oldest() {
  auto& id = *remembered_.front().id;
  remembered_.pop_front();
  id.second.remembered = false;
  erase_unless_used(id);
}

void memory_ledger::erase_unless_used(id_map::value_type const& id) {
  if (!id.second.lives && !id.second.remembered) ids_.erase(ids_.find(id.first));
}

// Somebody may have chosen one that looks like ours.
std::string memory_ledger::new_id() {
  std::string id;
  do {
    id = id_prefix_ + std::to_string(++last_id_);
  } while (ids_.contains(id));
  return id;
}

task_message memory_ledger::end(id_map::value_type& id) {
  auto const e = id.second.task;
  leave(*e);
  auto task = std::move(e->task);
  list_of(e->where).erase(e);
  id.second.lives = false;
  erase_unless_used(id);
  return task;
}

memory_ledger::entries& memory_ledger::list_of(place where) {
  switch (where) {
    case place::ready: return ready_;
    case place::delayed: return delayed_;
    case place::delivered: break;
  }
  return delivered_;
}

void memory_ledger::move_to(entries::iterator e, place where) {
  leave(*e);
  auto& to = list_of(where);
  to.splice(to.end(), list_of(e->where), e);
  e->where = where;
  if (where == place::delayed) due_.emplace(std::pair{e->until, e->task.delivery}, e);
  if (where == place::delivered) deliveries_.emplace(e->task.delivery, e);
}

// Before its `until` or its delivery change.
void memory_ledger::leave(entry const& e) {
  if (e.where == place::delayed) due_.erase({e.until, e.task.delivery});
  if (e.where == place::delivered) deliveries_.erase(e.task.delivery);
}

void memory_ledger::deliver_again(entries::iterator e, clock::duration delay) {
  if (delay <= clock::duration::zero()) return move_to(e, place::ready);
  e->until = now_ + std::min(delay, longest_delay);
  move_to(e, place::delayed);
}

void memory_ledger::count(verdict what) {
  switch (what) {
    case verdict::complete: ++counts_.completed; break;
    case verdict::failed: ++counts_.failed; break;
    case verdict::retry: ++counts_.retried; break;
    case verdict::dead_letter: ++counts_.dead_lettered; break;
    case verdict::hand_back: ++counts_.handed_back; break;
  }
}

}  // namespace reeve::detail
