// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/context_gate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <thread>

BOOST_AUTO_TEST_SUITE(context_gate)

namespace {

namespace asio = boost::asio;

bool is_open(reeve::context_gate& gate) {
  bool entered = false;
  gate.enter([&] { entered = true; });
  return entered;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_context_has_one_gate_whatever_leads_to_it) {
  asio::io_context one;
  asio::io_context other;
  auto const gate = reeve::context_gate::of(one.get_executor());
  BOOST_TEST(gate == reeve::context_gate::of(asio::make_strand(one)));
  BOOST_TEST(gate != reeve::context_gate::of(other.get_executor()));
  BOOST_TEST(is_open(*gate));
}

BOOST_AUTO_TEST_CASE(it_is_shut_when_the_context_is_destroyed) {
  std::optional<asio::io_context> context{std::in_place};
  auto const gate = reeve::context_gate::of(context->get_executor());
  context.reset();
  BOOST_TEST(!is_open(*gate));
}

BOOST_AUTO_TEST_CASE(a_context_is_not_destroyed_while_somebody_is_inside) {
  for (int round = 0; round < 100; ++round) {
    std::optional<asio::io_context> context{std::in_place};
    auto const gate = reeve::context_gate::of(context->get_executor());
    std::atomic<bool> exists{true};
    std::atomic<bool> seen_gone{false};
    std::atomic<bool> looked{false};
    std::thread visitor{[&] {
      bool entered = true;
      while (entered) {
        entered = false;
        gate->enter([&] {
          entered = looked = true;
          for (int i = 0; i < 10; ++i) {
            if (!exists) seen_gone = true;
            std::this_thread::yield();
          }
        });
      }
    }};
    while (!looked) std::this_thread::yield();
    context.reset();
    exists = false;
    visitor.join();
    BOOST_TEST(!seen_gone);
  }
}

BOOST_AUTO_TEST_SUITE_END()
