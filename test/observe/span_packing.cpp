// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/span_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(span_packing)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

std::vector<span_attribute> some_attributes() {
  return {{"text", std::string(1000, 'a')},
          {"empty", std::string{}},
          {"number", std::int64_t{-7}},
          {"share", 0.25},
          {"yes", true},
          {std::string(200, 'n'), false}};
}

span_record full_span() {
  span_record made;
  auto& data = made.data;
  data.name = "name";
  data.kind = span_kind::consumer;
  data.context = {.trace_id = {1, 2},
                  .span_id = {3},
                  .flags = 1,
                  .state = "vendor=1",
                  .baggage = "tenant=acme,user=" + std::string(300, 'u')};
  data.parent = {9, 8};
  data.parent_is_remote = true;
  data.began = std::chrono::system_clock::time_point{100s};
  data.ended = std::chrono::system_clock::time_point{200s};
  data.status = span_status::error;
  data.message = "it broke";
  data.events = {{"first", data.began, some_attributes()}, {"second", data.ended, {}}};
  data.links = {{.trace_id = {5}, .span_id = {6}, .state = "other=2"}, {}};
  data.dropped_attributes = 1;
  data.dropped_events = 2;
  data.dropped_links = 3;
  for (auto const& one : some_attributes()) made.attributes.set(one.name, one.value, 128);
  return made;
}

void check_equal(span_data const& got, span_data const& expected) {
  BOOST_TEST(got.name == expected.name);
  BOOST_TEST((got.kind == expected.kind));
  BOOST_TEST((got.context == expected.context));
  BOOST_TEST((got.parent == expected.parent));
  BOOST_TEST(got.parent_is_remote == expected.parent_is_remote);
  BOOST_TEST((got.began == expected.began));
  BOOST_TEST((got.ended == expected.ended));
  BOOST_TEST((got.status == expected.status));
  BOOST_TEST(got.message == expected.message);
  BOOST_TEST((got.attributes == expected.attributes));
  BOOST_TEST_REQUIRE(got.events.size() == expected.events.size());
  for (std::size_t i = 0; i < got.events.size(); ++i) {
    BOOST_TEST(got.events[i].name == expected.events[i].name);
    BOOST_TEST((got.events[i].at == expected.events[i].at));
    BOOST_TEST((got.events[i].attributes == expected.events[i].attributes));
  }
  BOOST_TEST((got.links == expected.links));
  BOOST_TEST(got.dropped_attributes == expected.dropped_attributes);
  BOOST_TEST(got.dropped_events == expected.dropped_events);
  BOOST_TEST(got.dropped_links == expected.dropped_links);
}

std::vector<span_data> read(span_batch const& batch) {
  std::vector<span_data> all(1);
  for (span_batch::reader reader{batch}; reader.next(all.back());) all.emplace_back();
  all.pop_back();
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_span_comes_out_as_it_went_in) {
  span_batch batch;
  batch.push_back(full_span());
  batch.push_back(span_record{});
  batch.push_back(full_span());
  BOOST_TEST(batch.size() == 3u);
  auto out = read(batch);
  BOOST_TEST_REQUIRE(out.size() == 3u);
  auto expected = full_span().unpacked();
  BOOST_TEST((expected.attributes == some_attributes()));
  check_equal(out[0], expected);
  check_equal(out[1], {});
  check_equal(out[2], expected);
}

BOOST_AUTO_TEST_CASE(memory_that_is_used_again_has_nothing_of_the_spans_before) {
  auto out = full_span().unpacked();
  span_batch batch;
  batch.push_back(full_span());
  batch.clear();
  BOOST_TEST(batch.empty());
  span_record other;
  other.data.name = "other";
  other.attributes.set("text", attribute_value{1.5}, 128);
  batch.push_back(other);
  span_batch::reader reader{batch};
  BOOST_TEST_REQUIRE(reader.next(out));
  check_equal(out, other.unpacked());
  BOOST_TEST(!reader.next(out));
}

BOOST_AUTO_TEST_CASE(a_batch_that_was_large_is_read_like_any_other) {
  span_batch batch;
  span_record large;
  large.data.message = std::string(3U << 20U, 'm');
  batch.push_back(large);
  auto out = read(batch);
  BOOST_TEST(out.at(0).message == large.data.message);
  batch.clear();
  batch.push_back(full_span());
  out = read(batch);
  check_equal(out.at(0), full_span().unpacked());
}

BOOST_AUTO_TEST_CASE(facts_are_put_into_words_when_they_are_read) {
  struct facts {
    int one;
    double two;
  };
  span_batch batch;
  span_record told;
  told.data.name = "before";
  told.attributes.set_text("said", "already", 128);
  told.facts = {facts{.one = 1, .two = 2.5}, [](facts const& of, span_data& span) {
                  span.name += " and after";
                  span.attributes.push_back({"one", std::int64_t{of.one}});
                  span.attributes.push_back({"two", of.two});
                }};
  batch.push_back(told);
  auto out = read(batch);
  BOOST_TEST(out.at(0).name == "before and after");
  std::vector<span_attribute> const expected{
      {"said", std::string{"already"}}, {"one", std::int64_t{1}}, {"two", 2.5}};
  BOOST_TEST((out.at(0).attributes == expected));
}

BOOST_AUTO_TEST_SUITE_END()
