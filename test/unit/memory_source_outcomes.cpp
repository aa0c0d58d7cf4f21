// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/memory_source.hpp"
#include "source_conformance_tools.hpp"
#include "source_rig.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// How a memory_source tells of what has ended: `on_outcome`.
BOOST_AUTO_TEST_SUITE(memory_source_outcomes)

namespace {

using namespace reeve::test::source_conformance;
using reeve::task_message;
using reeve::task_outcome;
using reeve::verdict;

struct rig final : reeve::test::source_rig {
  explicit rig(std::size_t capacity = 100)
      : source{std::make_shared<reeve::memory_source>(
            io.get_executor(),
            reeve::memory_source_params{
                .capacity = capacity, .on_outcome = [this](auto const& task, auto const& o) {
                  told += task.id + ' ' + to_string(o.what) + ' ' + o.result + o.reason + '\n';
                  if (then) then(task);
                }})} {}

  std::shared_ptr<reeve::task_source> make_source() override { return source; }
  void submit(std::vector<task_message> all) override {
    for (auto& task : all) BOOST_REQUIRE(source->try_submit(std::move(task)));
  }
  std::vector<reeve::test::recorded_outcome> recorded() override { return {}; }

  // Submits and takes them, and publishes that they are complete, without running the context for any of it.
  void pass(std::vector<std::string> const& ids) {
    submit(tasks(ids));
    auto const user = [](reeve::memory_source& s, std::size_t n) -> boost::asio::awaitable<void> {
      std::vector<task_outcome> outcomes;
      for (auto const& task : co_await s.fetch(n)) outcomes.push_back(outcome(task, verdict::complete, "1"));
      co_await s.publish(outcomes);
    };
    boost::asio::io_context other;
    boost::asio::co_spawn(other, user(*source, ids.size()), [](std::exception_ptr) {});
    other.run();
  }

  void poll() {
    io.restart();
    io.poll();
  }

  std::shared_ptr<reeve::memory_source> source;
  std::string told;
  std::function<void(task_message const&)> then;
};

}  // namespace

BOOST_AUTO_TEST_CASE(outcomes_are_told_on_the_executor_in_order) {
  rig r;
  reeve::test::source_consumer consumer{r};
  r.submit(tasks({"a", "b", "c", "d", "e"}));
  auto const got = by_id(consumer.fetch_all(5));
  consumer.publish(
      {outcome(got.at("c"), verdict::failed, "no luck"), outcome(got.at("a"), verdict::complete, "1"),
       outcome(got.at("d"), verdict::retry, "later"), outcome(got.at("e"), verdict::hand_back, ""),
       outcome(got.at("a"), verdict::complete, "2"), outcome(got.at("b"), verdict::dead_letter, "bad")});
  BOOST_TEST(r.run_until([&] { return r.told.find("b ") != std::string::npos; }));
  BOOST_TEST(r.told == "c failed no luck\na complete 1\nb dead_letter bad\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_told_from_inside_publish) {
  rig r;
  r.pass({"a", "b"});
  BOOST_TEST(r.told == "");
  r.poll();
  BOOST_TEST(r.told == "a complete 1\nb complete 1\n");
}

BOOST_AUTO_TEST_CASE(what_it_throws_leaves_run_and_takes_no_other_outcome_with_it) {
  rig r;
  r.then = [](task_message const& task) {
    if (task.id == "b") throw std::runtime_error{"of the user"};
  };
  r.pass({"a", "b", "c"});
  BOOST_CHECK_THROW(r.poll(), std::runtime_error);
  BOOST_TEST(r.told == "a complete 1\nb complete 1\n");
  r.poll();
  BOOST_TEST(r.told == "a complete 1\nb complete 1\nc complete 1\n");
}

BOOST_AUTO_TEST_CASE(a_task_holds_its_place_until_its_outcome_was_told) {
  rig r{2};
  r.pass({"a", "b"});
  BOOST_TEST(r.source->status().completed == 2U);
  BOOST_TEST(!r.source->try_submit({.id = "c"}));
  bool submitted = false;
  r.source->async_submit({.id = "c"}, [&](reeve::error_code) { submitted = true; });
  std::string waiting;
  r.then = [&](task_message const& task) {
    waiting += task.id + std::to_string(r.source->status().waiting) + ' ';
  };
  r.poll();
  BOOST_TEST(waiting == "a1 b0 ");
  BOOST_TEST(submitted);
  BOOST_TEST(r.source->status().ready == 1U);
}

BOOST_AUTO_TEST_CASE(it_is_empty_when_all_outcomes_were_told) {
  rig r;
  r.then = [](task_message const&) { throw std::runtime_error{"ends the run"}; };
  r.pass({"a", "b"});
  bool empty = false;
  r.source->async_wait_empty([&](reeve::error_code) { empty = true; });
  BOOST_CHECK_THROW(r.poll(), std::runtime_error);
  BOOST_TEST(!empty);
  BOOST_CHECK_THROW(r.poll(), std::runtime_error);
  BOOST_TEST(!empty);
  r.poll();
  BOOST_TEST(empty);
}

BOOST_AUTO_TEST_CASE(many_outcomes_let_others_run_between) {
  rig r{1000};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 1000; ++i) ids.push_back(std::to_string(i));
  r.pass(ids);
  std::string before;
  r.source->async_submit({.id = "another"}, [&](reeve::error_code) { before = r.told; });
  r.poll();
  BOOST_TEST(before.find("63 complete 1\n") != std::string::npos);
  BOOST_TEST(before.find("999 complete 1\n") == std::string::npos);
  BOOST_TEST(r.told.find("999 complete 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_may_use_the_source) {
  rig r{1};
  std::size_t left = 3;
  r.then = [&](task_message const&) {
    if (left-- != 0) r.source->async_submit({.name = "more"}, [&](reeve::error_code ec) { BOOST_TEST(!ec); });
  };
  r.pass({"a"});
  reeve::test::source_consumer consumer{r};
  for (std::size_t i = 0; i < 3; ++i) {
    auto const got = consumer.fetch(1);
    consumer.publish({outcome(got.at(0), verdict::complete, "1")});
  }
  r.settle();
  BOOST_TEST(r.source->status().completed == 4U);
}

BOOST_AUTO_TEST_CASE(it_may_destroy_the_source_and_is_not_called_any_more) {
  rig r;
  r.then = [&](task_message const&) { r.source.reset(); };
  r.pass({"a", "b"});
  r.settle();
  BOOST_TEST(r.told == "a complete 1\n");
}

BOOST_AUTO_TEST_CASE(a_source_that_was_destroyed_tells_nothing) {
  rig r;
  r.pass({"a", "b"});
  r.source.reset();
  r.settle();
  BOOST_TEST(r.told == "");
}

BOOST_AUTO_TEST_SUITE_END()
