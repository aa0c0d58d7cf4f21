// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/trace_block.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(trace_block)

namespace {

reeve::trace_context full_context() {
  auto context = reeve::new_trace(true);
  context.state = "a=1,b=2";
  context.baggage = "c=3";
  return context;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
  for (auto const& context : {full_context(), reeve::new_trace(false), reeve::trace_context{}}) {
    std::string bytes = "before";
    reeve::append_trace_block(bytes, context);
    bytes += "behind";
    std::string_view rest{bytes};
    rest.remove_prefix(6);
    auto const read = reeve::take_trace_block(rest);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == context));
    BOOST_TEST(rest == "behind");
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_whole_is_none) {
  std::string bytes;
  reeve::append_trace_block(bytes, full_context());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto rest = std::string_view{bytes}.substr(0, size);
    BOOST_TEST(!reeve::take_trace_block(rest).has_value());
    BOOST_TEST(rest.size() == size);
  }
}

BOOST_AUTO_TEST_SUITE_END()
