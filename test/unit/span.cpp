// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/span.hpp"

#include "span_recorder.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

BOOST_AUTO_TEST_SUITE(span)

using namespace reeve::test;

BOOST_AUTO_TEST_CASE(where_nobody_traces_it_passes_on_what_it_was_given) {
  auto const parent = reeve::new_trace(true);
  reeve::span work{"work", parent};
  work.set("a", 1);
  work.error("bad");
  BOOST_TEST(!reeve::is_tracing());
  BOOST_TEST(!work.is_recording());
  BOOST_TEST((work.context() == parent));
  BOOST_TEST(!reeve::span{"root"}.context().valid());
}

BOOST_AUTO_TEST_CASE(it_is_recorded_when_it_ends) {
  span_recorder const spans;
  auto const parent = reeve::new_trace(true);
  {
    reeve::span work{"work", parent, reeve::span_kind::client};
    BOOST_TEST(work.is_recording());
    BOOST_TEST((work.context().trace_id == parent.trace_id));
    BOOST_TEST((work.context().span_id != parent.span_id));
    work.set("text", "a");
    work.set("text", std::string{"b"});
    work.set("number", 7U);
    work.set("share", reeve::attribute_value{0.5});
    work.set("truth", reeve::attribute_value{true});
    work.event("half", {{"x", std::int64_t{1}}});
    work.link(parent);
    work.link({});
    BOOST_TEST(spans.all().empty());
  }
  auto const all = spans.all();
  BOOST_REQUIRE(all.size() == 1u);
  auto const& made = all.front();
  BOOST_TEST(made.name == "work");
  BOOST_TEST((made.kind == reeve::span_kind::client));
  BOOST_TEST(hex_of(made.parent) == parent.span_id_text());
  BOOST_TEST(made.attributes.size() == 4u);
  BOOST_TEST(text_attribute(made, "text") == "b");
  BOOST_TEST(number_attribute(made, "number") == 7);
  BOOST_TEST((attribute(made, "share") == reeve::attribute_value{0.5}));
  BOOST_TEST((attribute(made, "truth") == reeve::attribute_value{true}));
  BOOST_TEST(has_event(made, "half"));
  BOOST_TEST(made.links.size() == 1u);
  BOOST_TEST((made.status == reeve::span_status::unset));
  BOOST_TEST((made.began <= made.ended));
}

BOOST_AUTO_TEST_CASE(it_ends_once) {
  span_recorder const spans;
  reeve::span work{"work"};
  work.end();
  work.end();
  work.set("late", 1);
  reeve::span const moved{std::move(work)};
  BOOST_TEST(spans.all().size() == 1u);
  BOOST_TEST(spans.all().front().attributes.empty());
}

BOOST_AUTO_TEST_CASE(it_can_be_moved) {
  span_recorder const spans;
  std::optional<reeve::span> kept;
  {
    reeve::span work{"work"};
    kept.emplace(std::move(work));
  }
  BOOST_TEST(spans.all().empty());
  *kept = reeve::span{"next"};
  BOOST_TEST(spans.named("work").size() == 1u);
  kept.reset();
  BOOST_TEST(spans.named("next").size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_exception_that_passes_makes_it_an_error) {
  span_recorder const spans;
  try {
    reeve::span const work{"work"};
    throw std::runtime_error{"bad"};
  } catch (std::runtime_error const&) {
    reeve::span const in_a_handler{"handler"};
  }
  BOOST_TEST((spans.named("work").at(0).status == reeve::span_status::error));
  BOOST_TEST((spans.named("handler").at(0).status == reeve::span_status::unset));
}

BOOST_AUTO_TEST_CASE(who_says_how_it_went_is_believed) {
  span_recorder const spans;
  {
    reeve::span well{"well"};
    well.error("bad", "type");
    well.ok();
    reeve::span badly{"badly"};
    badly.error("bad", "type");
  }
  BOOST_TEST((spans.named("well").at(0).status == reeve::span_status::ok));
  BOOST_TEST(spans.named("well").at(0).message.empty());
  BOOST_TEST((spans.named("badly").at(0).status == reeve::span_status::error));
  BOOST_TEST(spans.named("badly").at(0).message == "bad");
  BOOST_TEST(text_attribute(spans.named("badly").at(0), "error.type") == "type");
}

BOOST_AUTO_TEST_CASE(the_sampler_decides_on_what_begins_a_trace) {
  span_recorder const spans{false};
  reeve::span const root{"root"};
  BOOST_TEST(root.context().valid());
  BOOST_TEST(!root.context().sampled());
  reeve::span const below{"below", root.context()};
  BOOST_TEST((below.context().trace_id == root.context().trace_id));
  BOOST_TEST(!below.is_recording());
  reeve::span const other{"other", reeve::new_trace(true)};
  BOOST_TEST(other.is_recording());
}

BOOST_AUTO_TEST_CASE(it_is_bounded) {
  span_recorder const spans;
  reeve::span work{"work"};
  auto const most = reeve::span::max_items;
  for (std::size_t i = 0; i < most + 3; ++i) {
    work.set("a" + std::to_string(i), i);
    work.event("e");
    work.link(work.context());
  }
  work.set("a0", "new");
  work.end();
  auto const made = spans.all().at(0);
  BOOST_TEST(made.attributes.size() == most);
  BOOST_TEST(made.events.size() == most);
  BOOST_TEST(made.links.size() == most);
  BOOST_TEST(made.dropped_attributes == 3u);
  BOOST_TEST(made.dropped_events == 3u);
  BOOST_TEST(made.dropped_links == 3u);
  BOOST_TEST(text_attribute(made, "a0") == "new");
}

BOOST_AUTO_TEST_CASE(the_parent_of_an_answer_is_remote) {
  span_recorder const spans;
  auto const parent = reeve::new_trace(true);
  for (auto const kind : {reeve::span_kind::internal, reeve::span_kind::server, reeve::span_kind::client,
                          reeve::span_kind::producer, reeve::span_kind::consumer}) {
    reeve::span{"below", parent, kind}.end();
    auto const made = spans.all().back();
    BOOST_TEST(made.parent_is_remote ==
               (kind == reeve::span_kind::server || kind == reeve::span_kind::consumer));
  }
  reeve::span{"root", {}, reeve::span_kind::server}.end();
  BOOST_TEST(!spans.all().back().parent_is_remote);
}

// Else a span that begins while a tracer comes would have its parent's id, and be its own parent.
BOOST_AUTO_TEST_CASE(a_span_is_never_its_own_parent) {
  auto const parent = reeve::new_trace(true);
  std::vector<std::jthread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&parent](std::stop_token const& stop) {
      while (!stop.stop_requested()) reeve::span const work{"work", parent};
    });
  for (int round = 0; round < 500; ++round) {
    span_recorder const spans;
    while (spans.all().empty()) std::this_thread::yield();
    for (auto const& made : spans.all()) BOOST_REQUIRE((made.context.span_id != made.parent));
  }
}

BOOST_AUTO_TEST_CASE(a_tracer_may_go_before_its_spans) {
  std::optional<span_recorder> spans{std::in_place};
  reeve::span work{"work"};
  spans.reset();
  work.end();
  span_recorder const next;
  reeve::span{"again"}.end();
  BOOST_TEST(next.all().size() == 1u);
}

// Its thread has seen the first tracer, and what it remembers of that is gone when the last span begins.
BOOST_AUTO_TEST_CASE(a_span_may_begin_while_its_thread_ends) {
  struct begins_one {
    ~begins_one() {
      if (!name.empty()) reeve::span{name}.end();
    }
    std::string name;
  };
  std::optional<span_recorder> spans{std::in_place};
  std::promise<void> seen;
  std::promise<void> changed;
  std::thread thread{[&] {
    thread_local begins_one last;
    last.name = "last";
    reeve::span{"first"}.end();
    seen.set_value();
    changed.get_future().wait();
  }};
  seen.get_future().wait();
  BOOST_TEST(spans->named("first").size() == 1u);
  spans.reset();
  spans.emplace();
  changed.set_value();
  thread.join();
  BOOST_TEST(spans->named("last").size() == 1u);
}

BOOST_AUTO_TEST_CASE(there_is_one_tracer_at_a_time) {
  span_recorder const spans;
  struct other final : reeve::detail::tracer {
    bool samples(reeve::trace_context const&, std::array<std::uint8_t, 16> const&) noexcept override {
      return true;
    }
    std::uint64_t recorded_below() const noexcept override { return 0; }
    void record(reeve::span_record const&) noexcept override {}
    bool flush(std::chrono::steady_clock::duration) noexcept override { return true; }
  };
  auto const second = std::make_shared<other>();
  BOOST_TEST(!reeve::detail::install_tracer(second));
  reeve::detail::remove_tracer(*second);
  BOOST_TEST(reeve::is_tracing());
}

BOOST_AUTO_TEST_CASE(threads_may_end_spans_while_the_tracer_goes) {
  for (int round = 0; round < 50; ++round) {
    std::optional<span_recorder> spans{std::in_place};
    std::vector<std::jthread> threads;
    threads.reserve(3);
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([](std::stop_token const& stop) {
        while (!stop.stop_requested()) reeve::span const work{"work"};
      });
    while (spans->all().size() < 10) std::this_thread::yield();
    spans.reset();
  }
  BOOST_TEST(!reeve::is_tracing());
}

BOOST_AUTO_TEST_SUITE_END()
