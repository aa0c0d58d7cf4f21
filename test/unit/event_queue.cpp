// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/event_queue.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(event_queue)

namespace {

namespace asio = boost::asio;
using namespace reeve;

struct answer {
  error_code ec;
  received_event item;
};

// A queue, and a context that runs only when it is told to.
struct rig {
  asio::io_context io;
  std::shared_ptr<detail::event_queue> queue;

  explicit rig(std::size_t capacity = 4)
      : queue{std::make_shared<detail::event_queue>(io.get_executor(), capacity)} {}

  // The generation is the event's number.
  void push(std::uint64_t number) {
    queue->push({.kind = event_kind::ready, .worker = {"w", 0, number}, .state = worker_state::running});
  }

  std::shared_ptr<std::optional<answer>> next() {
    auto const out = std::make_shared<std::optional<answer>>();
    queue->async_next([out](error_code ec, received_event item) { *out = answer{ec, std::move(item)}; });
    return out;
  }
  std::shared_ptr<std::optional<answer>> next(asio::cancellation_signal& signal) {
    auto const out = std::make_shared<std::optional<answer>>();
    queue->async_next(asio::bind_cancellation_slot(signal.slot(), [out](error_code ec, received_event item) {
      *out = answer{ec, std::move(item)};
    }));
    return out;
  }

  void run() {
    io.restart();
    io.run();
  }
  // "3" or "3, lost 2"; or the error.
  std::string read() {
    auto const a = next();
    run();
    return text(*a);
  }
  static std::string text(std::optional<answer> const& a) {
    if (!a) return "pending";
    if (a->ec) return a->ec.message();
    auto out = std::to_string(a->item.event.worker.generation);
    if (a->item.lost != 0) out += ", lost " + std::to_string(a->item.lost);
    return out;
  }
};

std::string const aborted = error_code{asio::error::operation_aborted}.message();
std::string const in_progress = error_code{asio::error::in_progress}.message();
std::string const end_of_stream = make_error_code(error::end_of_stream).message();

}  // namespace

BOOST_AUTO_TEST_CASE(events_come_in_order) {
  rig r;
  for (int i = 1; i <= 3; ++i) r.push(static_cast<std::uint64_t>(i));
  for (auto expected : {"1", "2", "3"}) BOOST_TEST(r.read() == expected);
}

BOOST_AUTO_TEST_CASE(a_reader_that_waits_gets_the_next_event) {
  rig r;
  auto const a = r.next();
  r.push(1);
  r.push(2);
  BOOST_TEST(rig::text(*a) == "pending");  // it is never called from inside
  r.run();
  BOOST_TEST(rig::text(*a) == "1");
  BOOST_TEST(r.read() == "2");
}

BOOST_AUTO_TEST_CASE(a_handler_is_not_called_from_inside_async_next) {
  rig r;
  r.push(1);
  auto const a = r.next();
  BOOST_TEST(rig::text(*a) == "pending");
  r.run();
  BOOST_TEST(rig::text(*a) == "1");
}

BOOST_AUTO_TEST_CASE(a_slow_reader_loses_the_oldest_and_is_told_how_many_once) {
  rig r{3};
  for (std::uint64_t i = 1; i <= 8; ++i) r.push(i);
  BOOST_TEST(r.read() == "6, lost 5");
  BOOST_TEST(r.read() == "7");
  r.push(9);
  r.push(10);
  r.push(11);
  BOOST_TEST(r.read() == "9, lost 1");
}

BOOST_AUTO_TEST_CASE(a_full_queue_has_lost_nothing) {
  rig r{2};
  r.push(1);
  r.push(2);
  BOOST_TEST(r.read() == "1");
}

BOOST_AUTO_TEST_CASE(what_was_queued_is_read_before_the_end) {
  rig r;
  r.push(1);
  r.push(2);
  r.queue->close();
  BOOST_TEST(r.read() == "1");
  BOOST_TEST(r.read() == "2");
  BOOST_TEST(r.read() == end_of_stream);
  BOOST_TEST(r.read() == end_of_stream);
}

BOOST_AUTO_TEST_CASE(the_end_wakes_a_reader_that_waits) {
  rig r;
  auto const a = r.next();
  r.queue->close();
  r.run();
  BOOST_TEST(rig::text(*a) == end_of_stream);
}

BOOST_AUTO_TEST_CASE(a_cancel_ends_the_wait_and_loses_nothing) {
  rig r;
  auto const a = r.next();
  r.queue->cancel();
  r.queue->cancel();
  r.push(1);
  r.run();
  BOOST_TEST(rig::text(*a) == aborted);
  BOOST_TEST(r.read() == "1");
}

BOOST_AUTO_TEST_CASE(a_second_reader_is_refused_and_the_first_goes_on) {
  rig r;
  auto const first = r.next();
  auto const second = r.next();
  r.push(1);
  r.run();
  BOOST_TEST(rig::text(*second) == in_progress);
  BOOST_TEST(rig::text(*first) == "1");
}

BOOST_AUTO_TEST_CASE(per_operation_cancellation_of_every_type_ends_the_wait_and_loses_nothing) {
  for (auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                    asio::cancellation_type::total}) {
    rig r;
    asio::cancellation_signal signal;
    auto const a = r.next(signal);
    signal.emit(type);
    r.push(1);
    r.run();
    BOOST_TEST(rig::text(*a) == aborted);
    BOOST_TEST(r.read() == "1");
  }
}

BOOST_AUTO_TEST_CASE(a_cancellation_that_comes_after_the_event_changes_nothing) {
  rig r;
  asio::cancellation_signal signal;
  auto const a = r.next(signal);
  r.push(1);
  signal.emit(asio::cancellation_type::total);
  r.run();
  BOOST_TEST(rig::text(*a) == "1");
}

BOOST_AUTO_TEST_CASE(the_signal_of_a_wait_that_is_over_cancels_no_later_one) {
  rig r;
  asio::cancellation_signal signal;
  auto const over = r.next(signal);
  r.push(1);
  r.run();
  auto const later = r.next();
  signal.emit(asio::cancellation_type::total);
  r.push(2);
  r.run();
  BOOST_TEST(rig::text(*later) == "2");
}

BOOST_AUTO_TEST_CASE(a_signal_may_outlive_the_queue) {
  rig r;
  asio::cancellation_signal signal;
  auto const a = r.next(signal);
  r.queue->cancel();
  r.queue.reset();
  signal.emit(asio::cancellation_type::total);
  r.run();
  BOOST_TEST(rig::text(*a) == aborted);
}

BOOST_AUTO_TEST_CASE(a_wait_keeps_the_context_at_work) {
  rig r;
  auto const a = r.next();
  BOOST_TEST(r.io.poll() == 0U);
  BOOST_TEST(!r.io.stopped());
  std::thread other{[&] { r.push(1); }};
  r.io.run();
  other.join();
  BOOST_TEST(rig::text(*a) == "1");
}

BOOST_AUTO_TEST_CASE(the_handler_runs_on_its_own_executor) {
  rig r;
  auto const strand = asio::make_strand(r.io);
  bool there = false;
  r.queue->async_next(asio::bind_executor(
      strand, [&](error_code, received_event) { there = strand.running_in_this_thread(); }));
  r.push(1);
  r.run();
  BOOST_TEST(there);
}

BOOST_AUTO_TEST_CASE(a_reader_may_wait_again_from_its_handler) {
  rig r;
  std::vector<std::uint64_t> seen;
  std::function<void(error_code, received_event)> again = [&](error_code ec, received_event item) {
    if (ec) return;
    seen.push_back(item.event.worker.generation);
    r.queue->async_next(again);
  };
  r.queue->async_next(again);
  for (std::uint64_t i = 1; i <= 4; ++i) r.push(i);
  r.queue->close();
  r.run();
  BOOST_TEST(seen == (std::vector<std::uint64_t>{1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(many_threads_may_push_and_every_event_is_delivered_or_counted_as_lost) {
  rig r{16};
  constexpr std::uint64_t each = 5000;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  std::function<void(error_code, received_event)> again = [&](error_code ec, received_event item) {
    if (ec) return;
    ++delivered;
    lost += item.lost;
    r.queue->async_next(again);
  };
  r.queue->async_next(again);
  std::thread pushers{[&] {
    std::thread second{[&] {
      for (std::uint64_t i = 0; i < each; ++i) r.push(i);
    }};
    for (std::uint64_t i = 0; i < each; ++i) r.push(i);
    second.join();
    r.queue->close();
  }};
  r.io.run();
  pushers.join();
  BOOST_TEST(delivered + lost == 2 * each);
}

BOOST_AUTO_TEST_SUITE_END()
