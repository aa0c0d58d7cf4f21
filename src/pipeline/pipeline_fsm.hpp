// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pipeline/rate_meter.hpp"
#include "pipeline/source_backoff.hpp"
#include "reeve/pipeline_params.hpp"
#include "reeve/pipeline_status.hpp"
#include "reeve/task_message.hpp"
#include "reeve/task_outcome.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace reeve {

/// How a task ended on the pool, as the pipeline's rules judge it.
struct task_ending {
  verdict what = verdict::complete;
  std::string result{};
  std::string reason{};
  std::chrono::nanoseconds duration{};
  worker_id worker{};
};

/// Which of the source's functions: each has its own errors.
enum class source_call { fetch, publish, keep_alive };

/// What a pipeline does and when: a pure machine. It is told what has happened, and says in `act` what is to be done.
///
/// A delivery is in one place at a time: fetched, running, unpublished (waiting, or in a batch on its way).
class pipeline_fsm {
 public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;
  using duration = clock::duration;
  using outcomes = std::shared_ptr<std::vector<task_outcome> const>;

  /// A task for the pool. Its message, without the payload, is `message(delivery)` until it has ended.
  struct run_order {
    std::uint64_t delivery = 0;
    std::string payload{};
  };
  struct publish_order {
    std::uint64_t number = 0;
    outcomes what{};
  };
  /// What is to be done, each thing once.
  struct actions {
    /// Fetch so many; the answer is `fetched` or `fetch_failed`. Zero: no.
    std::size_t fetch = 0;
    /// End the fetch that is under way; it answers all the same.
    bool cancel_fetch = false;
    /// Run these; each answers with `ended`.
    std::vector<run_order> run{};
    /// End these calls of the pool; they answer all the same.
    std::vector<std::uint64_t> cancel{};
    /// Publish these; each answers with `published` or `publish_failed`.
    std::vector<publish_order> publish{};
    /// Renew the leases of these; the answer is `kept_alive` or `keep_alive_failed`. Empty: no.
    std::vector<std::uint64_t> keep_alive{};
    /// Call `act` again at that time.
    std::optional<time_point> wake{};
    /// All is over: nothing more is to be done or answered.
    bool over = false;
  };

  /// `lease` is the source's.
  pipeline_fsm(pipeline_params const& params, duration lease, std::uint32_t seed, time_point now);

  /// What is to be done now, by a pool that runs so many tasks at a time.
  void act(time_point now, std::size_t places, actions& out);

  void fetched(time_point now, std::vector<task_message> messages);
  void fetch_failed(time_point now, std::string why);
  /// The fetch ended because it was cancelled.
  void fetch_cancelled();
  /// A call of the pool was made for it.
  void begun(std::uint64_t delivery, std::uint64_t call) { held_.at(delivery).call = call; }
  /// The trace that it belongs to: its outcome's, too.
  void traced(std::uint64_t delivery, trace_context trace);
  void ended(time_point now, std::uint64_t delivery, task_ending ending);
  void published(time_point now, std::uint64_t batch);
  void publish_failed(time_point now, std::uint64_t batch, std::string why);
  void kept_alive();
  void keep_alive_failed(time_point now, std::string why);
  /// To be over within that time. Brings the end forward, never back.
  void drain(time_point now, duration within);

  task_message const& message(std::uint64_t delivery) const { return held_.at(delivery).message; }
  pipeline_status status(time_point now) const;
  bool draining() const noexcept { return deadline_.has_value(); }
  std::size_t held() const noexcept { return held_.size(); }
  /// The source was found wanting, and has not answered well since.
  bool source_down() const noexcept { return down_ != 0; }
  std::string const& source_error() const noexcept { return source_error_; }
  /// The outcomes since the last call, where they are wanted.
  std::vector<task_outcome> take_new_outcomes() { return std::exchange(news_, {}); }

 private:
  struct held_task {
    task_message message;  // without its payload once it runs
    time_point fetched_at;
    std::uint64_t call = 0;
    trace_context trace{};
  };
  struct on_its_way {
    outcomes what;
    source_backoff backoff{};
    bool under_way = false;
  };

  bool expired(time_point now) const noexcept { return deadline_ && now >= *deadline_; }
  std::size_t unpublished() const noexcept { return outcomes_.size() + in_batches_; }
  std::size_t max_running(std::size_t places) const noexcept;
  void add(time_point now, task_message message);
  void put(time_point now, std::uint64_t delivery, task_ending ending);
  task_outcome outcome_of(held_task& of, task_ending ending);
  duration retry_delay(std::size_t attempt);
  void end_all(time_point now, actions& out);
  void act_run(time_point now, std::size_t places, actions& out);
  void act_fetch(time_point now, std::size_t places, actions& out);
  void act_publish(time_point now, actions& out);
  void act_keep_alive(time_point now, actions& out);
  void waited(time_point now, duration wait) noexcept;
  bool all_ended() const noexcept;
  bool is_down(source_call which) const noexcept { return (down_ >> static_cast<unsigned>(which) & 1U) != 0; }
  void call_failed(source_call which, std::string why);
  void call_succeeded(source_call which) noexcept;

  pipeline_params const params_;
  duration const lease_;
  std::minstd_rand random_;
  rate_meter rate_;

  std::unordered_map<std::uint64_t, held_task> held_;
  std::deque<std::uint64_t> fetched_;
  std::size_t running_ = 0;
  std::deque<task_outcome> outcomes_;
  time_point oldest_outcome_{};
  std::map<std::uint64_t, on_its_way> batches_;
  std::size_t in_batches_ = 0;
  std::uint64_t next_batch_ = 1;
  std::vector<task_outcome> news_;

  bool fetching_ = false;
  bool fetch_cancelled_ = false;
  std::size_t asked_ = 0;
  bool source_has_more_ = false;
  source_backoff fetch_backoff_;
  // So many are held for the pool at most: grows while it runs dry, and shrinks while tasks wait for too long.
  std::size_t target_ = 0;
  std::size_t ended_ = 0;  // since it last changed
  std::optional<time_point> shrunk_at_;

  std::size_t places_ = 1;

  bool keeping_alive_ = false;
  time_point renew_at_;

  std::optional<time_point> deadline_;
  std::optional<time_point> abandon_at_;
  bool over_ = false;

  unsigned down_ = 0;  // a bit for each source_call
  std::string source_error_;
  pipeline_status counts_;  // only its numbers
};

}  // namespace reeve
