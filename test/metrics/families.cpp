// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/family_set.hpp"
#include "metrics_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(families)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using detail::family_set;

std::string text_of_supervisor(supervisor_status const& status, std::size_t max_workers = 1000) {
  family_set set;
  add_families(set, "main", status, made_up_context(max_workers));
  return text_of(set);
}

std::string text_of_pool(pool_status const& status) {
  family_set set;
  detail::slot_map slots;
  add_families(set, "pool", status, slots, made_up_context());
  return text_of(set);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_worker_has_series_and_all_are_counted_by_state) {
  auto const text = text_of_supervisor({.workers = {running_worker("api", 0), running_worker("api", 1),
                                                    worker_in(worker_state::backoff, "db")}});
  REEVE_TEST_SERIES(text, "reeve_workers{supervisor=\"main\",state=\"running\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_workers{supervisor=\"main\",state=\"backoff\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_workers{supervisor=\"main\",state=\"failed\"}", 0);
  BOOST_TEST(series_in(text, "reeve_workers").size() == 8U);
  REEVE_TEST_SERIES(text, "reeve_worker_up{supervisor=\"main\",worker=\"api\",index=\"1\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_worker_up{supervisor=\"main\",worker=\"db\",index=\"0\"}", 0);
  REEVE_TEST_SERIES(text, "reeve_worker_uptime_seconds{supervisor=\"main\",worker=\"api\",index=\"0\"}", 10);
  REEVE_TEST_SERIES(text, "reeve_worker_cpu_seconds_total{supervisor=\"main\",worker=\"api\",index=\"0\"}",
                    2.5);
  REEVE_TEST_SERIES(
      text, "reeve_worker_resident_memory_bytes{supervisor=\"main\",worker=\"api\",index=\"0\"}", 4096);
}

BOOST_AUTO_TEST_CASE(a_worker_without_a_process_has_no_series_of_one) {
  auto const text = text_of_supervisor({.workers = {worker_in(worker_state::stopped)}});
  for (auto const* name : {"reeve_worker_uptime_seconds", "reeve_worker_cpu_seconds_total",
                           "reeve_worker_resident_memory_bytes", "reeve_worker_heartbeat_age_seconds"}) {
    BOOST_TEST(series_in(text, name).empty(), name);
    BOOST_TEST(text.find(name) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_heartbeat_has_an_age_that_is_never_negative) {
  auto old = running_worker("old");
  old.last_heartbeat = made_up_now - 1500ms;
  auto early = running_worker("early");
  early.last_heartbeat = made_up_now + 1ms;  // it was seen after the clock was read
  auto const text = text_of_supervisor({.workers = {old, early, running_worker("none")}});
  REEVE_TEST_SERIES(
      text, "reeve_worker_heartbeat_age_seconds{supervisor=\"main\",worker=\"old\",index=\"0\"}", 1.5);
  REEVE_TEST_SERIES(
      text, "reeve_worker_heartbeat_age_seconds{supervisor=\"main\",worker=\"early\",index=\"0\"}", 0);
  BOOST_TEST(series_in(text, "reeve_worker_heartbeat_age_seconds").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_process_that_has_gone_meanwhile_keeps_its_other_series) {
  family_set set;
  auto context = made_up_context();
  context.usage = [](pid_t, auto) { return std::nullopt; };
  add_families(set, "main", supervisor_status{.workers = {running_worker("api")}}, context);
  auto const text = text_of(set);
  BOOST_TEST(series_in(text, "reeve_worker_up").size() == 1U);
  BOOST_TEST(series_in(text, "reeve_worker_cpu_seconds_total").empty());
}

BOOST_AUTO_TEST_CASE(counters_and_flags_of_a_worker_are_at_most_64) {
  auto worker = running_worker("api");
  worker.counters = {{"processed", 7, false}, {"connected", 1, true}, {"odd \"name\\", 2, false}};
  auto text = text_of_supervisor({.workers = {worker}});
  auto const of = std::string{"{supervisor=\"main\",worker=\"api\",index=\"0\","};
  REEVE_TEST_SERIES(text, "reeve_worker_counted" + of + "counter=\"processed\"}", 7);
  REEVE_TEST_SERIES(text, "reeve_worker_counted" + of + "counter=\"odd \\\"name\\\\\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_worker_flag" + of + "flag=\"connected\"}", 1);

  for (int i = 0; i < 100; ++i) worker.counters.push_back({"c" + std::to_string(i), 1, i % 2 == 0});
  text = text_of_supervisor({.workers = {worker}});
  BOOST_TEST(series_in(text, "reeve_worker_counted").size() + series_in(text, "reeve_worker_flag").size() ==
             64U);
}

BOOST_AUTO_TEST_CASE(workers_beyond_the_most_are_in_the_sums_only) {
  supervisor_status status;
  for (std::size_t i = 0; i < 50; ++i) status.workers.push_back(running_worker("api", i));
  for (std::size_t const most : {0U, 1U, 20U, 50U, 100U}) {
    auto const text = text_of_supervisor(status, most);
    BOOST_TEST(series_in(text, "reeve_worker_up").size() == std::min<std::size_t>(most, 50));
    REEVE_TEST_SERIES(text, "reeve_workers{supervisor=\"main\",state=\"running\"}", 50);
  }
}

BOOST_AUTO_TEST_CASE(exits_and_restarts_are_told_by_their_cause) {
  supervisor_status status;
  status.totals.spawned = 9;
  status.totals.exits[static_cast<std::size_t>(exit_cause::heartbeat)] = 3;
  status.totals.restarts[static_cast<std::size_t>(exit_cause::limit)] = 2;
  status.totals.unhealthy = 4;
  status.totals.gave_up = 1;
  auto const text = text_of_supervisor(status);
  REEVE_TEST_SERIES(text, "reeve_worker_spawns_total{supervisor=\"main\"}", 9);
  REEVE_TEST_SERIES(text, "reeve_worker_exits_total{supervisor=\"main\",cause=\"heartbeat\"}", 3);
  REEVE_TEST_SERIES(text, "reeve_worker_exits_total{supervisor=\"main\",cause=\"itself\"}", 0);
  REEVE_TEST_SERIES(text, "reeve_worker_restarts_by_cause_total{supervisor=\"main\",cause=\"limit\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_worker_unhealthy_total{supervisor=\"main\"}", 4);
  REEVE_TEST_SERIES(text, "reeve_worker_gave_up_total{supervisor=\"main\"}", 1);
  BOOST_TEST(series_in(text, "reeve_worker_exits_total").size() == exit_cause_count);
}

BOOST_AUTO_TEST_CASE(a_histogram_adds_up_its_buckets) {
  supervisor_status status;
  status.totals.ready_time.add(20us);
  status.totals.ready_time.add(2ms, 3);
  status.totals.ready_time.add(1000s);
  auto const text = text_of_supervisor(status);
  auto const bucket = [](std::string const& le) {
    return "reeve_worker_ready_seconds_bucket{supervisor=\"main\",le=\"" + le + "\"}";
  };
  REEVE_TEST_SERIES(text, bucket("1e-05"), 0);
  REEVE_TEST_SERIES(text, bucket("2.5e-05"), 1);
  REEVE_TEST_SERIES(text, bucket("0.0025"), 4);
  REEVE_TEST_SERIES(text, bucket("600"), 4);
  REEVE_TEST_SERIES(text, bucket("+Inf"), 5);
  REEVE_TEST_SERIES(text, "reeve_worker_ready_seconds_count{supervisor=\"main\"}", 5);
  BOOST_TEST(value_in(text, "reeve_worker_ready_seconds_sum{supervisor=\"main\"}").value() == 1000.00602,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_pool_shows_its_tasks_and_workers) {
  pool_status status{.state = pool_state::running, .size = 3};
  status.workers = {{.worker = {"pool.1", 0, 1}, .pid = 10, .ready = true},
                    {.worker = {"pool.2", 0, 1}, .pid = 11, .ready = true, .draining = true},
                    {.worker = {"pool.3", 0, 1}, .pid = 0}};
  status.waiting = 1;
  status.queued = 2;
  status.dispatched = 3;
  status.submitted = 20;
  status.succeeded = 12;
  status.failed = 2;
  status.retried = 4;
  status.losses = 5;
  status.timeouts = 6;
  status.recycled = 7;
  status.run_time.add(1s);
  status.worker_counts.exits[static_cast<std::size_t>(exit_cause::itself)] = 8;
  auto const text = text_of_pool(status);
  REEVE_TEST_SERIES(text, "reeve_pool_state{pool=\"pool\",state=\"running\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pool_state{pool=\"pool\",state=\"failed\"}", 0);
  BOOST_TEST(series_in(text, "reeve_pool_state").size() == 6U);
  REEVE_TEST_SERIES(text, "reeve_pool_size{pool=\"pool\"}", 3);
  for (auto const* state : {"starting", "ready", "draining"})
    REEVE_TEST_SERIES(text, "reeve_pool_workers{pool=\"pool\",state=\"" + std::string{state} + "\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks{pool=\"pool\",state=\"waiting\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks{pool=\"pool\",state=\"queued\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks{pool=\"pool\",state=\"dispatched\"}", 3);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks_submitted_total{pool=\"pool\"}", 20);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks_total{pool=\"pool\",outcome=\"succeeded\"}", 12);
  REEVE_TEST_SERIES(text, "reeve_pool_tasks_total{pool=\"pool\",outcome=\"failed\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_pool_retries_total{pool=\"pool\"}", 4);
  REEVE_TEST_SERIES(text, "reeve_pool_lost_workers_total{pool=\"pool\"}", 5);
  REEVE_TEST_SERIES(text, "reeve_pool_timeouts_total{pool=\"pool\"}", 6);
  REEVE_TEST_SERIES(text, "reeve_pool_recycled_total{pool=\"pool\"}", 7);
  REEVE_TEST_SERIES(text, "reeve_pool_task_run_seconds_count{pool=\"pool\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pool_task_wait_seconds_count{pool=\"pool\"}", 0);
  REEVE_TEST_SERIES(text, "reeve_pool_worker_exits_total{pool=\"pool\",cause=\"itself\"}", 8);
  REEVE_TEST_SERIES(text, "reeve_pool_worker_cpu_seconds_total{pool=\"pool\",slot=\"1\"}", 2.5);
  BOOST_TEST(series_in(text, "reeve_pool_worker_resident_memory_bytes").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_pipeline_shows_its_queues_outcomes_and_source) {
  pipeline_status status{.state = pipeline_state::draining, .source_error = "gone", .source_errors = 3};
  status.queues = {{{"fetched", 1, 10}, {"running", 2, 20}, {"unpublished", 3, 30}}};
  status.fetched = 50;
  status.completed = 1;
  status.failed = 2;
  status.retried = 3;
  status.dead_lettered = 4;
  status.handed_back = 5;
  status.abandoned = 6;
  status.latency.add(5ms);
  family_set set;
  add_families(set, "orders", status);
  auto const text = text_of(set);
  REEVE_TEST_SERIES(text, "reeve_pipeline_state{pipeline=\"orders\",state=\"draining\"}", 1);
  REEVE_TEST_SERIES(text, "reeve_pipeline_queue_size{pipeline=\"orders\",queue=\"running\"}", 2);
  REEVE_TEST_SERIES(text, "reeve_pipeline_queue_capacity{pipeline=\"orders\",queue=\"unpublished\"}", 30);
  REEVE_TEST_SERIES(text, "reeve_pipeline_fetched_total{pipeline=\"orders\"}", 50);
  int expected = 0;
  for (auto const* verdict : {"complete", "failed", "retry", "dead_letter", "hand_back"})
    REEVE_TEST_SERIES(
        text, "reeve_pipeline_outcomes_total{pipeline=\"orders\",verdict=\"" + std::string{verdict} + "\"}",
        ++expected);
  REEVE_TEST_SERIES(text, "reeve_pipeline_abandoned_total{pipeline=\"orders\"}", 6);
  REEVE_TEST_SERIES(text, "reeve_pipeline_source_errors_total{pipeline=\"orders\"}", 3);
  REEVE_TEST_SERIES(text, "reeve_pipeline_source_up{pipeline=\"orders\"}", 0);
  REEVE_TEST_SERIES(text, "reeve_pipeline_latency_seconds_count{pipeline=\"orders\"}", 1);
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_was_not_run_has_no_queues_and_a_source_that_is_up) {
  family_set set;
  add_families(set, "orders", pipeline_status{});
  auto const text = text_of(set);
  BOOST_TEST(series_in(text, "reeve_pipeline_queue_size").empty());
  REEVE_TEST_SERIES(text, "reeve_pipeline_source_up{pipeline=\"orders\"}", 1);
}

BOOST_AUTO_TEST_CASE(two_supervisors_share_each_metric) {
  family_set set;
  for (auto const* name : {"one", "two"})
    add_families(set, name, supervisor_status{.workers = {running_worker("api")}}, made_up_context());
  auto const text = text_of(set);
  BOOST_TEST(text.find("# TYPE reeve_worker_up gauge") == text.rfind("# TYPE reeve_worker_up gauge"));
  BOOST_TEST(series_in(text, "reeve_worker_up").size() == 2U);
}

BOOST_AUTO_TEST_CASE(names_are_escaped_and_what_is_no_text_is_replaced) {
  family_set set;
  pipeline_status const status{};
  add_families(set, "a\"b\\c\nd", status);
  add_families(set,
               "gr\xC3\xBC\xC3\x9F"
               "e",
               status);
  add_families(set, "\xFF\xC3", status);
  add_families(set, "\xED\xA0\x80\xC0\x80", status);  // a surrogate, and a zero that is too long
  auto const text = text_of(set);
  auto const fetched = [](std::string const& name) {
    return "reeve_pipeline_fetched_total{pipeline=\"" + name + "\"}";
  };
  auto const bad = std::string{"\xEF\xBF\xBD"};
  REEVE_TEST_SERIES(text, fetched("a\\\"b\\\\c\\nd"), 0);
  REEVE_TEST_SERIES(text,
                    fetched("gr\xC3\xBC\xC3\x9F"
                            "e"),
                    0);
  REEVE_TEST_SERIES(text, fetched(bad + bad), 0);
  REEVE_TEST_SERIES(text, fetched(bad + bad + bad + bad + bad), 0);
}

BOOST_AUTO_TEST_SUITE_END()
