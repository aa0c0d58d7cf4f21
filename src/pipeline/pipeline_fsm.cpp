// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/pipeline_fsm.hpp"

#include <algorithm>
#include <cmath>

namespace reeve {
namespace {

// What the pool's queue may hold for each task that it runs at a time: more than its workers are given in advance.
constexpr std::size_t running_per_place = 64;

void earliest(std::optional<pipeline_fsm::time_point>& wake, pipeline_fsm::time_point at) {
  if (!wake || at < *wake) wake = at;
}

void count(pipeline_status& counts, verdict what) {
  switch (what) {
    case verdict::complete: ++counts.completed; break;
    case verdict::failed: ++counts.failed; break;
    case verdict::retry: ++counts.retried; break;
    case verdict::dead_letter: ++counts.dead_lettered; break;
    case verdict::hand_back: ++counts.handed_back; break;
  }
}

}  // namespace

pipeline_fsm::pipeline_fsm(pipeline_params const& params, duration lease, std::uint32_t seed, time_point now)
    : params_{params}, lease_{lease}, random_{seed}, rate_{now}, renew_at_{now} {
  counts_.state = pipeline_state::running;
}

void pipeline_fsm::act(time_point now, std::size_t places, actions& out) {
  out = {};
  if (over_) {
    out.over = true;
    return;
  }
  places = std::max<std::size_t>(places, 1);
  if (expired(now)) end_all(now, out);
  act_run(now, places, out);
  act_publish(now, out);
  act_fetch(now, places, out);
  act_keep_alive(now, out);
  if (deadline_) earliest(out.wake, abandon_at_.value_or(*deadline_));
  if (!all_ended() && !(abandon_at_ && now >= *abandon_at_)) return;
  counts_.abandoned = held_.size();
  counts_.state = pipeline_state::stopped;
  over_ = out.over = true;
}

bool pipeline_fsm::all_ended() const noexcept { return deadline_ && held_.empty() && !fetching_; }

// ---- the end -----------------------------------------------------------------------------------------------

void pipeline_fsm::drain(time_point now, duration within) {
  auto const at = now + within;
  if (!deadline_ || at < *deadline_) deadline_ = at;
  if (!over_) counts_.state = pipeline_state::draining;
}

void pipeline_fsm::end_all(time_point now, actions& out) {
  if (!abandon_at_) {
    abandon_at_ = now + params_.abandon_after;
    for (auto const& [delivery, task] : held_)
      if (task.call != 0) out.cancel.push_back(task.call);
  }
  for (auto const delivery : std::exchange(fetched_, {}))
    put(now, delivery, {.what = verdict::hand_back, .reason = "the pipeline is stopped"});
}

// ---- tasks come in, and go to the pool -----------------------------------------------------------------------

// How much is fetched: what is run within `hold_for`. Where that is not known it begins low, and doubles as long as the
// source has more and nothing waits too long.
void pipeline_fsm::act_fetch(time_point now, std::size_t places, actions& out) {
  if (fetching_ && deadline_ && !fetch_cancelled_) out.cancel_fetch = fetch_cancelled_ = true;
  if (fetching_ || deadline_) return;
  auto const most = params_.max_fetched + max_running(places);
  if (source_has_more_ && ended_ >= target_ && !(shrunk_at_ && now < *shrunk_at_ + 2 * params_.hold_for)) {
    target_ *= 2;
    ended_ = 0;
  }
  target_ = std::clamp(target_, std::min(2 * places, most), most);

  auto const before = fetched_.size() + running_;
  auto const room = std::min({params_.fetch_batch, target_ - std::min(target_, before),
                              params_.max_fetched - std::min(params_.max_fetched, fetched_.size())});
  auto const worth_it = std::min({params_.fetch_batch, (target_ + 1) / 2, (params_.max_fetched + 1) / 2});
  if (room < worth_it) return;
  if (!fetch_backoff_.due(now)) return earliest(out.wake, *fetch_backoff_.at());
  out.fetch = asked_ = room;
  fetching_ = true;
}

void pipeline_fsm::waited(time_point now, duration wait) noexcept {
  if (wait <= params_.hold_for || (shrunk_at_ && now < *shrunk_at_ + params_.hold_for)) return;
  target_ /= 2;
  ended_ = 0;
  shrunk_at_ = now;
}

void pipeline_fsm::fetched(time_point now, std::vector<task_message> messages) {
  if (messages.empty()) return fetch_failed(now, "it gave no task");
  fetching_ = fetch_cancelled_ = false;
  fetch_backoff_.succeeded();
  call_succeeded(source_call::fetch);
  source_has_more_ = messages.size() >= asked_;
  for (auto& message : messages) add(now, std::move(message));
}

void pipeline_fsm::fetch_failed(time_point now, std::string why) {
  fetching_ = fetch_cancelled_ = false;
  fetch_backoff_.failed(now, params_);
  call_failed(source_call::fetch, std::move(why));
}

void pipeline_fsm::fetch_cancelled() { fetching_ = fetch_cancelled_ = false; }

void pipeline_fsm::add(time_point now, task_message message) {
  if (held_.empty()) renew_at_ = now + lease_ / 3;
  auto const delivery = message.delivery;
  bool const is_new =
      held_.try_emplace(delivery, held_task{.message = std::move(message), .fetched_at = now}).second;
  if (!is_new) return;  // the source says so twice
  ++counts_.fetched;
  fetched_.push_back(delivery);
}

void pipeline_fsm::traced(std::uint64_t delivery, trace_context trace) {
  if (auto const it = held_.find(delivery); it != held_.end()) it->second.trace = std::move(trace);
}

std::size_t pipeline_fsm::max_running(std::size_t places) const noexcept {
  return params_.max_running != 0 ? params_.max_running : running_per_place * places;
}

void pipeline_fsm::act_run(time_point now, std::size_t places, actions& out) {
  while (!fetched_.empty() && running_ < max_running(places) &&
         running_ + unpublished() < params_.max_unpublished) {
    auto const delivery = fetched_.front();
    fetched_.pop_front();
    auto& message = held_.at(delivery).message;
    if (message.attempt > params_.retry.max_attempts) {
      put(now, delivery,
          {.what = verdict::dead_letter,
           .reason = "it was delivered " + std::to_string(message.attempt - 1) + " times and has not ended"});
      continue;
    }
    ++running_;
    out.run.push_back({.delivery = delivery, .payload = std::exchange(message.payload, {})});
  }
  places_ = places;
}

// ---- and out -----------------------------------------------------------------------------------------------

void pipeline_fsm::ended(time_point now, std::uint64_t delivery, task_ending ending) {
  auto const it = held_.find(delivery);
  if (it == held_.end()) return;
  --running_;
  ++ended_;
  it->second.call = 0;
  if (ending.duration.count() > 0) waited(now, now - it->second.fetched_at - ending.duration);
  put(now, delivery, std::move(ending));
}

void pipeline_fsm::put(time_point now, std::uint64_t delivery, task_ending ending) {
  if (outcomes_.empty()) oldest_outcome_ = now;
  outcomes_.push_back(outcome_of(held_.at(delivery), std::move(ending)));
  if (params_.on_event || params_.logging <= log_level::info) news_.push_back(outcomes_.back());
}

task_outcome pipeline_fsm::outcome_of(held_task& of, task_ending ending) {
  task_outcome made{.id = of.message.id,
                    .name = of.message.name,
                    .attempt = of.message.attempt,
                    .delivery = of.message.delivery,
                    .what = ending.what,
                    .result = std::move(ending.result),
                    .reason = std::move(ending.reason),
                    .duration = ending.duration,
                    .worker = std::move(ending.worker),
                    .trace = std::move(of.trace)};
  if (made.what != verdict::retry) return made;
  if (made.attempt < params_.retry.max_attempts) {
    made.delay = retry_delay(made.attempt);
    return made;
  }
  made.what = verdict::dead_letter;
  made.reason = "attempt " + std::to_string(made.attempt) + " of " +
                std::to_string(params_.retry.max_attempts) + ": " + made.reason;
  return made;
}

pipeline_fsm::duration pipeline_fsm::retry_delay(std::size_t attempt) {
  using seconds = std::chrono::duration<double>;
  auto const& policy = params_.retry;
  if (policy.delay.count() == 0) return {};
  auto const grown =
      seconds{policy.delay}.count() * std::pow(policy.backoff, static_cast<double>(attempt) - 1);
  auto const wait = std::min(grown, seconds{policy.max_delay}.count());
  std::uniform_real_distribution<double> vary{1 - policy.jitter, 1 + policy.jitter};
  return std::chrono::duration_cast<duration>(seconds{wait * vary(random_)});
}

void pipeline_fsm::act_publish(time_point now, actions& out) {
  for (auto& [number, batch] : batches_) {
    if (batch.under_way) continue;
    if (!batch.backoff.due(now)) {
      earliest(out.wake, *batch.backoff.at());
      continue;
    }
    batch.under_way = true;
    out.publish.push_back({.number = number, .what = batch.what});
  }
  // While the source does not take what it was given there is no use in giving it more.
  while (!outcomes_.empty() && batches_.size() < params_.max_publishing && !is_down(source_call::publish)) {
    bool const nothing_to_wait_for = running_ == 0 && fetched_.empty();
    if (outcomes_.size() < params_.publish_batch && !nothing_to_wait_for &&
        now < oldest_outcome_ + params_.publish_within)
      return earliest(out.wake, oldest_outcome_ + params_.publish_within);
    auto const size = std::min(outcomes_.size(), params_.publish_batch);
    auto const end = outcomes_.begin() + static_cast<std::ptrdiff_t>(size);
    auto what = std::make_shared<std::vector<task_outcome> const>(std::move_iterator{outcomes_.begin()},
                                                                  std::move_iterator{end});
    outcomes_.erase(outcomes_.begin(), end);
    oldest_outcome_ = now;
    in_batches_ += size;
    auto const number = next_batch_++;
    batches_.emplace(number, on_its_way{.what = what, .under_way = true});
    out.publish.push_back({.number = number, .what = std::move(what)});
  }
}

void pipeline_fsm::published(time_point now, std::uint64_t batch) {
  auto const it = batches_.find(batch);
  if (it == batches_.end()) return;
  call_succeeded(source_call::publish);
  auto const what = std::move(it->second.what);
  batches_.erase(it);
  in_batches_ -= what->size();
  counts_.published += what->size();
  rate_.add(now, what->size());
  for (auto const& outcome : *what) {
    count(counts_, outcome.what);
    auto const held = held_.find(outcome.delivery);
    counts_.latency.add(now - held->second.fetched_at);
    held_.erase(held);
  }
}

void pipeline_fsm::publish_failed(time_point now, std::uint64_t batch, std::string why) {
  auto const it = batches_.find(batch);
  if (it == batches_.end()) return;
  it->second.under_way = false;
  it->second.backoff.failed(now, params_);
  call_failed(source_call::publish, std::move(why));
}

// ---- leases ------------------------------------------------------------------------------------------------

void pipeline_fsm::act_keep_alive(time_point now, actions& out) {
  if (lease_.count() == 0 || keeping_alive_ || held_.empty()) return;
  if (now < renew_at_) return earliest(out.wake, renew_at_);
  out.keep_alive.reserve(held_.size());
  for (auto const& [delivery, task] : held_) out.keep_alive.push_back(delivery);
  keeping_alive_ = true;
  renew_at_ = now + lease_ / 3;
}

void pipeline_fsm::kept_alive() {
  keeping_alive_ = false;
  call_succeeded(source_call::keep_alive);
}

// There is time for some more attempts until the leases run out.
void pipeline_fsm::keep_alive_failed(time_point now, std::string why) {
  keeping_alive_ = false;
  renew_at_ = now + lease_ / 12;
  call_failed(source_call::keep_alive, std::move(why));
}

// ---- status ------------------------------------------------------------------------------------------------

void pipeline_fsm::call_failed(source_call which, std::string why) {
  down_ |= 1U << static_cast<unsigned>(which);
  ++counts_.source_errors;
  source_error_ = std::move(why);
}

void pipeline_fsm::call_succeeded(source_call which) noexcept {
  down_ &= ~(1U << static_cast<unsigned>(which));
  if (down_ == 0) source_error_.clear();
}

pipeline_status pipeline_fsm::status(time_point now) const {
  auto status = counts_;
  status.name = params_.name;
  status.queues = {{{.name = "fetched", .size = fetched_.size(), .capacity = params_.max_fetched},
                    {.name = "running", .size = running_, .capacity = max_running(places_)},
                    {.name = "unpublished", .size = unpublished(), .capacity = params_.max_unpublished}}};
  status.source_error = source_error_;
  status.per_second = rate_.per_second(now);
  return status;
}

}  // namespace reeve
