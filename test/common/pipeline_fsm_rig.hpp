// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A pipeline's machine in virtual time, and what it has asked for and was not answered yet.

#include "pipeline/pipeline_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace reeve::test {

class pipeline_fsm_rig {
 public:
  using duration = pipeline_fsm::duration;

  pipeline_params params;
  std::size_t places = 2;
  pipeline_fsm::time_point now{std::chrono::hours{1}};
  std::optional<pipeline_fsm> fsm;

  /// What waits for an answer.
  std::size_t fetch = 0;
  bool fetch_is_cancelled = false;
  std::deque<std::uint64_t> running;
  std::map<std::uint64_t, pipeline_fsm::outcomes> publishing;
  std::vector<std::uint64_t> keeping_alive;
  std::vector<std::uint64_t> cancelled_calls;
  std::optional<pipeline_fsm::time_point> wake;
  bool over = false;
  /// What was published in the end.
  std::vector<task_outcome> published;

  explicit pipeline_fsm_rig(pipeline_params p = quiet(), duration lease = {}) : params{std::move(p)} {
    fsm.emplace(params, lease, 1U, now);
    act();
  }

  /// Parameters without chance, whose events are not kept.
  static pipeline_params quiet() {
    pipeline_params p;
    p.retry.jitter = 0;
    p.logging = log_level::off;
    return p;
  }

  void act() {
    pipeline_fsm::actions actions;
    fsm->act(now, places, actions);
    if (actions.fetch != 0) {
      BOOST_TEST(fetch == 0u, "a fetch while another is under way");
      fetch = actions.fetch;
    }
    fetch_is_cancelled |= actions.cancel_fetch;
    for (auto const& order : actions.run) {
      fsm->begun(order.delivery, call_of(order.delivery));
      running.push_back(order.delivery);
    }
    for (auto const& order : actions.publish) {
      bool const is_new = publishing.emplace(order.number, order.what).second;
      BOOST_TEST(is_new, "a batch that is on its way already");
    }
    if (!actions.keep_alive.empty()) {
      BOOST_TEST(keeping_alive.empty(), "leases are renewed already");
      keeping_alive = actions.keep_alive;
    }
    cancelled_calls.insert(cancelled_calls.end(), actions.cancel.begin(), actions.cancel.end());
    wake = actions.wake;
    over |= actions.over;
  }

  static std::uint64_t call_of(std::uint64_t delivery) { return delivery + 1'000'000; }

  void pass(duration time) {
    now += time;
    act();
  }

  /// Goes to the time at which it wants to be called.
  duration pass_to_wake() {
    BOOST_REQUIRE(wake.has_value());
    auto const time = *wake - now;
    pass(time);
    return time;
  }

  task_message message(std::size_t attempt = 1) {
    auto const delivery = next_delivery_++;
    return {.id = "id" + std::to_string(delivery),
            .name = "task",
            .payload = "[]",
            .attempt = attempt,
            .delivery = delivery};
  }

  /// The source gives so many.
  void give(std::size_t count, std::size_t attempt = 1) {
    std::vector<task_message> messages;
    for (std::size_t i = 0; i != count; ++i) messages.push_back(message(attempt));
    give(std::move(messages));
  }
  void give(std::vector<task_message> messages) {
    BOOST_REQUIRE(fetch != 0u);
    fetch = 0;
    fetch_is_cancelled = false;
    fsm->fetched(now, std::move(messages));
    act();
  }
  void fail_fetch(std::string why = "it is away") {
    fetch = 0;
    fetch_is_cancelled = false;
    fsm->fetch_failed(now, std::move(why));
    act();
  }
  void end_cancelled_fetch() {
    BOOST_REQUIRE(fetch_is_cancelled);
    fetch = 0;
    fetch_is_cancelled = false;
    fsm->fetch_cancelled();
    act();
  }

  /// The task that was begun first ends.
  void end(task_ending ending = {}) {
    BOOST_REQUIRE(!running.empty());
    auto const delivery = running.front();
    running.pop_front();
    fsm->ended(now, delivery, std::move(ending));
    act();
  }
  void end(verdict what) { end({.what = what, .reason = "a reason"}); }
  void end_all(task_ending const& ending = {}) {
    while (!running.empty()) end(ending);
  }

  /// The oldest batch arrives.
  void publish() {
    BOOST_REQUIRE(!publishing.empty());
    auto const [number, what] = *publishing.begin();
    publishing.erase(publishing.begin());
    published.insert(published.end(), what->begin(), what->end());
    fsm->published(now, number);
    act();
  }
  void publish_all() {
    while (!publishing.empty()) publish();
  }
  void fail_publish(std::string why = "it is full") {
    BOOST_REQUIRE(!publishing.empty());
    auto const number = publishing.begin()->first;
    publishing.erase(publishing.begin());
    fsm->publish_failed(now, number, std::move(why));
    act();
  }
  void keep_alive() {
    keeping_alive.clear();
    fsm->kept_alive();
    act();
  }

  void drain(duration within) {
    fsm->drain(now, within);
    act();
  }

  pipeline_status status() const { return fsm->status(now); }
  std::size_t in(std::size_t queue) const { return status().queues.at(queue).size; }

 private:
  std::uint64_t next_delivery_ = 1;
};

}  // namespace reeve::test
