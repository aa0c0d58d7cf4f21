// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_wire.hpp"
#include "nats/node_json.hpp"
#include "nats/publish_plan.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire)

namespace {

using namespace reeve;
using namespace reeve::detail;
using namespace std::chrono_literals;

boost::json::object result_of(task_outcome const& outcome) {
  std::string text;
  append_result(text, outcome, "node");
  return boost::json::parse(text).as_object();
}

nats_names names() { return nats_names{nats_params{.queue = "Q"}}; }

}  // namespace

BOOST_AUTO_TEST_CASE(streams_and_subjects_are_called_as_the_parameters_say) {
  nats_names const n{nats_params{.queue = "images-2", .prefix = "shop"}};
  BOOST_TEST(n.tasks == "SHOP_images-2_TASKS");
  BOOST_TEST(n.results == "SHOP_images-2_RESULTS");
  BOOST_TEST(n.dead == "SHOP_images-2_DEAD");
  BOOST_TEST(n.nodes == "SHOP_images-2_NODES");
  BOOST_TEST(n.task_prefix == "shop.images-2.task.");
  BOOST_TEST(n.result_prefix == "shop.images-2.result.");
  BOOST_TEST(n.dead_prefix == "shop.images-2.dead.");
  BOOST_TEST(n.node_prefix == "$KV.SHOP_images-2_NODES.");
}

BOOST_AUTO_TEST_CASE(a_delivery_says_its_sequence_and_how_often) {
  auto const reply =
      parse_delivery_reply("$JS.ACK.REEVE_q_TASKS.reeve_workers.3.17.40.1700000000000000000.5");
  BOOST_REQUIRE(reply.has_value());
  BOOST_TEST(reply->stream == "REEVE_q_TASKS");
  BOOST_TEST(reply->delivered == 3U);
  BOOST_TEST(reply->sequence == 17U);
}

BOOST_AUTO_TEST_CASE(a_delivery_may_name_a_domain) {
  auto const reply =
      parse_delivery_reply("$JS.ACK.hub.ACCOUNT.S.reeve_workers.2.9.8.1700000000000000000.5.x");
  BOOST_REQUIRE(reply.has_value());
  BOOST_TEST(reply->stream == "S");
  BOOST_TEST(reply->delivered == 2U);
  BOOST_TEST(reply->sequence == 9U);
}

BOOST_AUTO_TEST_CASE(what_is_no_delivery_is_not_taken_for_one) {
  for (auto const* text : {"", "_INBOX.a.b", "$JS.ACK.S.c.1.2.3.4", "$JS.ACK.S.c.x.2.3.4.5",
                           "$JS.ACK.S.c.1.-2.3.4.5", "$JS.ACK.S.c..2.3.4.5", "$JS.NAK.S.c.1.2.3.4.5"})
    BOOST_TEST(!parse_delivery_reply(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_stream_says_that_it_has_a_message) {
  BOOST_TEST(parse_publish_reply(R"({"stream":"S","seq":4})").stored);
  BOOST_TEST(parse_publish_reply(R"({"stream":"S","seq":4,"duplicate":true})").stored);
  auto const full = parse_publish_reply(
      R"({"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"S","seq":0})");
  BOOST_TEST(!full.stored);
  BOOST_TEST(full.error == "maximum messages exceeded");
  for (auto const* text : {"", "{", "[]", R"({"error":1})", R"({"error":{"description":2}})"}) {
    BOOST_TEST(!parse_publish_reply(text).stored, text);
    BOOST_TEST(!parse_publish_reply(text).error.empty(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_request_says_how_many_and_how_long) {
  BOOST_TEST(pull_request(256, 5s, true) == R"({"batch":256,"expires":5000000000,"no_wait":true})");
  BOOST_TEST(pull_request(1, 1ms, false) == R"({"batch":1,"expires":1000000})");
}

BOOST_AUTO_TEST_CASE(a_negative_acknowledgement_may_have_a_delay) {
  BOOST_TEST(nak_text(0ns) == "-NAK");
  BOOST_TEST(nak_text(-5s) == "-NAK");
  BOOST_TEST(nak_text(1500ms) == R"(-NAK {"delay":1500000000})");
}

BOOST_AUTO_TEST_CASE(the_name_of_a_task_is_the_rest_of_its_subject) {
  BOOST_TEST(task_name("reeve.q.task.images.thumbnail", "reeve.q.task.") == "images.thumbnail");
  BOOST_TEST(task_name("reeve.q.other.thumbnail", "reeve.q.task.").empty());
  BOOST_TEST(task_name("reeve.q.task.", "reeve.q.task.").empty());
}

BOOST_AUTO_TEST_CASE(a_name_must_fit_into_a_subject) {
  for (auto const* name : {"f", "images.thumbnail", "a-b_c", "\xc3\xa4"})
    BOOST_TEST(is_task_name(name), name);
  for (auto const* name : {"", ".", "a.", ".a", "a..b", "a b", "a\tb", "a\r\nb", "a.*", "a.>", "\x7f"})
    BOOST_TEST(!is_task_name(name), name);
  BOOST_TEST(!is_task_name(std::string(257, 'x')));
}

BOOST_AUTO_TEST_CASE(headers_must_fit_into_lines) {
  BOOST_TEST(is_header_name("X-Trace"));
  for (auto const* name : {"", "a b", "a:", "a\r\nb", "\xc3\xa4"}) BOOST_TEST(!is_header_name(name), name);
  BOOST_TEST(is_header_value("some thing: \xc3\xa4"));
  BOOST_TEST(is_header_value(""));
  BOOST_TEST(!is_header_value("a\r\nb"));
  BOOST_TEST(!is_header_value(std::string{"a\0b", 3}));
}

BOOST_AUTO_TEST_CASE(a_header_that_means_something_to_the_server_is_known) {
  BOOST_TEST(is_server_header("Nats-Msg-Id"));
  BOOST_TEST(is_server_header("nats-expected-stream"));
  BOOST_TEST(!is_server_header("Nats"));
  BOOST_TEST(!is_server_header("X-Nats-Msg-Id"));
}

BOOST_AUTO_TEST_CASE(a_reason_becomes_one_line_of_bounded_length) {
  BOOST_TEST(header_text(" two\r\nlines\t\0 ") == "two  lines");
  BOOST_TEST(header_text("\n").empty());
  BOOST_TEST(header_text(std::string(100'000, 'x')).size() == 4096U);
}

BOOST_AUTO_TEST_CASE(a_node_becomes_a_key) {
  BOOST_TEST(node_key("host.example-1/42 x*>") == "host_example-1_42_x__");
  BOOST_TEST(node_key("") == "_");
}

BOOST_AUTO_TEST_CASE(a_result_is_json_in_json) {
  auto const body = result_of({.id = "i",
                               .name = "f",
                               .attempt = 2,
                               .what = verdict::complete,
                               .result = R"({"a":[1,2]})",
                               .duration = 1'234'567ns,
                               .worker = {"pool.1", 3, 4}});
  BOOST_TEST(body.at("id").as_string() == "i");
  BOOST_TEST(body.at("name").as_string() == "f");
  BOOST_TEST(body.at("outcome").as_string() == "complete");
  BOOST_TEST(body.at("result").at("a").as_array().size() == 2U);
  BOOST_TEST(body.at("attempt").as_int64() == 2);
  BOOST_TEST(body.at("duration_ms").as_double() == 1.234);
  BOOST_TEST(body.at("worker").as_string() == "pool.1/3#4");
  BOOST_TEST(body.at("node").as_string() == "node");
  BOOST_TEST(!body.contains("reason"));
}

BOOST_AUTO_TEST_CASE(a_failure_has_a_reason_and_no_result) {
  auto const body = result_of({.id = "i", .name = "f", .what = verdict::failed, .reason = "a \"bad\"\nday"});
  BOOST_TEST(body.at("outcome").as_string() == "failed");
  BOOST_TEST(body.at("reason").as_string() == "a \"bad\"\nday");
  BOOST_TEST(body.at("worker").as_string().empty());
  BOOST_TEST(!body.contains("result"));
}

BOOST_AUTO_TEST_CASE(a_result_that_is_nothing_is_null) {
  BOOST_TEST(result_of({.what = verdict::complete}).at("result").is_null());
}

BOOST_AUTO_TEST_CASE(a_plan_says_what_each_verdict_means) {
  using step = publish_plan::step;
  std::vector<task_outcome> const outcomes{
      {.id = "c", .name = "f", .delivery = 1, .what = verdict::complete, .result = "1"},
      {.id = "x", .name = "g.h", .delivery = 2, .what = verdict::failed, .reason = "no"},
      {.id = "d",
       .name = "f",
       .attempt = 7,
       .delivery = 3,
       .what = verdict::dead_letter,
       .reason = "no\nuse"},
      {.id = "r", .name = "f", .delivery = 4, .what = verdict::retry, .delay = 2s},
      {.id = "h", .name = "f", .delivery = 5, .what = verdict::hand_back, .delay = 2s}};
  publish_plan const plan{outcomes, names(), true, "node"};
  auto const& items = plan.items();
  BOOST_REQUIRE(items.size() == 5U);
  BOOST_TEST((items[0].what == step::publish));
  BOOST_TEST(plan.text(items[0].subject) == std::string{"reeve.Q.result.f"});
  BOOST_TEST(plan.text(items[0].message_id) == std::string{"c"});
  BOOST_TEST(boost::json::parse(plan.body(items[0])).at("result").as_int64() == 1);
  BOOST_TEST((items[1].what == step::publish));
  BOOST_TEST(plan.text(items[1].subject) == std::string{"reeve.Q.result.g.h"});
  BOOST_TEST((items[2].what == step::bury));
  BOOST_TEST(plan.text(items[2].subject) == std::string{"reeve.Q.dead.f"});
  BOOST_TEST(plan.text(items[2].message_id) == std::string{"dead:d"});
  BOOST_TEST(plan.text(items[2].reason) == std::string{"no use"});
  BOOST_TEST(items[2].attempt == 7U);
  BOOST_TEST((items[3].what == step::deliver_again));
  BOOST_TEST((items[3].delay == 2s));
  BOOST_TEST((items[4].what == step::deliver_again));
  BOOST_TEST((items[4].delay == 0s));
  for (std::size_t i = 0; i < items.size(); ++i) BOOST_TEST(items[i].delivery == i + 1);
}

BOOST_AUTO_TEST_CASE(where_results_are_not_kept_failures_are) {
  using step = publish_plan::step;
  std::vector<task_outcome> const outcomes{{.id = "c", .name = "f", .what = verdict::complete, .result = "1"},
                                           {.id = "x", .name = "f", .what = verdict::failed, .reason = "no"}};
  publish_plan const plan{outcomes, names(), false, "node"};
  BOOST_TEST((plan.items()[0].what == step::acknowledge));
  BOOST_TEST((plan.items()[1].what == step::publish));
}

BOOST_AUTO_TEST_CASE(a_task_without_a_name_has_a_subject_all_the_same) {
  std::vector<task_outcome> const outcomes{{.id = "c", .what = verdict::dead_letter}};
  publish_plan const plan{outcomes, names(), true, "node"};
  BOOST_TEST(plan.text(plan.items()[0].subject) == std::string{"reeve.Q.dead._"});
}

BOOST_AUTO_TEST_CASE(a_node_is_read_as_it_was_written) {
  node_info const node{.node = "a.1",
                       .host = "a",
                       .pid = 42,
                       .pipeline = "images",
                       .workers = 8,
                       .held = 12,
                       .published = 123'456'789'012,
                       .per_second = 1234.5,
                       .started = std::chrono::system_clock::time_point{1'700'000'000'123ms},
                       .draining = true};
  auto const back = node_from_json(to_json(node));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(back->node == node.node);
  BOOST_TEST(back->host == node.host);
  BOOST_TEST(back->pid == node.pid);
  BOOST_TEST(back->pipeline == node.pipeline);
  BOOST_TEST(back->workers == node.workers);
  BOOST_TEST(back->held == node.held);
  BOOST_TEST(back->published == node.published);
  BOOST_TEST(back->per_second == node.per_second);
  BOOST_TEST((back->started == node.started));
  BOOST_TEST(back->draining);
}

BOOST_AUTO_TEST_CASE(what_is_no_node_is_not_taken_for_one) {
  for (auto const* text : {"", "{", "[]", "{}", R"({"node":1})", R"({"host":"a"})"})
    BOOST_TEST(!node_from_json(text).has_value(), text);
  auto const odd = node_from_json(R"({"node":"a","pid":"x","workers":-1,"started_ms":9223372036854775807})");
  BOOST_REQUIRE(odd.has_value());
  BOOST_TEST(odd->workers == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
