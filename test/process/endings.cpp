// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The end comes from where nobody looks: a worker that left its group, a context destroyed with an operation
// pending, a log sink that throws.

#include "live_supervisor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/make_shared.hpp>

#include <csignal>
#include <stdexcept>
#include <sys/prctl.h>

BOOST_AUTO_TEST_SUITE(endings)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;
namespace blog = boost::log;

worker_spec leaver() {
  auto spec = child_spec("leave_group");
  spec.restart.mode = restart_mode::never;
  spec.stop.signal_grace = 10ms;
  return spec;
}

// Its stdout says when it has left.
void start_and_await_up(live_supervisor& sup, worker_spec spec) {
  sup.lines.clear();
  sup.start(sup.captured(std::move(spec)));
  sup.until([&] { return !sup.lines.empty(); });
}

void destroy(live_supervisor& sup) {
  sup.sup.reset();
  sup.context.restart();
  sup.context.poll();
}

struct throwing_backend : blog::sinks::basic_sink_backend<
                              blog::sinks::combine_requirements<blog::sinks::synchronized_feeding>::type> {
  void consume(blog::record_view const&) {
    ++calls;
    throw std::runtime_error{"the disk is full"};
  }
  std::atomic<int> calls{0};
};

class throwing_sink {
 public:
  throwing_sink() { blog::core::get()->add_sink(sink_); }
  throwing_sink(throwing_sink const&) = delete;
  throwing_sink& operator=(throwing_sink const&) = delete;
  ~throwing_sink() { blog::core::get()->remove_sink(sink_); }
  int calls() const { return backend_->calls; }

 private:
  boost::shared_ptr<throwing_backend> backend_ = boost::make_shared<throwing_backend>();
  boost::shared_ptr<blog::sinks::synchronous_sink<throwing_backend>> sink_ =
      boost::make_shared<blog::sinks::synchronous_sink<throwing_backend>>(backend_);
};

asio::awaitable<void> own_and_wait(asio::any_io_executor executor, worker_spec spec, pid_t& pid) {
  supervisor sup{executor, {.logging = log_level::off}};
  co_await sup.async_start(spec, asio::use_awaitable);
  pid = sup.running_pids().at(0);
  auto events = sup.subscribe();
  while (true) co_await events.async_next(asio::use_awaitable);
}

asio::awaitable<void> own_and_stop(asio::any_io_executor executor, worker_spec spec, pid_t& pid) {
  supervisor sup{executor, {.logging = log_level::off}};
  co_await sup.async_start(spec, asio::use_awaitable);
  pid = sup.running_pids().at(0);
  co_await sup.async_stop_all({}, asio::use_awaitable);
}

template <class Coroutine>
void check_destroyed_context_ends_worker(Coroutine coroutine, worker_spec const& spec) {
  pid_t pid = 0;
  {
    asio::io_context context;
    asio::co_spawn(context, coroutine(context.get_executor(), spec, pid), asio::detached);
    auto const deadline = clock::now() + patience;
    while (pid == 0 && clock::now() < deadline) context.run_one_for(10ms);
    BOOST_REQUIRE(pid != 0);
    context.poll();  // it waits now
  }
  require_end_of(pid);
  require_soon([] { return !has_children(); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_that_left_its_group_can_be_stopped) {
  live_supervisor sup;
  start_and_await_up(sup, leaver());
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(sup.await_exit().status.signal() == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_worker_that_left_its_group_dies_with_its_supervisor) {
  live_supervisor sup;
  start_and_await_up(sup, leaver());
  pid_t const pid = sup.pid_of("leave_group");
  destroy(sup);
  require_end_of(pid);
}

BOOST_AUTO_TEST_CASE(what_escaped_dies_with_a_supervisor_that_is_destroyed) {
  struct restoration {
    ~restoration() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  } const restore;
  live_supervisor sup{{.subreaper = true}};
  auto const pids = sup.start_and_read_pids(child_spec("fork_tree", {"2", "double", "setsid"}));
  destroy(sup);
  for (pid_t const pid : pids) require_soon([pid] { return !exists(pid); });
}

BOOST_AUTO_TEST_CASE(a_context_destroyed_while_a_coroutine_reads_events_ends_the_supervisor_it_owns) {
  check_destroyed_context_ends_worker(own_and_wait, child_spec("hang"));
}

BOOST_AUTO_TEST_CASE(a_context_destroyed_while_a_coroutine_stops_ends_the_supervisor_it_owns) {
  auto spec = child_spec("ignore_term");
  spec.stop.signal_grace = 1h;
  check_destroyed_context_ends_worker(own_and_stop, spec);
}

BOOST_AUTO_TEST_CASE(a_log_sink_that_throws_stops_no_supervision) {
  throwing_sink const sink;
  asio::io_context context;
  std::size_t ready = 0;
  {
    std::optional<supervisor> sup;
    sup.emplace(context.get_executor(), supervisor_params{.on_event = [&](worker_event const& event) {
                  if (event.kind == event_kind::ready) ++ready;
                }});
    auto spec = child_spec("exit_with", {"1"});
    spec.restart = {.delay = 1ms, .backoff = 1, .max_restarts = 1000};
    sup->async_start(spec, asio::detached);
    run_until(context, [&] { return ready >= 5; });
    BOOST_TEST(sink.calls() > 0);
    bool stopped = false;
    sup->async_stop_all({}, [&](error_code ec) { stopped = !ec; });
    run_until(context, [&] { return stopped; });
  }
  context.restart();
  context.run();
  require_soon([] { return !has_children(); });
}

BOOST_AUTO_TEST_SUITE_END()
