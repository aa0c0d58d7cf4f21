// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/completion.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>

BOOST_AUTO_TEST_SUITE(completion)

namespace {

namespace asio = boost::asio;
using waiting = reeve::completion<int>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_handler_is_called_later_and_never_from_inside) {
  asio::io_context io;
  int got = 0;
  waiting w{[&got](int value) { got = value; }, io.get_executor()};
  w.post(7);
  BOOST_TEST(got == 0);
  io.run();
  BOOST_TEST(got == 7);
}

BOOST_AUTO_TEST_CASE(it_is_called_on_its_own_executor) {
  asio::io_context io;
  asio::io_context other;
  int got = 0;
  waiting w{asio::bind_executor(other.get_executor(), [&got](int value) { got = value; }), io.get_executor()};
  w.post(7);
  io.run();
  BOOST_TEST(got == 0);
  other.run();
  BOOST_TEST(got == 7);
}

BOOST_AUTO_TEST_CASE(both_contexts_go_on_while_it_waits) {
  asio::io_context io;
  asio::io_context other;
  std::optional<waiting> w{std::in_place, asio::bind_executor(other.get_executor(), [](int) {}),
                           io.get_executor()};
  io.poll();
  other.poll();
  BOOST_TEST(!io.stopped());
  BOOST_TEST(!other.stopped());
  w.reset();
  io.poll();
  other.poll();
  BOOST_TEST(io.stopped());
  BOOST_TEST(other.stopped());
}

BOOST_AUTO_TEST_CASE(it_is_posted_once) {
  asio::io_context io;
  int calls = 0;
  waiting w{[&calls](int) { ++calls; }, io.get_executor()};
  BOOST_TEST(w.waits());
  w.post(1);
  w.post(2);
  BOOST_TEST(!w.waits());
  io.run();
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(its_context_takes_it_along) {
  std::optional<asio::io_context> io{std::in_place};
  auto owned = std::make_shared<int>();
  std::weak_ptr<int> const seen{owned};
  waiting w{[owned](int) {}, io->get_executor()};
  owned.reset();
  BOOST_TEST(!seen.expired());
  io.reset();
  BOOST_TEST(seen.expired());
  BOOST_TEST(!w.waits());
  w.post(1);
}

BOOST_AUTO_TEST_CASE(a_handler_may_own_what_it_waits_for) {
  std::optional<asio::io_context> io{std::in_place};
  auto const holder = std::make_shared<std::optional<waiting>>();
  std::weak_ptr<void> const seen{holder};
  {
    auto owner = holder;
    holder->emplace([owner = std::move(owner)](int) {}, io->get_executor());
  }
  io.reset();
  BOOST_TEST(seen.use_count() == 1);  // ours
}

BOOST_AUTO_TEST_SUITE_END()
