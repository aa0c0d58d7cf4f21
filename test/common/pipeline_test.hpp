// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of the pipeline need: tasks that can be called by name, and a source that does as it is told.

#include "pool_test.hpp"
#include "reeve/json_task_fn.hpp"
#include "reeve/pipeline.hpp"
#include "reeve/task_source.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace reeve::test {

namespace tasks {

inline std::string correlation(std::size_t cell) {
  board().add(cell);
  return this_task::correlation_id();
}

inline std::size_t retry(std::size_t cell) {
  board().add(cell);
  throw retry_task{"not yet"};
}

}  // namespace tasks

inline json_task_fn<int(int)> const json_square{"json_square", tasks::square};
inline json_task_fn<std::uint32_t(std::size_t)> const json_note{"json_note", tasks::note};
inline json_task_fn<std::size_t(std::size_t)> const json_gate{"json_gate", tasks::gate};
inline json_task_fn<std::size_t(std::size_t)> const json_until_stop{"json_until_stop", tasks::until_stop};
inline json_task_fn<void(std::size_t)> const json_never_end{"json_never_end", tasks::never_end};
inline json_task_fn<std::size_t(std::size_t, std::string)> const json_deed{"json_deed", tasks::deed};
inline json_task_fn<std::string(std::size_t)> const json_correlation{"json_correlation", tasks::correlation};
inline json_task_fn<std::size_t(std::size_t)> const json_retry{"json_retry", tasks::retry};

/// A source that does as it is told. All of it is for one thread.
class scripted_source final : public task_source {
 public:
  explicit scripted_source(boost::asio::io_context& context) : changed_{context} {}

  /// Delivered when they are fetched, the first one first.
  std::deque<task_message> ready;
  /// Where nothing is ready, more of this is made. Without end.
  std::function<task_message()> endless;
  /// What each function does: goes on, waits until it may, or fails.
  enum class mood { well, hanging, failing };
  mood fetching = mood::well;
  mood publishing = mood::well;
  mood keeping_alive = mood::well;
  mood announcing = mood::well;  // when it hangs it cannot be cancelled either
  std::chrono::steady_clock::duration lease_time{};
  std::chrono::steady_clock::duration announce_period{};

  std::size_t fetches = 0;
  std::size_t publishes = 0;
  std::uint64_t delivered = 0;
  std::vector<task_outcome> published;
  std::map<std::uint64_t, std::size_t> kept_alive;  // by delivery
  std::vector<node_info> announced;

  /// To be called after a change.
  void changed() { changed_.cancel(); }

  std::uint64_t add(std::string name, std::string payload, std::size_t attempt = 1) {
    auto const delivery = next_++;
    ready.push_back({.id = "id" + std::to_string(delivery),
                     .name = std::move(name),
                     .payload = std::move(payload),
                     .attempt = attempt,
                     .delivery = delivery});
    changed();
    return delivery;
  }

  std::size_t count(verdict what) const {
    return static_cast<std::size_t>(std::ranges::count(published, what, &task_outcome::what));
  }

  boost::asio::awaitable<std::vector<task_message>> fetch(std::size_t most) override {
    ++fetches;
    co_await in_mood(&scripted_source::fetching);
    while (ready.empty() && !endless) co_await change();
    std::vector<task_message> taken;
    for (; taken.size() < most && (!ready.empty() || endless); ++delivered) {
      if (ready.empty()) {
        ready.push_back(endless());
        ready.back().delivery = next_++;
      }
      taken.push_back(std::move(ready.front()));
      ready.pop_front();
    }
    co_return taken;
  }

  boost::asio::awaitable<void> publish(std::span<task_outcome const> outcomes) override {
    ++publishes;
    co_await in_mood(&scripted_source::publishing);
    published.insert(published.end(), outcomes.begin(), outcomes.end());
  }

  boost::asio::awaitable<void> keep_alive(std::span<std::uint64_t const> deliveries) override {
    for (auto const delivery : deliveries) ++kept_alive[delivery];
    co_await in_mood(&scripted_source::keeping_alive);
  }

  std::chrono::steady_clock::duration lease() const override { return lease_time; }
  std::chrono::steady_clock::duration announce_every() const override { return announce_period; }
  boost::asio::awaitable<void> announce(node_info node) override {
    announced.push_back(std::move(node));
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    co_await in_mood(&scripted_source::announcing);
  }

 private:
  boost::asio::awaitable<void> in_mood(mood scripted_source::*which) {
    while (this->*which == mood::hanging) co_await change();
    if (this->*which == mood::failing)
      throw boost::system::system_error{error::source_unavailable, "the script says so"};
  }

  boost::asio::awaitable<void> change() {
    error_code ec;
    co_await changed_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    // Whether somebody changed something, or cancelled this coroutine.
    auto const state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
      throw boost::system::system_error{boost::asio::error::operation_aborted};
  }

  boost::asio::steady_timer changed_;
  std::uint64_t next_ = 1;
};

/// A pool, a scripted source, and a pipeline between them.
class pipeline_rig : public pool_rig {
 public:
  using mood = scripted_source::mood;

  std::shared_ptr<scripted_source> source = std::make_shared<scripted_source>(context);
  std::vector<pipeline_event_kind> events;
  std::vector<std::string> reasons;  // of the source's failures
  std::optional<pipeline> line;
  std::optional<error_code> ended;
  boost::asio::cancellation_signal cancel;

  explicit pipeline_rig(pool_params params = pool_of(2)) : pool_rig{std::move(params)} { start(); }
  ~pipeline_rig() { line.reset(); }

  /// Parameters that say nothing and wait for little.
  static pipeline_params quiet() {
    pipeline_params p;
    p.logging = log_level::off;
    p.source_delay = std::chrono::milliseconds{5};
    p.max_source_delay = std::chrono::milliseconds{20};
    p.retry.jitter = 0;
    return p;
  }

  /// A new pipeline, which runs.
  void run(pipeline_params params = quiet()) {
    params.on_event = [this, then = std::move(params.on_event)](pipeline_event const& event) {
      events.push_back(event.kind);
      if (event.kind == pipeline_event_kind::source_down) reasons.push_back(event.reason);
      if (then) then(event);
    };
    line.emplace(*pool, source, std::move(params));
    run_again();
  }
  void run_again() {
    ended.reset();
    line->async_run(
        boost::asio::bind_cancellation_slot(cancel.slot(), [this](error_code ec) { ended = ec; }));
  }

  /// Drains it, and waits for its end.
  error_code drain(std::optional<std::chrono::steady_clock::duration> within = {}) {
    line->drain(within);
    return wait_for_end();
  }
  error_code wait_for_end() {
    until([&] { return ended.has_value(); });
    return *ended;
  }

  void until_published(std::size_t count) {
    until([&] { return source->published.size() >= count; });
  }

  /// What was published of one delivery, which must be one outcome.
  task_outcome outcome_of(std::uint64_t delivery) {
    auto const is_it = [&](task_outcome const& o) { return o.delivery == delivery; };
    until([&] { return std::ranges::any_of(source->published, is_it); });
    BOOST_TEST(std::ranges::count_if(source->published, is_it) == 1);
    return *std::ranges::find_if(source->published, is_it);
  }
  task_outcome outcome_of(std::string name, std::string payload) {
    return outcome_of(source->add(std::move(name), std::move(payload)));
  }

  std::size_t in(std::size_t queue) const { return line->status().queues.at(queue).size; }
  std::size_t count(pipeline_event_kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(events, kind));
  }
};

}  // namespace reeve::test
