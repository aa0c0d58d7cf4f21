// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Callbacks that call back: into the supervisor, until its destruction.

#include "live_supervisor.hpp"

#include <stdexcept>

BOOST_AUTO_TEST_SUITE(callbacks)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

// A supervisor whose events go to a handler that may be set later.
struct calling_back {
  std::function<void(worker_event const&)> handler;
  live_supervisor sup{{.on_event = [this](worker_event const& event) {
    if (handler) handler(event);
  }}};

  /// Has an action done once, at the first event of that kind.
  void once(event_kind kind, std::function<void()> action) {
    handler = [this, kind, action = std::move(action)](worker_event const& event) mutable {
      if (event.kind != kind) return;
      auto const now = std::move(action);
      handler = nullptr;
      now();
    };
  }
};

void ignore(error_code) {}

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_handler_may_stop_the_worker) {
  calling_back c;
  c.once(event_kind::ready, [&] { c.sup->async_stop("hang", ignore); });
  c.sup.start(child_spec("hang"));
  c.sup.until(event_kind::stopped);
}

BOOST_AUTO_TEST_CASE(an_event_handler_may_stop_everything) {
  calling_back c;
  std::optional<error_code> stopped;
  c.once(event_kind::exited, [&] { c.sup->async_stop_all([&](error_code ec) { stopped = ec; }); });
  auto spec = child_spec("sleep_exit", {"20", "1"});
  spec.count = 4;
  c.sup->async_start(spec, ignore);
  c.sup.until([&] { return stopped.has_value(); });
  BOOST_TEST(!*stopped);
  BOOST_TEST(c.sup->running_pids().empty());
}

BOOST_AUTO_TEST_CASE(an_event_handler_may_restart_the_worker) {
  calling_back c;
  c.once(event_kind::ready, [&] { c.sup->async_restart("hang", ignore); });
  c.sup.start(child_spec("hang"));
  BOOST_TEST(c.sup.await(event_kind::ready, 2).worker.generation == 2u);
}

BOOST_AUTO_TEST_CASE(an_event_handler_may_scale_the_worker) {
  calling_back c;
  c.once(event_kind::ready, [&] { c.sup->async_scale("hang", 3, ignore); });
  c.sup.start(child_spec("hang"));
  c.sup.until(event_kind::ready, "hang", 3);
  c.once(event_kind::exited, [&] { c.sup->async_scale("hang", 0, ignore); });
  ::kill(c.sup.pid_of("hang", 2), SIGKILL);
  c.sup.until(event_kind::removed, "hang", 3);
  BOOST_TEST(c.sup->status("hang").empty());
}

BOOST_AUTO_TEST_CASE(an_event_handler_may_start_and_remove_workers) {
  calling_back c;
  c.once(event_kind::ready, [&] {
    c.sup->async_start(child_spec("ignore_term"), ignore);
    c.sup->async_remove("hang", ignore);
  });
  c.sup.start(child_spec("hang"));
  c.sup.until(event_kind::removed, "hang");
  c.sup.until(event_kind::ready, "ignore_term");
}

BOOST_AUTO_TEST_CASE(an_event_handler_may_destroy_the_supervisor_at_any_event) {
  for (auto const kind : {event_kind::added, event_kind::spawned, event_kind::ready, event_kind::stopping,
                          event_kind::exited, event_kind::backoff, event_kind::stopped}) {
    BOOST_TEST_CONTEXT(to_string(kind)) {
      calling_back c;
      bool destroyed = false;
      c.once(kind, [&] {
        c.sup.sup.reset();
        destroyed = true;
      });
      auto spec = child_spec("sleep_exit", {"20", "1"});
      std::optional<error_code> started;
      std::optional<error_code> stopped;
      c.sup->async_start(spec, [&](error_code ec) { started = ec; });
      bool const needs_stop = kind == event_kind::stopping || kind == event_kind::stopped;
      if (needs_stop) {
        c.sup.until([&] { return started.has_value(); });
        c.sup->async_stop_all([&](error_code ec) { stopped = ec; });
      }
      c.sup.until([&] { return destroyed; });
      // What was pending is completed, and nothing is called after.
      auto const seen = c.sup.events.all().size();
      c.sup.until([&] { return started.has_value() && (!needs_stop || stopped.has_value()); });
      c.sup.idle(50ms);
      BOOST_TEST(c.sup.events.all().size() == seen);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_an_event_handler_throws_leaves_run_and_the_supervisor_goes_on) {
  calling_back c;
  c.once(event_kind::ready, [] { throw std::runtime_error{"from the handler"}; });
  c.sup->async_start(child_spec("hang"), ignore);
  auto const throws = [&] {
    c.sup.context.restart();
    c.sup.context.run_for(patience);
  };
  BOOST_CHECK_EXCEPTION(throws(), std::runtime_error,
                        [](auto const& e) { return e.what() == std::string{"from the handler"}; });
  ::kill(c.sup.pid_of("hang"), SIGKILL);
  c.sup.until(event_kind::ready, "hang", 2);
  BOOST_TEST(!c.sup.stop_all());
}

BOOST_AUTO_TEST_CASE(an_operations_handler_may_destroy_the_supervisor) {
  live_supervisor sup;
  std::optional<error_code> other;
  sup->async_start(child_spec("hang"), [&](error_code) {
    sup->async_stop_all([&](error_code ec) { other = ec; });
    sup.sup.reset();
  });
  sup.until([&] { return other.has_value(); });
  BOOST_TEST(*other == aborted);
}

BOOST_AUTO_TEST_CASE(an_operations_handler_that_throws_hurts_nobody) {
  live_supervisor sup;
  sup->async_start(child_spec("hang"), [](error_code) { throw std::logic_error{"from the operation"}; });
  auto const throws = [&] {
    sup.context.restart();
    sup.context.run_for(patience);
  };
  BOOST_CHECK_THROW(throws(), std::logic_error);
  BOOST_TEST(!sup.restart("hang"));
  BOOST_TEST(!sup.stop_all());
}

BOOST_AUTO_TEST_CASE(no_handler_is_called_from_inside_the_call) {
  live_supervisor sup;
  bool inside = true;
  int called = 0;
  auto const handler = [&](error_code) {
    BOOST_TEST(!inside);
    ++called;
  };
  sup->async_start(worker_spec{}, handler);  // refused
  sup->async_stop("nobody", handler);
  sup->async_stop_all(handler);
  sup->async_scale("nobody", 2, handler);
  sup->async_signal("nobody", SIGTERM, handler);
  inside = false;
  sup.until([&] { return called == 5; });
}

BOOST_AUTO_TEST_CASE(a_line_handler_may_destroy_the_supervisor) {
  live_supervisor sup;
  auto spec = child_spec("print_much", {"1"});
  spec.stdio.out = stdio_target::pipe();
  int lines = 0;
  spec.output.on_line = [&](output_line const&) {
    if (++lines == 100) sup.sup.reset();
  };
  sup->async_start(spec, ignore);
  sup.until([&] { return lines == 100; });
  sup.idle(50ms);
  BOOST_TEST(lines == 100);
}

BOOST_AUTO_TEST_CASE(what_a_line_handler_throws_leaves_run_and_the_next_line_comes) {
  live_supervisor sup;
  auto spec = child_spec("print_much", {"1"});
  spec.restart.mode = restart_mode::never;
  spec.stdio.out = stdio_target::pipe();
  spec.output.max_waiting_lines = 1'000'000;
  int lines = 0;
  spec.output.on_line = [&](output_line const&) {
    if (++lines == 10) throw std::runtime_error{"from the line"};
  };
  sup->async_start(spec, ignore);
  auto const throws = [&] {
    sup.context.restart();
    sup.context.run_for(patience);
  };
  BOOST_CHECK_THROW(throws(), std::runtime_error);
  sup.until([&] { return lines == 16384; });
}

BOOST_AUTO_TEST_CASE(a_health_hook_may_stop_and_destroy_the_supervisor) {
  for (bool const destroy : {false, true}) {
    live_supervisor sup;
    bool called = false;
    auto spec = child_spec("hang");
    spec.health.interval = 1ms;
    spec.health.check = [&](worker_view) -> asio::awaitable<health_result> {
      if (!std::exchange(called, true)) {
        if (destroy)
          sup.sup.reset();
        else
          sup->async_stop_all(ignore);
      }
      co_return health_result{};
    };
    sup->async_start(spec, ignore);
    sup.until([&] { return called; });
    if (!destroy) sup.until(event_kind::stopped);
  }
}

BOOST_AUTO_TEST_SUITE_END()
