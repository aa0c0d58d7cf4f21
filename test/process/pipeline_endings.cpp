// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// How a pipeline ends: drained, cancelled, without its pool, or destroyed.

#include "pipeline_test.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

BOOST_AUTO_TEST_SUITE(pipeline_endings)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
using mood = pipeline_rig::mood;
namespace asio = boost::asio;

// Says nothing of time, but throws.
class timeless_source final : public task_source {
 public:
  explicit timeless_source(asio::io_context& context) : scripted{context} {}
  asio::awaitable<std::vector<task_message>> fetch(std::size_t most) override { return scripted.fetch(most); }
  asio::awaitable<void> publish(std::span<task_outcome const> outcomes) override {
    return scripted.publish(outcomes);
  }
  asio::awaitable<void> keep_alive(std::span<std::uint64_t const> deliveries) override {
    return scripted.keep_alive(deliveries);
  }
  std::chrono::steady_clock::duration lease() const override { throw std::domain_error{"lease"}; }
  std::chrono::steady_clock::duration announce_every() const override { throw std::domain_error{"announce"}; }

  scripted_source scripted;
};

// Without end, for a pipeline on several threads.
class endless_source final : public task_source {
 public:
  asio::awaitable<std::vector<task_message>> fetch(std::size_t most) override {
    std::vector<task_message> made;
    for (std::size_t i = 0; i < most; ++i) {
      auto const number = ++fetched_;
      made.push_back(
          {.id = std::to_string(number), .name = "json_square", .payload = "[2]", .delivery = number});
    }
    co_return made;
  }
  asio::awaitable<void> publish(std::span<task_outcome const> outcomes) override {
    published_ += outcomes.size();
    published_.notify_all();
    co_return;
  }
  asio::awaitable<void> keep_alive(std::span<std::uint64_t const> /*deliveries*/) override { co_return; }
  std::chrono::steady_clock::duration lease() const override { return {}; }

  std::uint64_t fetched() const { return fetched_; }
  std::uint64_t published() const { return published_; }
  void wait_for(std::uint64_t count) const {
    for (auto seen = published_.load(); seen < count; seen = published_.load()) published_.wait(seen);
  }

 private:
  std::atomic<std::uint64_t> fetched_{0};
  std::atomic<std::uint64_t> published_{0};
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_runs_ends_while_it_drains) {
  pipeline_rig rig;
  rig.run();
  auto const delivery = rig.source->add("json_gate", "[1]");
  rig.until_counted(1);
  rig.line->drain();
  rig.until([&] { return rig.count(pipeline_event_kind::draining) == 1; });
  BOOST_TEST((rig.line->status().state == pipeline_state::draining));
  rig.source->add("json_note", "[5]");  // too late
  rig.idle(20ms);
  BOOST_TEST(!rig.ended.has_value());
  rig.open_gate(1);
  BOOST_TEST(!rig.wait_for_end());
  BOOST_TEST((rig.outcome_of(delivery).what == verdict::complete));
  BOOST_TEST(rig.board[5] == 0u);
  BOOST_TEST((rig.line->status().state == pipeline_state::stopped));
  rig.until([&] { return rig.count(pipeline_event_kind::stopped) == 1; });
}

BOOST_AUTO_TEST_CASE(under_load_all_that_was_fetched_is_published_or_handed_back_by_the_deadline) {
  pipeline_rig rig;
  for (int i = 0; i < 3000; ++i) rig.source->add("json_square", "[2]");
  for (int i = 0; i < 4; ++i) rig.source->add("json_until_stop", "[1]");
  for (int i = 0; i < 100; ++i) rig.source->add("json_square", "[2]");
  rig.run();
  rig.until_counted(1);
  BOOST_TEST(!rig.drain(50ms));
  BOOST_TEST(rig.source->published.size() == rig.source->delivered);
  BOOST_TEST(rig.source->count(verdict::hand_back) >= 1u);
  BOOST_TEST(rig.line->status().abandoned == 0u);
  std::set<std::uint64_t> once;
  for (auto const& outcome : rig.source->published) once.insert(outcome.delivery);
  BOOST_TEST(once.size() == rig.source->delivered);
}

BOOST_AUTO_TEST_CASE(a_task_that_does_not_end_when_it_is_asked_to_is_killed_and_handed_back) {
  auto params = pool_of(1);
  params.cancel_grace = 20ms;
  pipeline_rig rig{params};
  rig.run();
  auto const delivery = rig.source->add("json_never_end", "[1]");
  rig.until_counted(1);
  BOOST_TEST(!rig.drain(0s));
  BOOST_TEST((rig.outcome_of(delivery).what == verdict::hand_back));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_handed_back_is_left_to_its_lease) {
  pipeline_rig rig;
  rig.source->publishing = mood::hanging;
  auto params = rig.quiet();
  params.abandon_after = 30ms;
  rig.run(params);
  rig.source->add("json_square", "[2]");
  rig.until([&] { return rig.source->publishes == 1; });
  BOOST_TEST(!rig.drain(10ms));
  BOOST_TEST(rig.line->status().abandoned == 1u);
  BOOST_TEST(rig.source->published.empty());
}

BOOST_AUTO_TEST_CASE(a_total_cancellation_drains) {
  pipeline_rig rig;
  rig.run();
  auto const delivery = rig.source->add("json_gate", "[1]");
  rig.until_counted(1);
  rig.cancel.emit(asio::cancellation_type::total);
  rig.open_gate(1);
  BOOST_TEST((rig.wait_for_end() == asio::error::operation_aborted));
  BOOST_TEST((rig.outcome_of(delivery).what == verdict::complete));
}

BOOST_AUTO_TEST_CASE(a_terminal_cancellation_hands_back) {
  pipeline_rig rig;
  rig.run();
  auto const delivery = rig.source->add("json_until_stop", "[1]");
  rig.until_counted(1);
  rig.cancel.emit(asio::cancellation_type::terminal);
  BOOST_TEST((rig.wait_for_end() == asio::error::operation_aborted));
  BOOST_TEST((rig.outcome_of(delivery).what == verdict::hand_back));
}

BOOST_AUTO_TEST_CASE(it_can_be_drained_before_it_runs) {
  pipeline_rig rig;
  rig.line.emplace(*rig.pool, rig.source, rig.quiet());
  rig.source->add("json_note", "[1]");
  rig.line->drain();
  rig.run_again();
  BOOST_TEST(!rig.wait_for_end());
  BOOST_TEST(rig.source->fetches == 0u);
}

BOOST_AUTO_TEST_CASE(it_runs_once) {
  pipeline_rig rig;
  rig.run();
  diagnostics diag;
  std::optional<error_code> second;
  rig.line->async_run(diag, [&](error_code ec) { second = ec; });
  BOOST_TEST(!second.has_value());
  rig.until([&] { return second.has_value(); });
  BOOST_TEST((*second == error::already_started));
  BOOST_TEST(!diag.message.empty());
  BOOST_TEST(!rig.drain());
}

BOOST_AUTO_TEST_CASE(a_parameter_that_is_wrong_is_named_and_nothing_is_fetched) {
  pipeline_rig rig;
  auto params = rig.quiet();
  params.retry.max_attempts = 0;
  rig.line.emplace(*rig.pool, rig.source, params);
  diagnostics diag;
  std::optional<error_code> end;
  rig.line->async_run(diag, [&](error_code ec) { end = ec; });
  rig.until([&] { return end.has_value(); });
  BOOST_TEST((*end == error::invalid_argument));
  BOOST_TEST(diag.field == "retry.max_attempts");
  BOOST_TEST(rig.source->fetches == 0u);

  rig.line.emplace(*rig.pool, nullptr, rig.quiet());
  end.reset();
  rig.line->async_run(diag, [&](error_code ec) { end = ec; });
  rig.until([&] { return end.has_value(); });
  BOOST_TEST(diag.field == "source");
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_closed_ends_it) {
  pipeline_rig rig;
  rig.run();
  rig.outcome_of("json_square", "[3]");
  BOOST_TEST(!rig.finish(rig->async_close()));
  BOOST_TEST((rig.wait_for_end() == error::stopped));
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_gone_ends_it_and_what_it_holds_is_handed_back) {
  pipeline_rig rig;
  rig.run();
  auto const delivery = rig.source->add("json_until_stop", "[1]");
  rig.until_counted(1);
  rig.pool.reset();
  BOOST_TEST((rig.wait_for_end() == error::stopped));
  BOOST_TEST((rig.outcome_of(delivery).what == verdict::hand_back));
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_not_started_ends_it) {
  pipeline_rig rig;
  rig.make(pool_of(1));
  rig.run();
  auto const outcome = rig.outcome_of("json_square", "[3]");
  BOOST_TEST((outcome.what == verdict::hand_back));
  BOOST_TEST((rig.wait_for_end() == error::stopped));
}

BOOST_AUTO_TEST_CASE(destroyed_it_cancels_its_tasks_and_completes_as_aborted) {
  pipeline_rig rig;
  rig.run();
  rig.source->add("json_until_stop", "[1]");
  rig.until_counted(1);
  rig.line.reset();
  BOOST_TEST((rig.wait_for_end() == asio::error::operation_aborted));
  rig.until_counted(2);  // it was asked to stop
  BOOST_TEST(rig.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_begun_after_its_pipeline_has_gone_is_aborted) {
  pipeline_rig rig;
  rig.line.emplace(*rig.pool, rig.source, rig.quiet());
  auto late = rig.line->async_run();
  rig.line.reset();
  std::move(late)([&](error_code ec) { rig.ended = ec; });
  BOOST_TEST((rig.wait_for_end() == asio::error::operation_aborted));
  BOOST_TEST(rig.source->fetches == 0u);
}

BOOST_AUTO_TEST_CASE(a_source_that_does_not_hear_the_last_word_is_not_waited_for_long) {
  pipeline_rig rig;
  rig.source->announce_period = 1h;
  rig.source->announcing = mood::hanging;
  rig.run();
  rig.until([&] { return rig.source->announced.size() == 1; });
  BOOST_TEST(!rig.drain());
  BOOST_TEST(rig.source->announced.size() == 1u);  // never two at a time
  rig.source->announcing = mood::well;
  rig.source->changed();
}

BOOST_AUTO_TEST_CASE(a_source_that_throws_when_it_is_asked_of_time_has_no_lease_and_hears_nothing) {
  pipeline_rig rig;
  auto const source = std::make_shared<timeless_source>(rig.context);
  rig.line.emplace(*rig.pool, source, rig.quiet());
  rig.run_again();
  source->scripted.add("json_square", "[3]");
  rig.until([&] { return source->scripted.published.size() == 1; });
  BOOST_TEST(!rig.drain());
}

BOOST_AUTO_TEST_CASE(an_event_handler_may_destroy_it) {
  pipeline_rig rig;
  auto params = rig.quiet();
  params.on_event = [&](pipeline_event const& event) {
    if (event.outcome) rig.line.reset();
  };
  rig.run(params);
  rig.source->add("json_square", "[2]");
  BOOST_TEST((rig.wait_for_end() == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(what_an_event_handler_throws_leaves_run_and_breaks_nothing) {
  pipeline_rig rig;
  auto params = rig.quiet();
  params.on_event = [](pipeline_event const& event) {
    if (event.outcome && event.outcome->id == "id1") throw std::domain_error{"a handler's"};
  };
  rig.run(params);
  rig.source->add("json_square", "[2]");
  BOOST_CHECK_THROW(rig.until([] { return false; }), std::domain_error);
  BOOST_TEST(rig.outcome_of("json_square", "[3]").result == "9");
  BOOST_TEST(!rig.drain());
}

BOOST_AUTO_TEST_CASE(a_moved_one_goes_on) {
  pipeline_rig rig;
  rig.run();
  pipeline moved{std::move(*rig.line)};
  BOOST_TEST(rig.outcome_of("json_square", "[3]").result == "9");
  rig.line = std::move(moved);
  BOOST_TEST(!rig.drain());
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_owns_all_of_it_goes_with_its_context) {
  auto const source_seen = std::make_shared<std::weak_ptr<scripted_source>>();
  {
    asio::io_context context;
    auto const all = [](asio::io_context& io,
                        std::shared_ptr<std::weak_ptr<scripted_source>> seen) -> asio::awaitable<void> {
      process_pool pool{io.get_executor(), pool_of(1)};
      co_await pool.async_start();
      auto source = std::make_shared<scripted_source>(io);
      *seen = source;
      source->add("json_square", "[2]");
      pipeline line{pool, source, pipeline_rig::quiet()};
      co_await line.async_run();
    };
    asio::co_spawn(context, all(context, source_seen), asio::detached);
    auto const deadline = clock::now() + patience;
    while (clock::now() < deadline) {
      context.run_one_for(2ms);
      if (auto const source = source_seen->lock(); source && !source->published.empty()) break;
    }
    BOOST_TEST(!source_seen->expired());
  }
  BOOST_TEST(source_seen->expired());
}

BOOST_AUTO_TEST_CASE(it_works_on_several_threads) {
  auto const source = std::make_shared<endless_source>();
  asio::thread_pool threads{3};
  process_pool pool{threads.get_executor(), pool_of(2)};
  pool.async_start(asio::use_future).get();
  pipeline line{pool, source, pipeline_rig::quiet()};
  auto end = line.async_run(asio::use_future);
  source->wait_for(2000);
  auto const status = line.status();
  for (auto const& queue : status.queues) BOOST_TEST(queue.size <= queue.capacity, queue.name);
  line.drain();
  BOOST_CHECK_NO_THROW(end.get());
  BOOST_TEST(source->published() == source->fetched());
  pool.async_close(asio::use_future).get();
  threads.join();
}

BOOST_AUTO_TEST_SUITE_END()
