// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "http_rig.hpp"
#include "live_supervisor.hpp"
#include "pipeline_test.hpp"
#include "reeve/metrics_server.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

BOOST_AUTO_TEST_SUITE(server)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

std::string of_worker(std::string const& metric, std::string const& worker, std::size_t index = 0) {
  return metric + "{supervisor=\"main\",worker=\"" + worker + "\",index=\"" + std::to_string(index) + "\"}";
}

void refuses(metrics_params params, std::string const& field) {
  boost::asio::io_context context;
  BOOST_CHECK_EXCEPTION((metrics_server{context.get_executor(), std::move(params)}), std::invalid_argument,
                        [&field](auto const& e) {
                          return std::string{e.what()}.find("metrics_params." + field + ' ') !=
                                 std::string::npos;
                        });
}

}  // namespace

BOOST_AUTO_TEST_CASE(wrong_parameters_are_refused_by_their_name) {
  refuses({.address = "localhost"}, "address");
  refuses({.address = ""}, "address");
  refuses({.max_workers = 100'001}, "max_workers");
  refuses({.max_connections = 0}, "max_connections");
  refuses({.max_connections = 10'001}, "max_connections");
  refuses({.timeout = 0ms}, "timeout");
  refuses({.timeout = 61min}, "timeout");
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_told_and_another_start_may_do) {
  boost::asio::io_context context;
  metrics_server first{context.get_executor(), {.port = 0}};
  BOOST_TEST(first.port() == 0);
  first.start();
  BOOST_TEST(first.port() != 0);
  std::optional<metrics_server> second;
  second.emplace(context.get_executor(), metrics_params{.port = first.port()});
  for (int i = 0; i < 2; ++i)
    BOOST_CHECK_EXCEPTION(second->start(), boost::system::system_error, [&first](auto const& e) {
      return e.code() == boost::system::errc::address_in_use &&
             std::string{e.what()}.find("port " + std::to_string(first.port())) != std::string::npos;
    });
  BOOST_TEST(second->port() == 0);
  BOOST_CHECK_THROW(first.start(), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(it_listens_at_ipv6_too) {
  boost::asio::io_context context;
  metrics_server server{context.get_executor(), {.address = "::", .port = 0}};
  server.start();
  raw_client client{server.port()};
  client.get("/healthz");
  context_threads const threads{context, 1};
  BOOST_TEST(client.next().status == 200U);
  context.stop();
}

BOOST_AUTO_TEST_CASE(real_workers_have_their_cpu_time_memory_and_restarts) {
  live_supervisor rig;
  metrics_server server{rig.context.get_executor(), {.port = 0}};
  server.watch(*rig.sup);
  rig.start(up_spec_of("busy", "busy"));
  rig.start(up_spec_of("idle", "hang", {}, 2));

  rig.soon([&] {
    return value_in(server.text(), of_worker("reeve_worker_cpu_seconds_total", "busy")).value_or(0) > 0;
  });
  auto text = server.text();
  REEVE_TEST_SERIES(text, "reeve_workers{supervisor=\"main\",state=\"running\"}", 3);
  REEVE_TEST_SERIES(text, of_worker("reeve_worker_up", "idle", 1), 1);
  BOOST_TEST(value_in(text, of_worker("reeve_worker_resident_memory_bytes", "idle")).value_or(0) > 100'000);
  BOOST_TEST(value_in(text, of_worker("reeve_worker_uptime_seconds", "idle")).value_or(-1) >= 0);
  REEVE_TEST_SERIES(text, "reeve_worker_spawn_seconds_count{supervisor=\"main\"}", 3);
  REEVE_TEST_SERIES(text, "reeve_worker_ready_seconds_count{supervisor=\"main\"}", 3);

  ::kill(rig.pid_of("idle", 1), SIGKILL);
  rig.until(event_kind::ready, "idle", 3);
  text = server.text();
  REEVE_TEST_SERIES(text, of_worker("reeve_worker_restarts_total", "idle", 1), 1);
  REEVE_TEST_SERIES(text, "reeve_worker_exits_total{supervisor=\"main\",cause=\"itself\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_worker_restarts_by_cause_total{supervisor=\"main\",cause=\"itself\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_worker_spawns_total{supervisor=\"main\"}", 4);
}

BOOST_AUTO_TEST_CASE(counters_do_not_go_down_when_workers_go) {
  live_supervisor rig;
  metrics_server server{rig.context.get_executor(), {.port = 0}};
  server.watch(*rig.sup);
  rig.start(up_spec_of("one", "hang"));
  rig.stop_all();
  BOOST_TEST(!rig.finish(rig.sup->async_remove("one")));
  auto const text = server.text();
  BOOST_TEST(series_in(text, "reeve_worker_up").empty());
  REEVE_TEST_SERIES(text, "reeve_worker_spawns_total{supervisor=\"main\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_worker_exits_total{supervisor=\"main\",cause=\"stop\"}", 1);
}

BOOST_AUTO_TEST_CASE(names_are_unique_and_free_again_when_their_thing_has_gone) {
  live_supervisor rig;
  metrics_server server{rig.context.get_executor(), {.port = 0}};
  server.watch(*rig.sup, "main");
  BOOST_CHECK_THROW(server.watch(*rig.sup, "main"), std::invalid_argument);
  server.watch(*rig.sup, "again");
  for (auto const& name : {std::string{}, std::string(101, 'x')})
    BOOST_CHECK_THROW(server.watch(*rig.sup, name), std::invalid_argument);
  BOOST_TEST(series_in(server.text(), "reeve_workers").size() == 16U);

  rig.make({});
  rig.soon([&] { return server.text().empty(); });
  server.watch(*rig.sup, "main");
  BOOST_TEST(series_in(server.text(), "reeve_workers").size() == 8U);
}

BOOST_AUTO_TEST_CASE(a_pool_and_a_pipeline_show_what_they_did) {
  pipeline_rig rig;
  rig.run();
  metrics_server server{rig.context.get_executor(), {.port = 0}};
  server.watch(*rig.pool);
  server.watch(*rig.line);
  BOOST_CHECK_THROW(server.watch(*rig.pool), std::invalid_argument);
  BOOST_CHECK_THROW(server.watch(*rig.line), std::invalid_argument);
  for (int i = 0; i < 10; ++i) rig.source->add("json_square", "[2]");
  rig.source->add("json_deed", "[0,\"throw\"]");
  rig.until_published(11);
  rig.until([&] { return rig.line->status().published == 11; });

  auto const text = server.text();
  auto const pool = "{pool=\"" + rig.pool->status().name + "\"";
  auto const line = "{pipeline=\"" + rig.line->status().name + "\"";
  REEVE_TEST_SERIES(text, "reeve_pool_state" + pool + ",state=\"running\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pool_workers" + pool + ",state=\"ready\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks_total" + pool + ",outcome=\"succeeded\"}", 10);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks_total" + pool + ",outcome=\"failed\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pool_task_run_seconds_count" + pool + "}", 11);
  BOOST_TEST(value_in(text, "reeve_pool_worker_resident_memory_bytes" + pool + ",slot=\"1\"}").value_or(0) >
             100'000);
  REEVE_TEST_SERIES(text, "reeve_pipeline_fetched_total" + line + "}", 11);
  REEVE_TEST_SERIES(text, "reeve_pipeline_outcomes_total" + line + ",verdict=\"complete\"}", 10);
  REEVE_TEST_SERIES(text, "reeve_pipeline_outcomes_total" + line + ",verdict=\"failed\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pipeline_latency_seconds_count" + line + "}", 11);
  REEVE_TEST_SERIES(text, "reeve_pipeline_source_up" + line + "}", 1);
  BOOST_TEST(series_in(text, "reeve_pipeline_queue_size" + line.substr(0, 10)).empty());
  BOOST_TEST(series_in(text, "reeve_pipeline_queue_size").size() == 3U);
  rig.drain();
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_is_down_until_it_does_not) {
  pipeline_rig rig;
  rig.source->fetching = pipeline_rig::mood::failing;
  rig.run();
  metrics_server server{rig.context.get_executor(), {.port = 0}};
  server.watch(*rig.line);
  auto const up = "reeve_pipeline_source_up{pipeline=\"" + rig.line->status().name + "\"}";
  rig.until([&] { return value_in(server.text(), up) == 0.0; });
  rig.source->fetching = pipeline_rig::mood::well;
  rig.source->add("json_square", "[2]");
  rig.source->changed();
  rig.until([&] { return value_in(server.text(), up) == 1.0; });
  rig.drain();
}

BOOST_AUTO_TEST_CASE(metrics_of_the_application_are_served_too) {
  http_rig const rig;
  auto& family =
      prometheus::BuildCounter().Name("app_orders_total").Help("Orders.").Register(*rig.server->registry());
  family.Add({{"kind", "big"}}).Increment(3);
  REEVE_TEST_SERIES(rig.ask("/metrics").body, "app_orders_total{kind=\"big\"}", 3);
  REEVE_TEST_SERIES(rig.server->text(), "app_orders_total{kind=\"big\"}", 3);
}

BOOST_AUTO_TEST_CASE(any_thread_may_read_watch_and_ask) {
  http_rig const rig{{}, 2};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&rig, t] {
      for (int i = 0; i < 20; ++i) {
        auto const name = std::to_string(t) + '.' + std::to_string(i);
        rig.server->watched().pools.add(name, [name, left = std::make_shared<std::atomic<int>>(5)]() {
          return --*left > 0 ? std::optional{pool_status{.name = name}} : std::nullopt;
        });
        static_cast<void>(rig.server->text());
        if (rig.ask("/metrics").status != 200) throw std::runtime_error{"no answer"};
      }
    });
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 6; ++i) static_cast<void>(rig.server->text());
  BOOST_TEST(rig.server->text().empty());
}

BOOST_AUTO_TEST_SUITE_END()
