// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The trace of a call goes with it to its worker, and a task is a span on both sides.

#include "pool_test.hpp"
#include "span_recorder.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <numeric>

BOOST_AUTO_TEST_SUITE(trace_tasks)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

std::string trace_in_words() {
  auto const& trace = this_task::trace();
  return trace.traceparent() + '|' + trace.state + '|' + trace.baggage + '|' + this_task::correlation_id();
}

asio::awaitable<bool> keeps_its_trace(std::size_t cell) {
  auto const before = trace_in_words();
  tasks::board().add(cell);
  for (int i = 0; i < 50; ++i) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (trace_in_words() != before) co_return false;
  }
  co_return true;
}

task_fn<std::string()> const tell_trace{"trace_tell", trace_in_words};
task_fn<std::string(int)> const tell_trace_of{"trace_tell_of", [](int) { return trace_in_words(); }};
task_fn<asio::awaitable<bool>(std::size_t)> const keep_trace{"trace_keep", keeps_its_trace};
task_fn<void()> const make_span{"trace_make_span", [] { span const inner{"inner", this_task::trace()}; }};

trace_context a_trace(bool sampled = true) {
  auto made = new_trace(sampled);
  made.state = "vendor=1";
  made.baggage = "tenant=acme";
  return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_is_in_the_trace_of_its_call) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const trace = a_trace();
  auto const told = pool.value_of(tell_trace().with({.correlation_id = "c1", .trace = trace}));
  BOOST_TEST(told == trace.traceparent() + "|vendor=1|tenant=acme|c1");
  BOOST_TEST(pool.value_of(tell_trace()) == "|||");  // and not in that of the task before
}

BOOST_AUTO_TEST_CASE(baggage_travels_without_a_trace) {
  pool_rig pool{pool_of(1)};
  pool.start();
  BOOST_TEST(pool.value_of(tell_trace().with({.trace = {.baggage = "a=1"}})) == "||a=1|");
}

BOOST_AUTO_TEST_CASE(the_longest_state_and_baggage_arrive) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto trace = new_trace(true);
  trace.state = std::string(512, 's');
  trace.baggage = std::string(8192, 'b');
  BOOST_TEST(pool.value_of(tell_trace().with({.correlation_id = std::string(256, 'c'), .trace = trace})) ==
             trace.traceparent() + '|' + trace.state + '|' + trace.baggage + '|' + std::string(256, 'c'));
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_refused_by_its_name) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const refused = [&](trace_context trace) {
    auto const call = pool.submit(tell_trace().with({.trace = std::move(trace)}));
    pool.until([&] { return call.done(); });
    return describe(call.result().error());
  };
  BOOST_TEST(refused({.state = std::string(513, 's')}).find("call_options.trace.state") != std::string::npos);
  BOOST_TEST(refused({.baggage = std::string(8193, 'b')}).find("call_options.trace.baggage") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(coroutines_on_one_worker_keep_their_own_traces) {
  auto params = pool_of(1);
  params.concurrency = 4;
  pool_rig pool{std::move(params)};
  pool.start();
  std::vector<submitted<bool>> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(pool.submit(keep_trace(0).with({.trace = a_trace()})));
  for (auto const& call : calls) BOOST_TEST(pool.value_of(call));
}

BOOST_AUTO_TEST_CASE(a_traced_task_is_a_span_below_that_of_its_caller) {
  span_recorder const spans;
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const trace = a_trace();
  auto const told = pool.value_of(tell_trace().with({.trace = trace}));
  auto const made = spans.named("task trace_tell");
  BOOST_REQUIRE(made.size() == 1u);
  auto const& task = made.front();
  BOOST_TEST((task.context.trace_id == trace.trace_id));
  BOOST_TEST(hex_of(task.parent) == trace.span_id_text());
  BOOST_TEST((task.kind == span_kind::producer));
  BOOST_TEST((task.status == span_status::ok));
  BOOST_TEST(told == task.context.traceparent() + "|vendor=1|tenant=acme|");
  BOOST_TEST(number_attribute(task, "reeve.task.attempts") == 1);
  BOOST_TEST(text_attribute(task, "reeve.worker") == to_string(pool.ups.at(0)));
  BOOST_TEST((task.began <= task.ended));
  auto const run = attribute(task, "reeve.task.run");
  BOOST_REQUIRE(run.has_value());
  BOOST_TEST(std::get<double>(*run) >= 0);
}

BOOST_AUTO_TEST_CASE(a_task_that_is_called_in_no_trace_begins_one) {
  span_recorder const spans;
  pool_rig pool{pool_of(1)};
  pool.start();
  pool.value_of(square(2));
  pool.value_of(square(3));
  auto const made = spans.named("task pool_square");
  BOOST_REQUIRE(made.size() == 2u);
  BOOST_TEST((made[0].context.trace_id != made[1].context.trace_id));
  BOOST_TEST(hex_of(made[0].parent) == std::string(16, '0'));
}

BOOST_AUTO_TEST_CASE(of_a_trace_that_is_not_sampled_nothing_is_recorded_and_all_is_passed_on) {
  span_recorder const spans{false};
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const trace = a_trace(false);
  auto const told = pool.value_of(tell_trace().with({.trace = trace}));
  BOOST_TEST(told.substr(3, 32) == trace.trace_id_text());
  BOOST_TEST(told.substr(52, 3) == "-02");  // its id is random, and it is not sampled
  BOOST_TEST(pool.value_of(tell_trace()).substr(52, 3) == "-02");
  BOOST_TEST(spans.named("task trace_tell").empty());
}

BOOST_AUTO_TEST_CASE(the_span_of_a_task_says_how_it_ended) {
  span_recorder const spans;
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const end_of = [&](auto const& call, char const* name, char const* type) {
    pool.until([&] { return call.done(); });
    auto const made = spans.named(name);
    BOOST_REQUIRE(!made.empty());
    BOOST_TEST((made.back().status == span_status::error));
    BOOST_TEST(text_attribute(made.back(), "error.type") == type);
    BOOST_TEST(!made.back().message.empty());
    return made.back();
  };
  end_of(pool.submit(deed(0, "throw")), "task pool_deed", "reeve::task_failed");
  auto const lost = end_of(pool.submit(deed(1, "kill")), "task pool_deed", "reeve::worker_lost");
  BOOST_TEST(!text_attribute(lost, "reeve.worker").empty());
  call_options options;
  options.hard_limit = 30ms;
  end_of(pool.submit(never_end(2).with(options)), "task pool_never_end", "reeve::task_timed_out");
  auto cancelled = pool.submit(until_stop(3));
  pool.until_counted(3);
  cancelled.cancel();
  end_of(cancelled, "task pool_until_stop", "boost::system::system_error");
}

BOOST_AUTO_TEST_CASE(the_span_of_a_task_that_was_tried_again_says_how_often) {
  span_recorder const spans;
  pool_rig pool{pool_of(1)};
  pool.start();
  BOOST_TEST(pool.value_of(deed_in_attempts(0, "kill", 2).with({.max_attempts = 5})) == 3u);
  auto const made = spans.named("task pool_deed_in_attempts");
  BOOST_REQUIRE(made.size() == 1u);
  BOOST_TEST(number_attribute(made.front(), "reeve.task.attempts") == 3);
  BOOST_TEST((made.front().status == span_status::ok));
}

BOOST_AUTO_TEST_CASE(a_map_is_one_span_and_its_elements_are_in_it) {
  span_recorder const spans;
  pool_rig pool{pool_of(2)};
  pool.start();
  std::vector<int> numbers(500);
  std::iota(numbers.begin(), numbers.end(), 0);
  auto const trace = a_trace();
  std::vector<std::string> told;
  pool.run([&]() -> asio::awaitable<void> {
    map_options options;
    options.call.trace = trace;
    told = co_await pool->async_map(tell_trace_of, numbers, options);
  });
  auto const made = spans.named("map trace_tell_of");
  BOOST_REQUIRE(made.size() == 1u);
  BOOST_TEST(hex_of(made.front().parent) == trace.span_id_text());
  BOOST_TEST(number_attribute(made.front(), "reeve.map.elements") == 500);
  auto const expected = made.front().context.traceparent() + "|vendor=1|tenant=acme|";
  BOOST_TEST(std::ranges::count(told, expected) == 500);
  BOOST_TEST(spans.named("task trace_tell_of").empty());
}

BOOST_AUTO_TEST_CASE(a_worker_records_the_run_below_the_task_and_its_own_spans_below_that) {
  span_file const file;
  span_recorder const spans;
  auto params = pool_of(1);
  params.env.set(span_file::variable, file.path());
  pool_rig pool{std::move(params)};
  pool.start();
  pool.value_of(make_span());
  pool.submit(deed(0, "throw"));
  BOOST_TEST(!pool.finish(pool->async_close()));  // before a worker ends it exports what it has

  auto const task = spans.named("task trace_make_span");
  BOOST_REQUIRE(task.size() == 1u);
  auto const written = file.read();
  auto const find = [&](std::string_view name) {
    auto const it = std::ranges::find(written, name, &written_span::name);
    BOOST_REQUIRE((it != written.end()));
    return *it;
  };
  auto const run = find("run trace_make_span");
  BOOST_TEST(run.trace_id == task.front().context.trace_id_text());
  BOOST_TEST(run.parent == task.front().context.span_id_text());
  auto const inner = find("inner");
  BOOST_TEST(inner.trace_id == run.trace_id);
  BOOST_TEST(inner.parent == run.span_id);
  auto const failed = find("run pool_deed");
  BOOST_TEST(failed.status == static_cast<int>(span_status::error));
  BOOST_TEST(failed.message == "the deed");
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_recycled_exports_first) {
  span_file const file;
  span_recorder const spans;
  auto params = pool_of(1);
  params.max_tasks_per_worker = 2;
  params.max_tasks_jitter = 0;
  params.env.set(span_file::variable, file.path());
  pool_rig pool{std::move(params)};
  pool.start();
  for (int i = 0; i < 6; ++i) pool.value_of(square(i));
  BOOST_TEST(!pool.finish(pool->async_close()));
  BOOST_TEST(std::ranges::count(file.read(), "run pool_square", &written_span::name) == 6);
}

BOOST_AUTO_TEST_CASE(a_tracer_that_goes_takes_no_task_along) {
  pool_rig pool{pool_of(1)};
  pool.start();
  std::optional<span_recorder> spans{std::in_place};
  auto const inside = pool.enter_gate(0);
  auto const queued = pool.submit(square(3));
  spans.reset();
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(inside) == 0u);
  BOOST_TEST(pool.value_of(queued) == 9);
}

BOOST_AUTO_TEST_CASE(the_times_of_tasks_are_counted) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const inside = pool.enter_gate(0);
  auto const behind = pool.submit(square(3));
  pool.idle(20ms);
  pool.open_gate(0);
  pool.value_of(inside);
  pool.value_of(behind);
  auto const status = pool->status();
  BOOST_TEST(status.run_time.total() == 2u);
  BOOST_TEST(status.wait_time.total() == 2u);
  BOOST_TEST((status.run_time.sum >= 20ms));   // the one
  BOOST_TEST((status.wait_time.sum >= 20ms));  // the other
  pool.run([&]() -> asio::awaitable<void> { co_await pool->async_map(square, std::vector<int>(300, 2)); });
  BOOST_TEST(pool->status().run_time.total() == 302u);
}

BOOST_AUTO_TEST_SUITE_END()
