// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/memory_source.hpp"

#include "source_conformance_tools.hpp"
#include "source_rig.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(memory_source)

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace reeve::test::source_conformance;
using reeve::memory_source_params;
using reeve::task_message;
using reeve::verdict;

constexpr auto aborted = asio::error::operation_aborted;

struct rig final : reeve::test::source_rig {
  explicit rig(memory_source_params params = {})
      : source{std::make_shared<reeve::memory_source>(io.get_executor(), std::move(params))} {}

  std::shared_ptr<reeve::task_source> make_source() override { return source; }
  void submit(std::vector<task_message> all) override {
    for (auto& task : all) BOOST_REQUIRE(source->try_submit(std::move(task)));
  }
  std::vector<reeve::test::recorded_outcome> recorded() override { return {}; }

  void poll() {
    io.restart();
    io.poll();
  }

  std::shared_ptr<reeve::memory_source> source;
};

/// What an operation has completed with.
using answer = std::shared_ptr<std::optional<reeve::error_code>>;

answer new_answer() { return std::make_shared<std::optional<reeve::error_code>>(); }
auto to(answer a) {
  return [a](reeve::error_code ec) { *a = ec; };
}

answer submit_later(rig& r, std::string const& id) {
  auto const a = new_answer();
  r.source->async_submit({.id = id, .name = "f"}, to(a));
  return a;
}

void complete(reeve::test::source_consumer& consumer, std::vector<task_message> const& done) {
  std::vector<reeve::task_outcome> outcomes;
  for (auto const& task : done) outcomes.push_back(outcome(task, verdict::complete, "1"));
  consumer.publish(std::move(outcomes));
}

std::string message_of(memory_source_params params) {
  asio::io_context io;
  try {
    reeve::memory_source const made{io.get_executor(), std::move(params)};
  } catch (std::invalid_argument const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_parameter_that_is_wrong_is_named) {
  auto const says = [](memory_source_params p, char const* field) {
    return message_of(std::move(p)).find(field) != std::string::npos;
  };
  BOOST_TEST(says({.lease = 0s}, "lease must be"));
  BOOST_TEST(says({.lease = 24h * 366}, "lease must be"));
  BOOST_TEST(says({.capacity = 0}, "capacity must be"));
  BOOST_TEST(says({.capacity = 100'000'001}, "capacity must be"));
  BOOST_TEST(says({.dedup_window = -1s}, "dedup_window must be"));
  BOOST_TEST(says({.dedup_window = 24h * 366}, "dedup_window must be"));
  BOOST_TEST(message_of({.lease = 1ms, .capacity = 1, .dedup_window = 0s}) == "");
}

BOOST_AUTO_TEST_CASE(who_submits_waits_for_room_in_order) {
  rig r{{.capacity = 2}};
  reeve::test::source_consumer consumer{r};
  auto const a = submit_later(r, "a");
  BOOST_TEST(!a->has_value());  // never from inside
  auto const b = submit_later(r, "b");
  auto const c = submit_later(r, "c");
  auto const d = submit_later(r, "d");
  auto const again = submit_later(r, "a");
  r.poll();
  BOOST_TEST((a->has_value() && b->has_value() && again->has_value()));
  BOOST_TEST((!c->has_value() && !d->has_value()));
  BOOST_TEST(r.source->status().waiting == 2U);
  BOOST_TEST(!r.source->try_submit({.id = "e"}));
  BOOST_TEST(r.source->try_submit({.id = "a"}));

  auto const got = consumer.fetch(1);
  complete(consumer, got);
  r.poll();
  BOOST_TEST((c->has_value() && !d->has_value()));
  complete(consumer, consumer.fetch_all(2));
  complete(consumer, consumer.fetch_all(1));
  r.poll();
  BOOST_REQUIRE(d->has_value());
  BOOST_TEST(!**d);
  BOOST_TEST(r.source->status().completed == 4U);
  BOOST_TEST(r.source->status().duplicates == 2U);
}

BOOST_AUTO_TEST_CASE(a_task_of_a_cancelled_submit_is_not_taken) {
  for (auto const type : cancellations) {
    rig r{{.capacity = 1}};
    reeve::test::source_consumer consumer{r};
    r.submit(tasks({"a"}));
    asio::cancellation_signal signal;
    auto const b = new_answer();
    r.source->async_submit({.id = "b"}, asio::bind_cancellation_slot(signal.slot(), to(b)));
    auto const c = submit_later(r, "c");
    r.poll();
    signal.emit(type);
    BOOST_TEST(!b->has_value());
    r.poll();
    BOOST_TEST((*b == aborted));
    BOOST_TEST(!c->has_value());
    complete(consumer, consumer.fetch(10));
    auto const got = consumer.fetch(10);
    BOOST_TEST(ids_of(got) == "c");
    auto const d = submit_later(r, "d");
    signal.emit(type);  // too late, and not meant for the others
    complete(consumer, got);
    BOOST_TEST(ids_of(consumer.fetch(10)) == "d");
    r.poll();
    BOOST_TEST((d->has_value() && !**d));
  }
}

BOOST_AUTO_TEST_CASE(it_can_be_waited_for_until_it_is_empty) {
  rig r;
  reeve::test::source_consumer consumer{r};
  auto const empty = new_answer();
  r.source->async_wait_empty(to(empty));
  BOOST_TEST(!empty->has_value());
  r.poll();
  BOOST_TEST(empty->has_value());

  r.submit(tasks({"a", "b"}));
  empty->reset();
  r.source->async_wait_empty(to(empty));
  auto const got = consumer.fetch_all(2);
  consumer.publish({outcome(got[0], verdict::complete, "1"), outcome(got[1], verdict::hand_back, "")});
  r.poll();
  BOOST_TEST(!empty->has_value());
  complete(consumer, consumer.fetch(1));
  BOOST_TEST(r.run_until([&] { return empty->has_value(); }));
  BOOST_TEST(!**empty);
}

BOOST_AUTO_TEST_CASE(waiting_until_it_is_empty_can_be_cancelled) {
  for (auto const type : cancellations) {
    rig r;
    r.submit(tasks({"a"}));
    asio::cancellation_signal signal;
    auto const empty = new_answer();
    r.source->async_wait_empty(asio::bind_cancellation_slot(signal.slot(), to(empty)));
    signal.emit(type);
    r.poll();
    BOOST_TEST((*empty == aborted));
  }
}

BOOST_AUTO_TEST_CASE(a_source_that_is_destroyed_aborts_what_waits) {
  rig r{{.capacity = 1}};
  auto const bare = r.source.get();
  auto fetched = new_answer();
  asio::co_spawn(r.io, bare->fetch(1), [fetched](std::exception_ptr error, std::vector<task_message> const&) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (boost::system::system_error const& e) {
      *fetched = e.code();
    }
  });
  r.poll();
  BOOST_TEST(!fetched->has_value());
  rig full{{.capacity = 1}};
  full.submit(tasks({"a"}));
  auto const submitted = submit_later(full, "b");
  auto const empty = new_answer();
  full.source->async_wait_empty(to(empty));
  full.poll();
  for (auto* one : {&r, &full}) {
    one->source.reset();
    one->poll();
  }
  for (auto const& a : {fetched, submitted, empty}) BOOST_TEST((*a == aborted));
}

BOOST_AUTO_TEST_CASE(a_fetch_of_what_is_ready_does_not_suspend) {
  rig r;
  r.submit(tasks({"a", "b"}));
  bool others_ran = false;
  std::string got;
  auto const user = [&]() -> asio::awaitable<void> {
    asio::post(r.io, [&] { others_ran = true; });
    auto const first = co_await r.source->fetch(1);
    std::vector<reeve::task_outcome> const outcomes{outcome(first.at(0), verdict::complete, "1")};
    co_await r.source->publish(outcomes);
    auto const second = co_await r.source->fetch(1);
    BOOST_TEST(!others_ran);
    got = ids_of(first) + ids_of(second);
  };
  asio::co_spawn(r.io, user(), [](std::exception_ptr) {});
  r.poll();
  BOOST_TEST(got == "ab");
}

BOOST_AUTO_TEST_CASE(a_context_has_nothing_to_wait_for_when_nothing_is_held) {
  rig r{{.lease = 1h}};
  reeve::test::source_consumer consumer{r};
  r.submit(tasks({"a", "b"}));
  complete(consumer, consumer.fetch_all(2));
  r.settle();
}

BOOST_AUTO_TEST_CASE(what_is_due_before_a_lease_ends_is_delivered_then) {
  rig r{{.lease = 1h}};
  reeve::test::source_consumer consumer{r};
  r.submit(tasks({"a", "b"}));
  auto const got = by_id(consumer.fetch_all(2));
  auto again = outcome(got.at("b"), verdict::retry, "");
  again.delay = 20ms;
  consumer.publish({again});
  BOOST_TEST(r.source->status().delayed == 1U);
  BOOST_TEST(ids_of(consumer.fetch(10)) == "b");
}

BOOST_AUTO_TEST_CASE(leases_run_out_where_nobody_fetches) {
  rig r{{.lease = 20ms}};
  reeve::test::source_consumer consumer{r};
  r.submit(tasks({"a"}));
  consumer.fetch(1);
  BOOST_TEST(r.run_until([&] { return r.source->status().expired == 1; }));
  BOOST_TEST(r.source->status().ready == 1U);
}

BOOST_AUTO_TEST_CASE(a_pipeline_on_another_context_that_ends_leaves_the_tasks_to_others) {
  rig r;
  reeve::test::source_consumer consumer{r};
  {
    asio::io_context other;
    asio::co_spawn(other, r.source->fetch(1), [](std::exception_ptr, std::vector<task_message> const&) {});
    other.poll();
    r.submit(tasks({"a"}));  // wakes it; it does not run any more
  }
  BOOST_TEST(ids_of(consumer.fetch(1)) == "a");
  {
    asio::io_context other;
    asio::co_spawn(other, r.source->fetch(1), [](std::exception_ptr, std::vector<task_message> const&) {});
    other.poll();
  }
  r.submit(tasks({"b"}));
  BOOST_TEST(ids_of(consumer.fetch(1)) == "b");
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_before_its_source_takes_everything_that_waits_with_it) {
  auto io = std::make_unique<asio::io_context>();
  reeve::memory_source source{io->get_executor(), {.capacity = 1}};
  auto const kept = std::make_shared<int>();
  BOOST_REQUIRE(source.try_submit({.id = "a"}));
  source.async_submit({.id = "b"}, [kept](reeve::error_code) {});
  source.async_wait_empty([kept](reeve::error_code) {});
  auto const take = [](reeve::memory_source& from, std::shared_ptr<int>) -> asio::awaitable<void> {
    co_await from.fetch(1);  // so that the timer waits
    co_await from.fetch(1);
  };
  asio::co_spawn(*io, take(source, kept), [](std::exception_ptr) {});
  io->poll();
  io.reset();
  BOOST_TEST(kept.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
