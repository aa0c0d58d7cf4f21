// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"
#include "reeve/cluster_view.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(endings, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

constexpr auto moment = 2s;  // far less than anything here waits for

template <class F>
std::chrono::steady_clock::duration time_of(F f) {
  auto const begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::steady_clock::now() - begin;
}

bool is_abort(boost::system::system_error const& e) {
  return e.code() == boost::asio::error::operation_aborted;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_source_that_was_never_used_ends_at_once, nats_rig) {
  BOOST_TEST((time_of([&] { make().reset(); }) < moment));
}

BOOST_FIXTURE_TEST_CASE(pending_calls_are_aborted, nats_rig) {
  auto source = make();
  auto const fetching = begin_fetch(source, 10);
  soon([&] { return source->status().ready; });
  server.freeze();
  std::vector<task_outcome> const some{{.id = "a", .name = "f", .delivery = 1}};
  begun<void> const publishing{io, source->publish(some)};
  std::optional<error_code> submitted;
  source->async_submit({task_of("a")}, [&](error_code ec) { submitted = ec; });
  within(20ms, [] { return false; });
  BOOST_TEST((time_of([&] { source.reset(); }) < moment));
  BOOST_CHECK_EXCEPTION(finish(fetching), boost::system::system_error, is_abort);
  BOOST_CHECK_EXCEPTION(finish(publishing), boost::system::system_error, is_abort);
  BOOST_REQUIRE(run_until([&] { return submitted.has_value(); }));
  BOOST_TEST((*submitted == boost::asio::error::operation_aborted));
  server.thaw();
}

BOOST_FIXTURE_TEST_CASE(it_does_not_wait_for_a_server_that_does_not_answer, nats_rig) {
  server.freeze();
  for (auto const wait : {5ms, 20ms, 100ms}) {
    auto source = make();
    auto const fetching = begin_fetch(source, 10);
    within(wait, [] { return false; });
    BOOST_TEST((time_of([&] { source.reset(); }) < moment));
    BOOST_CHECK_EXCEPTION(finish(fetching), boost::system::system_error, is_abort);
  }
  server.thaw();
}

BOOST_FIXTURE_TEST_CASE(what_was_given_to_nobody_is_handed_back, nats_rig) {
  auto const other = make();
  auto source = make();
  auto waiting = begin_fetch(source, 10);
  soon([&] { return source->status().ready; });
  within(100ms, [] { return false; });  // its request is with the server
  waiting.cancel();
  BOOST_CHECK_EXCEPTION(finish(waiting), boost::system::system_error, is_abort);
  submit(other, {task_of("a")});
  source.reset();
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(fetch(other, 1).at(0).id == "a");
  BOOST_TEST((std::chrono::steady_clock::now() - begin < params.lease / 2));
}

BOOST_FIXTURE_TEST_CASE(the_context_may_go_first, nats_rig) {
  for (int round = 0; round < 5; ++round) {
    std::optional<boost::asio::io_context> context{std::in_place};
    auto const source = std::make_shared<nats_source>(boost::asio::make_strand(*context), params);
    std::vector<task_outcome> const some{{.id = "a", .name = "f", .delivery = 1}};
    begun<task_list> const fetching{*context, source->fetch(10)};
    begun<void> const publishing{*context, source->publish(some)};
    context->run_for(std::chrono::milliseconds{10 * round});
    context.reset();
    BOOST_TEST(!source->status().error.empty() == !source->status().ready);
  }
}

BOOST_FIXTURE_TEST_CASE(a_source_may_be_destroyed_by_what_it_completes, nats_rig) {
  auto source = make();
  bool done = false;
  source->async_submit({task_of("a")}, [&](error_code ec) {
    BOOST_TEST(!ec);
    source.reset();
    done = true;
  });
  BOOST_REQUIRE(run_until([&] { return done; }));
}

BOOST_FIXTURE_TEST_CASE(a_view_ends_with_what_waits_for_it, nats_rig) {
  server.freeze();
  std::optional<cluster_view> view{std::in_place, io.get_executor(), params};
  std::optional<error_code> listed;
  view->async_nodes([&](error_code ec, auto const&) { listed = ec; });
  within(20ms, [] { return false; });
  BOOST_TEST((time_of([&] { view.reset(); }) < moment));
  BOOST_REQUIRE(run_until([&] { return listed.has_value(); }));
  BOOST_TEST((*listed == boost::asio::error::operation_aborted));
  server.thaw();
}

// Of the test below, in a process of its own.
BOOST_AUTO_TEST_CASE(exit_now, *boost::unit_test::disabled()) {
  auto const* const url = std::getenv("REEVE_TEST_URL");
  auto const* const round = std::getenv("REEVE_TEST_ROUND");
  if (!url || !round) return;
  boost::asio::io_context context;
  nats_params params;
  params.connection.servers = {url};
  auto source = std::make_shared<nats_source>(context.get_executor(), params);
  begun<nats_rig::task_list> const fetching{context, source->fetch(10)};
  context.run_for(std::chrono::milliseconds{10 * std::atoi(round)});
  if (std::atoi(round) % 2 == 0) source.reset();
  std::exit(0);
}

// While its connection is being closed, and while that is in use.
BOOST_FIXTURE_TEST_CASE(a_process_may_exit_at_any_time, nats_rig) {
  ::setenv("REEVE_TEST_URL", server.url().c_str(), 1);
  for (int round = 1; round < 8; ++round) {
    ::setenv("REEVE_TEST_ROUND", std::to_string(round).c_str(), 1);
    char const* const args[] = {"nats_tests", "--run_test=endings/exit_now", "--log_level=nothing", nullptr};
    pid_t child = 0;
    BOOST_REQUIRE(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, const_cast<char* const*>(args),
                                environ) == 0);
    int status = 0;
    auto const waited = time_of([&] { ::waitpid(child, &status, 0); });
    BOOST_TEST(status == 0);
    BOOST_TEST((waited < 20s));
  }
  ::unsetenv("REEVE_TEST_URL");
  ::unsetenv("REEVE_TEST_ROUND");
}

BOOST_AUTO_TEST_SUITE_END()
