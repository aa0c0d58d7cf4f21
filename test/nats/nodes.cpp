// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"
#include "reeve/cluster_view.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(nodes, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

struct nodes_rig : nats_rig {
  nodes_rig() { params.node_lease = 1s; }

  std::vector<node_info> list(cluster_view const& view) {
    return run(view.async_nodes(boost::asio::use_awaitable));
  }

  static std::string names_of(std::vector<node_info> const& nodes) {
    std::string text;
    for (auto const& node : nodes) text += (text.empty() ? "" : " ") + node.node;
    return text;
  }
};

node_info node(std::string name) {
  return {.node = std::move(name), .host = "host", .pid = 42, .pipeline = "p", .workers = 3};
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(where_no_node_ever_was_there_is_none, nodes_rig) {
  BOOST_TEST(list(cluster_view{io.get_executor(), params}).empty());
}

BOOST_FIXTURE_TEST_CASE(nodes_are_listed_by_name_with_what_they_said_last, nodes_rig) {
  params.node_lease = 1min;
  auto const one = make();
  auto const other = make();
  cluster_view const view{io.get_executor(), params};
  run(one->announce(node("b.example/1")));
  run(other->announce(node("a.example/2")));
  auto last = node("b.example/1");
  last.held = 17;
  last.published = 123;
  last.draining = true;
  run(one->announce(last));
  auto const nodes = list(view);
  BOOST_REQUIRE(names_of(nodes) == "a.example/2 b.example/1");
  BOOST_TEST(nodes[0].workers == 3U);
  BOOST_TEST(nodes[0].pid == 42);
  BOOST_TEST(nodes[1].held == 17U);
  BOOST_TEST(nodes[1].published == 123U);
  BOOST_TEST(nodes[1].draining);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_has_drained_goes_at_once, nodes_rig) {
  params.node_lease = 1min;
  auto const source = make();
  cluster_view const view{io.get_executor(), params};
  auto gone = node("a");
  run(source->announce(gone));
  BOOST_TEST(names_of(list(view)) == "a");
  gone.draining = true;
  run(source->announce(gone));
  BOOST_TEST(list(view).empty());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_died_is_missed_within_its_lease, nodes_rig) {
  auto const living = make();
  auto dying = make();
  cluster_view const view{io.get_executor(), params};
  BOOST_TEST((living->announce_every() == params.node_lease / 3));
  run(living->announce(node("living")));
  run(dying->announce(node("dying")));
  auto const died = std::chrono::steady_clock::now();
  dying.reset();
  auto seen = list(view);
  while (names_of(seen) != "living") {
    BOOST_REQUIRE(std::chrono::steady_clock::now() - died < 60s);
    within(std::chrono::duration_cast<std::chrono::milliseconds>(params.node_lease / 3),
           [] { return false; });
    run(living->announce(node("living")));
    seen = list(view);
  }
  BOOST_TEST((std::chrono::steady_clock::now() - died >= params.node_lease - 100ms));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_node_is_not_listed, nodes_rig) {
  auto const source = make();
  run(source->announce(node("a")));
  peek().publish(names().node_prefix + "odd", "nonsense");
  BOOST_TEST(names_of(list(cluster_view{io.get_executor(), params})) == "a");
}

BOOST_FIXTURE_TEST_CASE(a_view_may_be_moved, nodes_rig) {
  params.node_lease = 1min;
  run(make()->announce(node("a")));
  cluster_view first{io.get_executor(), params};
  auto view = std::move(first);
  BOOST_TEST(names_of(list(view)) == "a");
  view = cluster_view{io.get_executor(), params};
  BOOST_TEST(names_of(list(view)) == "a");
  BOOST_TEST((view.get_executor() == io.get_executor()));
}

BOOST_FIXTURE_TEST_CASE(a_list_can_be_cancelled, nodes_rig) {
  server.freeze();
  cluster_view const view{io.get_executor(), params};
  using boost::asio::cancellation_type;
  for (auto const type :
       {cancellation_type::terminal, cancellation_type::partial, cancellation_type::total}) {
    boost::asio::cancellation_signal signal;
    std::optional<error_code> result;
    view.async_nodes(
        boost::asio::bind_cancellation_slot(signal.slot(), [&](error_code ec, auto const&) { result = ec; }));
    within(10ms, [] { return false; });
    signal.emit(type);
    BOOST_REQUIRE(run_until([&] { return result.has_value(); }));
    BOOST_TEST((*result == boost::asio::error::operation_aborted));
  }
  server.thaw();
}

BOOST_FIXTURE_TEST_CASE(without_a_server_a_list_fails_and_later_works, nodes_rig) {
  params.node_lease = 1min;
  run(make()->announce(node("a")));
  server.kill();
  params.connection.timeout = 200ms;
  cluster_view const view{io.get_executor(), params};
  std::optional<error_code> result;
  view.async_nodes([&](error_code ec, auto const&) { result = ec; });
  BOOST_REQUIRE(run_until([&] { return result.has_value(); }));
  BOOST_TEST((*result == error::source_unavailable));
  server.start();
  bool listed = false;
  for (int tries = 0; !listed && tries < 500; ++tries) {
    result.reset();
    view.async_nodes([&](error_code ec, auto const& nodes) {
      result = ec;
      listed = names_of(nodes) == "a";
    });
    BOOST_REQUIRE(run_until([&] { return result.has_value(); }));
  }
  BOOST_TEST(listed);
}

BOOST_AUTO_TEST_SUITE_END()
