// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "otlp_collector.hpp"
#include "tracing_test.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(tracing_export)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

using then = reaction::then;
using names = std::vector<std::string>;

std::string refusal_of(tracing_params params) {
  otel_variables_set const none;
  try {
    tracing const made{std::move(params)};
  } catch (std::invalid_argument const& e) {
    return e.what();
  }
  return {};
}

attribute_value value_of(resource const& of, std::string const& name) {
  for (auto const& one : of)
    if (one.name == name) return one.value;
  return std::string{"missing"};
}

std::string text_of(resource const& of, std::string const& name) {
  return std::get<std::string>(value_of(of, name));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_recorded_is_exported) {
  otel_variables_set const none;
  otlp_collector collector;
  tracing traces{{.exporter = make_otlp_exporter({.endpoint = collector.url()})}};
  BOOST_TEST(is_tracing());
  make_spans(3);
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST((collector.span_names() == names{"1", "2", "3"}));
  auto const status = traces.status();
  BOOST_TEST(status.exported == 3);
  BOOST_TEST(status.dropped + status.failed + status.waiting == 0);
  BOOST_TEST(status.last_error.empty());
}

BOOST_AUTO_TEST_CASE(the_environment_says_where_it_goes) {
  otlp_collector collector;
  auto const url = collector.url();
  otel_variables_set const set{{{"OTEL_EXPORTER_OTLP_ENDPOINT", url.substr(0, url.find("/v1"))},
                                {"OTEL_EXPORTER_OTLP_HEADERS", "x-key=1"}}};
  tracing traces;
  make_spans(1);
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST(collector.requests().at(0).message["x-key"] == "1");
}

BOOST_AUTO_TEST_CASE(the_end_exports_what_there_is) {
  otel_variables_set const none;
  otlp_collector collector;
  {
    tracing const traces{
        {.exporter = make_otlp_exporter({.endpoint = collector.url()}), .max_batch = 2, .delay = 1h}};
    make_spans(5);
  }
  BOOST_TEST((collector.span_names() == names{"1", "2", "3", "4", "5"}));
  BOOST_TEST(!is_tracing());
}

BOOST_AUTO_TEST_CASE(a_full_batch_does_not_wait_for_the_delay) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  tracing const traces{{.exporter = exporter, .max_batch = 3, .delay = 1h}};
  make_spans(7);
  exporter->require_batches(2);
  BOOST_TEST((exporter->batches() == std::vector<std::size_t>{3, 3}));
}

BOOST_AUTO_TEST_CASE(a_span_is_exported_after_the_delay) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  tracing const traces{{.exporter = exporter, .delay = 1ms}};
  make_spans(1);
  exporter->require_batches(1);
}

BOOST_AUTO_TEST_CASE(a_dead_collector_costs_the_end_no_more_than_the_timeout) {
  otel_variables_set const none;
  otlp_collector collector{{{.after = then::hang}}};
  std::optional<tracing> traces{
      std::in_place,
      tracing_params{.exporter = make_otlp_exporter({.endpoint = collector.url()}), .export_timeout = 300ms}};
  make_spans(3);
  auto const began = clock::now();
  traces.reset();
  BOOST_TEST((clock::now() - began < patience));
  BOOST_TEST((clock::now() - began >= 300ms));
}

BOOST_AUTO_TEST_CASE(many_batches_for_a_dead_collector_share_one_timeout) {
  otel_variables_set const none;
  std::atomic<int> batches{0};
  auto const exporter =
      std::make_shared<test_exporter>([&](std::size_t, auto deadline, std::stop_token const& stop) {
        ++batches;
        std::mutex mutex;
        std::condition_variable_any condition;
        std::unique_lock lock{mutex};
        condition.wait_until(lock, stop, deadline, [] { return false; });
        return export_result{0, "dead"};
      });
  {
    tracing const traces{{.exporter = exporter, .max_batch = 1, .export_timeout = 500ms}};
    make_spans(1000);
  }
  BOOST_TEST(batches <= 3);
}

BOOST_AUTO_TEST_CASE(an_exporter_that_waits_for_ever_is_stopped) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>([](std::size_t, auto, std::stop_token const& stop) {
    wait_for_stop(stop);
    return export_result{0, "stopped"};
  });
  tracing const traces{{.exporter = exporter, .export_timeout = 50ms}};
  make_spans(3);
}

BOOST_AUTO_TEST_CASE(a_flush_in_vain_ends_in_time) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>([](std::size_t, auto, std::stop_token const& stop) {
    wait_for_stop(stop);
    return export_result{};
  });
  tracing traces{{.exporter = exporter, .export_timeout = 50ms}};
  BOOST_TEST(traces.flush(0ms));
  make_spans(1);
  BOOST_TEST(!traces.flush(20ms));
  BOOST_TEST(!traces.flush(std::chrono::steady_clock::duration::min()));
  BOOST_TEST(traces.status().waiting == 1);
}

BOOST_AUTO_TEST_CASE(a_flush_that_fails_says_so) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>([](std::size_t count, auto, auto const&) {
    return export_result{count - 1, "one was too old"};
  });
  tracing traces{{.exporter = exporter}};
  make_spans(4);
  BOOST_TEST(!traces.flush(std::chrono::steady_clock::duration::max()));
  auto const status = traces.status();
  BOOST_TEST(status.exported == 3);
  BOOST_TEST(status.failed == 1);
  BOOST_TEST(status.last_error == "one was too old");
}

BOOST_AUTO_TEST_CASE(an_exporter_that_throws_loses_its_batch_only) {
  otel_variables_set const none;
  std::atomic<int> batches{0};
  auto const exporter = std::make_shared<test_exporter>([&](std::size_t count, auto, auto const&) {
    if (++batches == 1) throw std::runtime_error{"no luck"};
    return export_result{count};
  });
  tracing traces{{.exporter = exporter}};
  make_spans(2);
  BOOST_TEST(!traces.flush(patience));
  BOOST_TEST(traces.status().failed == 2);
  BOOST_TEST(traces.status().last_error.find("no luck") != std::string::npos);
  make_spans(2);
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST(traces.status().exported == 2);
  BOOST_TEST(traces.status().last_error.empty());
}

BOOST_AUTO_TEST_CASE(too_many_spans_are_dropped_and_counted) {
  otel_variables_set const none;
  std::promise<void> go;
  auto const gone = go.get_future().share();
  auto const exporter = std::make_shared<test_exporter>([&](std::size_t count, auto, auto const&) {
    gone.wait();
    return export_result{count};
  });
  tracing traces{{.exporter = exporter, .max_queue = 10, .max_batch = 4}};
  make_spans(4);
  exporter->require_batches(1);
  make_spans(15);
  BOOST_TEST(traces.status().dropped == 5);
  BOOST_TEST(traces.status().waiting == 14);
  go.set_value();
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST(traces.status().exported == 14);
}

BOOST_AUTO_TEST_CASE(many_threads_record_at_once) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  tracing traces{{.exporter = exporter, .max_queue = 100'000, .max_batch = 7, .delay = 1ms}};
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int j = 0; j < 50; ++j) {
          make_spans(10);
          if (j % 10 == 0) traces.flush(patience);
        }
      });
  }
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST(traces.status().exported == 2000);
  BOOST_TEST(exporter->names().size() == 2000);
}

BOOST_AUTO_TEST_CASE(spans_that_end_after_the_end_do_no_harm) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  std::atomic<bool> over{false};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!over) make_spans(1);
    });
  for (int i = 0; i < 20; ++i) {
    tracing const traces{{.exporter = exporter, .delay = 0ms}};
    exporter->require_batches(exporter->batches().size() + 1);
  }
  over = true;
}

// This thread has made spans, and goes on.
BOOST_AUTO_TEST_CASE(its_exporter_goes_with_it) {
  otel_variables_set const none;
  auto exporter = std::make_shared<test_exporter>();
  std::weak_ptr<test_exporter> const watched{exporter};
  {
    tracing const traces{{.exporter = std::move(exporter)}};
    make_spans(1);
  }
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(there_is_one_at_a_time) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  tracing const first{{.exporter = exporter}};
  BOOST_CHECK_THROW(tracing({.exporter = exporter}), std::logic_error);
  BOOST_TEST(is_tracing());
}

BOOST_AUTO_TEST_CASE(it_can_be_turned_off) {
  otel_variables_set const set{{{"OTEL_SDK_DISABLED", "true"}}};
  auto const exporter = std::make_shared<test_exporter>();
  {
    tracing traces{{.exporter = exporter}};
    BOOST_TEST(!is_tracing());
    make_spans(3);
    BOOST_TEST(traces.flush(patience));
  }
  BOOST_TEST(exporter->names().empty());
}

BOOST_AUTO_TEST_CASE(without_an_exporter_traces_are_passed_on) {
  otel_variables_set const set{{{"OTEL_TRACES_EXPORTER", "none"}}};
  tracing traces;
  reeve::span const work{"work"};
  BOOST_TEST(work.context().valid());
  BOOST_TEST(work.context().sampled());
  make_spans(3);
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST(traces.status().waiting == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_sampled_is_not_exported) {
  otel_variables_set const set{{{"OTEL_TRACES_SAMPLER", "always_off"}}};
  auto const exporter = std::make_shared<test_exporter>();
  {
    tracing const traces{{.exporter = exporter}};
    make_spans(3);
  }
  BOOST_TEST(exporter->names().empty());
  {
    tracing const traces{{.exporter = exporter, .sampler = sampler::always_on}};
    make_spans(3);
  }
  BOOST_TEST(exporter->names().size() == 3);
}

BOOST_AUTO_TEST_CASE(a_process_says_who_it_is) {
  otel_variables_set const set{
      {{"OTEL_SERVICE_NAME", "shop"},
       {"OTEL_RESOURCE_ATTRIBUTES", "service.name=other,host.name=h,color=red,x=env"}}};
  tracing const traces{
      {.exporter = std::make_shared<test_exporter>(), .attributes = {{"x", std::string{"code"}}}}};
  auto const& who = traces.resource();
  BOOST_TEST(text_of(who, "service.name") == "shop");
  BOOST_TEST(text_of(who, "host.name") == "h");
  BOOST_TEST(text_of(who, "color") == "red");
  BOOST_TEST(text_of(who, "x") == "code");
  BOOST_TEST(text_of(who, "telemetry.sdk.name") == "reeve");
  BOOST_TEST(text_of(who, "telemetry.sdk.language") == "cpp");
  BOOST_TEST(text_of(who, "process.executable.name") == "observe_tests");
  BOOST_TEST(text_of(who, "service.instance.id").size() == 36);
  BOOST_TEST(std::get<std::int64_t>(value_of(who, "process.pid")) == ::getpid());
  BOOST_TEST(text_of(who, "reeve.worker.name") == "missing");
}

BOOST_AUTO_TEST_CASE(the_name_of_a_service_is_found_somewhere) {
  auto const exporter = std::make_shared<test_exporter>();
  auto const name = [&](tracing_params params, std::map<std::string, std::string> const& environment) {
    otel_variables_set const set{environment};
    params.exporter = exporter;
    tracing const traces{std::move(params)};
    return text_of(traces.resource(), "service.name");
  };
  BOOST_TEST(name({}, {}) == "unknown_service:observe_tests");
  BOOST_TEST(name({}, {{"OTEL_RESOURCE_ATTRIBUTES", "service.name=a"}}) == "a");
  BOOST_TEST(name({}, {{"OTEL_RESOURCE_ATTRIBUTES", "service.name=a"}, {"OTEL_SERVICE_NAME", "b"}}) == "b");
  BOOST_TEST(name({.service_name = "c"}, {{"OTEL_SERVICE_NAME", "b"}}) == "c");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused_by_its_name) {
  BOOST_TEST(refusal_of({.ratio = 1.1}).find("tracing_params.ratio") != std::string::npos);
  BOOST_TEST(refusal_of({.ratio = std::numeric_limits<double>::quiet_NaN()}).find(".ratio") !=
             std::string::npos);
  BOOST_TEST(refusal_of({.max_queue = 0}).find("tracing_params.max_queue") != std::string::npos);
  BOOST_TEST(refusal_of({.max_queue = 1'000'001}).find("tracing_params.max_queue") != std::string::npos);
  BOOST_TEST(refusal_of({.max_batch = 0}).find("tracing_params.max_batch") != std::string::npos);
  BOOST_TEST(refusal_of({.max_queue = 10, .max_batch = 11}).find("tracing_params.max_batch") !=
             std::string::npos);
  BOOST_TEST(refusal_of({.delay = -1ms}).find("tracing_params.delay") != std::string::npos);
  BOOST_TEST(refusal_of({.export_timeout = 0ms}).find("tracing_params.export_timeout") != std::string::npos);
  BOOST_TEST(refusal_of({.exporter = std::make_shared<test_exporter>(), .max_queue = 10}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
