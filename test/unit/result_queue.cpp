// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/result_queue.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(result_queue)

namespace {

namespace asio = boost::asio;
using reeve::detail::raw_item;

std::string text_of(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    return e.what();
  }
}

std::exception_ptr error(std::string const& text) {
  return std::make_exception_ptr(std::runtime_error{text});
}

std::string text_of(asio::error::basic_errors code) { return boost::system::system_error{code}.what(); }

// "3: text", "3: error text"; "end", or the error.
std::string told(std::exception_ptr const& e, std::optional<raw_item> const& item) {
  if (e) return text_of(e);
  if (!item) return "end";
  return std::to_string(item->index) + ": " + (item->error ? "error " + text_of(item->error) : item->result);
}

// A queue, and a context that runs only when it is told to.
struct rig {
  asio::io_context io;
  std::shared_ptr<reeve::detail::result_queue> queue;

  explicit rig(bool in_order_of_completion = false)
      : queue{std::make_shared<reeve::detail::result_queue>(io.get_executor(), in_order_of_completion)} {}

  std::shared_ptr<std::string> next() {
    auto const out = std::make_shared<std::string>("pending");
    queue->async_next([out](std::exception_ptr e, std::optional<raw_item> item) { *out = told(e, item); });
    return out;
  }
  std::shared_ptr<std::string> next(asio::cancellation_signal& signal) {
    auto const out = std::make_shared<std::string>("pending");
    queue->async_next(asio::bind_cancellation_slot(
        signal.slot(), [out](std::exception_ptr e, std::optional<raw_item> item) { *out = told(e, item); }));
    return out;
  }
  void run() {
    io.restart();
    io.poll();
  }
  std::string read() {
    auto const out = next();
    BOOST_TEST(*out == "pending");  // it is never called from inside
    run();
    return *out;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(results_are_given_in_the_order_of_the_elements) {
  rig r;
  r.queue->succeed(2, "c");
  r.queue->succeed(1, "b");
  auto const first = r.next();
  r.run();
  BOOST_TEST(*first == "pending");
  r.queue->succeed(0, "a");
  r.run();
  BOOST_TEST(*first == "0: a");
  BOOST_TEST(r.read() == "1: b");
  r.queue->fail(3, error("d"));
  BOOST_TEST(r.read() == "2: c");
  BOOST_TEST(r.read() == "3: error d");
}

BOOST_AUTO_TEST_CASE(or_in_the_order_in_which_they_come) {
  rig r{true};
  r.queue->succeed(2, "c");
  r.queue->fail(0, error("a"));
  BOOST_TEST(r.read() == "2: c");
  BOOST_TEST(r.read() == "0: error a");
  auto const waiting = r.next();
  r.queue->succeed(1, "b");
  BOOST_TEST(*waiting == "pending");  // nor is it called from inside here
  r.run();
  BOOST_TEST(*waiting == "1: b");
}

BOOST_AUTO_TEST_CASE(it_counts_what_was_read) {
  rig r;
  BOOST_TEST(r.queue->read() == 0u);
  r.queue->succeed(0, "a");
  r.queue->succeed(1, "b");
  BOOST_TEST(r.queue->read() == 0u);
  r.read();
  BOOST_TEST(r.queue->read() == 1u);
}

BOOST_AUTO_TEST_CASE(the_end_comes_after_what_is_left_and_stays) {
  rig r;
  r.queue->succeed(0, "a");
  r.queue->finish(nullptr);
  BOOST_TEST(r.read() == "0: a");
  BOOST_TEST(r.read() == "end");
  BOOST_TEST(r.read() == "end");
}

BOOST_AUTO_TEST_CASE(an_error_at_the_end_is_told_once_after_what_is_left) {
  rig r;
  r.queue->succeed(0, "a");
  r.queue->finish(error("broken"));
  BOOST_TEST(r.read() == "0: a");
  BOOST_TEST(r.read() == "broken");
  BOOST_TEST(r.read() == "end");
}

BOOST_AUTO_TEST_CASE(the_end_wakes_a_reader_that_waits) {
  for (bool const broken : {false, true}) {
    rig r;
    auto const waiting = r.next();
    r.queue->finish(broken ? error("broken") : nullptr);
    BOOST_TEST(*waiting == "pending");
    r.run();
    BOOST_TEST(*waiting == (broken ? "broken" : "end"));
    BOOST_TEST(r.read() == "end");
  }
}

BOOST_AUTO_TEST_CASE(a_second_reader_is_refused_and_the_first_one_goes_on) {
  rig r;
  auto const first = r.next();
  BOOST_TEST(r.read() == text_of(asio::error::in_progress));
  r.queue->succeed(0, "a");
  r.run();
  BOOST_TEST(*first == "0: a");
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_loses_nothing) {
  rig r;
  for (auto const type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                          asio::cancellation_type::total}) {
    asio::cancellation_signal signal;
    auto const waiting = r.next(signal);
    signal.emit(type);
    BOOST_TEST(*waiting == "pending");
    r.run();
    BOOST_TEST(*waiting == text_of(asio::error::operation_aborted));
  }
  r.queue->succeed(0, "a");
  BOOST_TEST(r.read() == "0: a");
}

BOOST_AUTO_TEST_CASE(a_cancellation_that_comes_late_hits_nobody) {
  rig r;
  asio::cancellation_signal signal;
  auto const first = r.next(signal);
  r.queue->succeed(0, "a");
  signal.emit(asio::cancellation_type::terminal);
  r.run();
  BOOST_TEST(*first == "0: a");
  auto const second = r.next();
  signal.emit(asio::cancellation_type::terminal);
  r.run();
  BOOST_TEST(*second == "pending");
}

BOOST_AUTO_TEST_CASE(an_abandoned_queue_aborts_its_reader_and_keeps_nothing) {
  rig r;
  auto const waiting = r.next();
  r.queue->succeed(1, "b");
  r.queue->abandon();
  r.queue->succeed(0, "a");
  r.queue->finish(nullptr);
  r.run();
  BOOST_TEST(*waiting == text_of(asio::error::operation_aborted));
  BOOST_TEST(r.queue->read() == 0u);
}

BOOST_AUTO_TEST_CASE(a_handler_runs_on_its_own_executor) {
  rig r;
  asio::io_context other;
  for (bool const ready : {false, true}) {
    std::string out = "pending";
    if (ready) r.queue->succeed(1, "b");
    r.queue->async_next(
        asio::bind_executor(other.get_executor(), [&](auto e, auto item) { out = told(e, item); }));
    if (!ready) r.queue->succeed(0, "a");
    r.run();
    BOOST_TEST(out == "pending");
    other.restart();
    other.run();
    BOOST_TEST(out == (ready ? "1: b" : "0: a"));
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_waits_keeps_the_context_alive) {
  rig r;
  auto const waiting = r.next();
  r.run();
  BOOST_TEST(!r.io.stopped());
  r.queue->abandon();
  r.run();
  BOOST_TEST(r.io.stopped());
}

BOOST_AUTO_TEST_CASE(a_reader_that_waits_goes_with_the_context_even_if_it_owns_the_queue) {
  std::weak_ptr<reeve::detail::result_queue> queue;
  {
    rig r;
    queue = r.queue;
    r.queue->async_next([owner = r.queue](std::exception_ptr, std::optional<raw_item>) {});
    r.queue.reset();
    BOOST_TEST(!queue.expired());
  }
  BOOST_TEST(queue.expired());
}

BOOST_AUTO_TEST_SUITE_END()
