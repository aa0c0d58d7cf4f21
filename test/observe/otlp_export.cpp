// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otel_variables.hpp"
#include "otlp_collector.hpp"
#include "tracing_test.hpp"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(otlp_export)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

using then = reaction::then;

std::vector<span_data> spans(std::size_t count) {
  std::vector<span_data> made;
  made.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    made.push_back({.name = std::to_string(i), .context = new_trace(true)});
  return made;
}

struct exporter_rig {
  explicit exporter_rig(std::vector<reaction> script = {}) : collector{std::move(script)} {
    params.endpoint = collector.url();
    params.timeout = patience;
  }

  export_result send(std::size_t count = 2, std::chrono::steady_clock::duration within = patience) {
    if (!exporter) exporter = make_otlp_exporter(params);
    return exporter->export_spans(spans(count), {}, clock::now() + within, stop.get_token());
  }

  otel_variables_set variables;
  otlp_collector collector;
  otlp_params params;
  std::shared_ptr<span_exporter> exporter;
  std::stop_source stop;
};

// Whether nothing of two spans was taken, for a reason with these words.
bool failed_with(export_result const& result, std::string const& words) {
  BOOST_TEST_INFO(result.error);
  return result.taken == 0 && result.error.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_batch_is_a_request) {
  exporter_rig rig;
  rig.params.headers = {{"authorization", "Bearer x"}, {"content-type", "text/plain"}};
  auto const result = rig.send(3);
  BOOST_TEST(result.taken == 3);
  BOOST_TEST(result.error.empty(), result.error);
  auto const request = rig.collector.requests().at(0);
  BOOST_TEST(request.message.method_string() == "POST");
  BOOST_TEST(request.message.target() == "/v1/traces");
  BOOST_TEST(request.message["host"] == "127.0.0.1:" + std::to_string(rig.collector.port()));
  BOOST_TEST(request.message["authorization"] == "Bearer x");
  BOOST_TEST(request.message["content-type"] == "application/json");
  BOOST_TEST(request.message["user-agent"].starts_with("reeve/"));
  BOOST_TEST(request.spans().size() == 3);
}

#ifdef REEVE_OBSERVE_WITH_GZIP

BOOST_AUTO_TEST_CASE(a_request_may_be_compressed) {
  exporter_rig rig;
  rig.params.compression = otlp_compression::gzip;
  rig.params.headers = text_pairs{{"content-encoding", "br"}};
  for (std::size_t const count : {1000U, 1U, 2U}) {
    BOOST_TEST(rig.send(count).taken == count);
    auto request = rig.collector.requests().back();
    BOOST_TEST(request.message["content-encoding"] == "gzip");
    BOOST_TEST(request.message.count("content-encoding") == 1U);
    auto const size = request.message.body().size();
    request.message.body() = uncompressed(request.message.body());
    BOOST_TEST(size < request.message.body().size());
    BOOST_TEST(request.spans().size() == count);
    BOOST_TEST(request.spans().back().at("name").as_string() == std::to_string(count - 1));
  }
}

#endif

BOOST_AUTO_TEST_CASE(the_connection_is_kept) {
  exporter_rig rig;
  for (int i = 0; i < 5; ++i) BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(rig.collector.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_meanwhile_is_opened_again) {
  exporter_rig rig{{{.bytes = answer_with(200).bytes, .after = then::close}}};
  BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(rig.send(2, 500ms).taken == 2);  // before any wait of a retry is over
  BOOST_TEST(rig.collector.connections() == 2);
}

BOOST_AUTO_TEST_CASE(a_collector_that_closes_after_its_answer_is_believed) {
  exporter_rig rig{{answer_with(200, "Connection: close\r\n")}};
  BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(rig.send(2, 500ms).taken == 2);
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_up) {
  exporter_rig rig;
  rig.params.endpoint = rig.collector.url("localhost");
  BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(rig.collector.requests().at(0).message["host"].starts_with("localhost:"));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_fails) {
  exporter_rig rig;
  rig.params.endpoint = "http://no-such-host.invalid:4318/";
  auto const result = rig.send(2, 500ms);
  BOOST_TEST(result.taken == 0);
  BOOST_TEST(result.error.find("no-such-host.invalid") != std::string::npos, result.error);
}

BOOST_AUTO_TEST_CASE(a_busy_collector_is_asked_again_when_it_says) {
  exporter_rig rig{{answer_with(503, "Retry-After: 0\r\n"), answer_with(429, "Retry-After: 0\r\n"),
                    answer_with(502, "Retry-After: 0\r\n"), answer_with(504, "Retry-After: 0\r\n")}};
  BOOST_TEST(rig.send().taken == 2);
  auto const requests = rig.collector.requests();
  BOOST_TEST(requests.size() == 5);
  BOOST_TEST(requests.at(0).message.body() == requests.at(4).message.body());
}

BOOST_AUTO_TEST_CASE(a_busy_collector_is_asked_again_even_if_it_does_not_say_when) {
  exporter_rig rig{{answer_with(503)}};
  BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(rig.collector.requests().size() == 2);
}

BOOST_AUTO_TEST_CASE(a_collector_that_wants_too_much_time_is_not_waited_for) {
  exporter_rig rig{{answer_with(503, "Retry-After: 3600\r\n", R"({"message":"busy"})")}};
  BOOST_TEST(failed_with(rig.send(), "503: busy"));
  BOOST_TEST(rig.collector.requests().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_final) {
  exporter_rig rig{{answer_with(400, {}, R"({"message":"bad span"})")}};
  BOOST_TEST(failed_with(rig.send(), "400: bad span"));
  BOOST_TEST(rig.collector.requests().size() == 1);
  BOOST_TEST(rig.send().taken == 2);
}

BOOST_AUTO_TEST_CASE(a_partial_success_is_counted) {
  exporter_rig rig{
      {answer_with(200, {}, R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}})")}};
  auto const result = rig.send(3);
  BOOST_TEST(result.taken == 2);
  BOOST_TEST(result.error.find("too old") != std::string::npos, result.error);
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_off_is_tried_again) {
  exporter_rig rig{{{.after = then::close},
                    {.after = then::close, .unread = true},
                    {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", .after = then::close}}};
  BOOST_TEST(rig.send().taken == 2);
}

BOOST_AUTO_TEST_CASE(a_collector_that_does_not_answer_costs_its_time_only) {
  exporter_rig rig{{{.after = then::hang}}};
  rig.params.timeout = 50ms;
  BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(rig.collector.connections() == 2);
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_a_request) {
  exporter_rig rig{{{.after = then::hang}}};
  BOOST_TEST(failed_with(rig.send(2, 50ms), "no answer in time"));
}

BOOST_AUTO_TEST_CASE(a_collector_that_never_reads_is_not_waited_for) {
  exporter_rig rig{{{.after = then::hang, .unread = true}}};
  BOOST_TEST(failed_with(rig.send(20'000, 200ms), "no answer in time"));
}

BOOST_AUTO_TEST_CASE(what_is_no_collector_is_not_tried_again) {
  exporter_rig rig{{{.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .after = then::hang}}};
  BOOST_TEST(failed_with(rig.send(), "no collector answers there"));
  BOOST_TEST(rig.send().taken == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_without_end_is_not_read_to_its_end) {
  std::string const head = "HTTP/1.1 200 OK\r\n";
  exporter_rig rig{
      {{.bytes = head + "\r\n", .after = then::stream_for_ever},
       {.bytes = head + "X: ", .after = then::stream_for_ever},
       {.bytes = head + "Content-Length: 99999999999999\r\n\r\n", .after = then::stream_for_ever}}};
  for (int i = 0; i < 3; ++i) BOOST_TEST(failed_with(rig.send(), "no collector answers there"));
  BOOST_TEST(rig.send().taken == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_that_nobody_asked_for_is_not_taken_for_the_next) {
  exporter_rig rig{{{.bytes = answer_with(200).bytes + answer_with(200).bytes}, answer_with(400)}};
  BOOST_TEST(rig.send().taken == 2);
  BOOST_TEST(failed_with(rig.send(), "400"));
}

BOOST_AUTO_TEST_CASE(nor_is_one_that_comes_while_nothing_is_asked) {
  exporter_rig rig{{answer_with(200), {.bytes = answer_with(200).bytes, .unread = true}, answer_with(400)}};
  BOOST_TEST(rig.send().taken == 2);
  rig.collector.require_unasked(1);
  BOOST_TEST(failed_with(rig.send(), "400"));
  BOOST_TEST(rig.collector.connections() == 2);
}

// Larger than what the kernels keep: it is refused before all of it was sent.
BOOST_AUTO_TEST_CASE(a_refusal_in_the_middle_of_a_request_is_heard) {
  exporter_rig rig{{{.bytes = answer_with(413, {}, R"({"message":"too large"})").bytes,
                     .after = then::close,
                     .unread = true}}};
  BOOST_TEST(failed_with(rig.send(100'000, patience), "413: too large"));
  BOOST_TEST(rig.collector.connections() == 1);
  BOOST_TEST(rig.send().taken == 2);
}

BOOST_AUTO_TEST_CASE(nobody_there_is_told) {
  exporter_rig rig;
  {
    otlp_collector const gone;
    rig.params.endpoint = gone.url();
  }
  BOOST_TEST(failed_with(rig.send(2, 100ms), "refused"));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_request) {
  exporter_rig rig{{{.after = then::hang}}};
  std::jthread const stopper{[&] {
    rig.collector.require_requests(1);
    rig.stop.request_stop();
  }};
  BOOST_TEST(failed_with(rig.send(2, 1h), "stopped"));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_wait) {
  exporter_rig rig{{answer_with(503, "Retry-After: 600\r\n")}};
  std::jthread const stopper{[&] {
    rig.collector.require_requests(1);
    rig.stop.request_stop();
  }};
  BOOST_TEST(rig.send(2, 1h).taken == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_request_ends_it_too) {
  exporter_rig rig{{{.after = then::hang}}};
  rig.stop.request_stop();
  BOOST_TEST(rig.send(2, 1h).taken == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
  otel_variables_set const none;
  auto const complaint = [](otlp_params params) -> std::string {
    try {
      make_otlp_exporter(std::move(params));
    } catch (std::invalid_argument const& e) {
      return e.what();
    }
    return {};
  };
  BOOST_TEST(complaint({.endpoint = "localhost"}).find("otlp_params.endpoint") != std::string::npos);
  BOOST_TEST(complaint({.headers = {{{"a b", "c"}}}}).find("otlp_params.headers") != std::string::npos);
  BOOST_TEST(complaint({.timeout = 0ms}).find("otlp_params.timeout") != std::string::npos);
  BOOST_TEST(complaint({.timeout = 2h}).find("otlp_params.timeout") != std::string::npos);
  BOOST_TEST(complaint({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
