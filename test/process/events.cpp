// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Event streams: no gap, no wait for a slow reader, and an end.

#include "live_supervisor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

BOOST_AUTO_TEST_SUITE(events)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

struct next_result {
  error_code error;
  received_event item;
};

// Waits for the next event of a stream.
next_result next(asio::io_context& io, event_stream& stream) {
  std::optional<next_result> result;
  stream.async_next([&](error_code ec, received_event item) { result = {ec, std::move(item)}; });
  run_until(io, [&] { return result.has_value(); });
  return *std::move(result);
}

// All that is left in a stream whose supervisor is gone.
std::vector<received_event> drain(asio::io_context& io, event_stream& stream) {
  std::vector<received_event> all;
  for (;;) {
    auto result = next(io, stream);
    if (result.error == make_error_code(error::end_of_stream)) return all;
    BOOST_REQUIRE(!result.error);
    all.push_back(std::move(result.item));
  }
}

bool same(worker_event const& a, worker_event const& b) {
  return a.kind == b.kind && a.worker == b.worker && a.at == b.at && a.state == b.state && a.pid == b.pid;
}

worker_spec crashing(std::size_t count) {
  auto spec = child_spec("exit_with", {"1"});
  spec.count = count;
  return spec;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_tells_the_life_of_a_worker_in_order) {
  live_supervisor sup;
  auto stream = sup->subscribe();
  BOOST_TEST(stream.snapshot().empty());
  auto spec = child_spec("hang");
  sup.start(spec);
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(!sup.finish(sup->async_remove("hang")));
  std::vector<std::string> seen;
  pid_t pid = 0;
  while (seen.empty() || seen.back() != "removed") {
    auto const [ec, item] = next(sup.context, stream);
    BOOST_REQUIRE(!ec);
    BOOST_TEST(item.lost == 0u);
    seen.push_back(text(item.event.kind));
    if (item.event.kind == event_kind::spawned) pid = item.event.pid;
    if (item.event.kind == event_kind::exited) BOOST_TEST(item.event.exit->pid == pid);
  }
  BOOST_TEST((seen == std::vector<std::string>{"added", "spawned", "ready", "stopping", "exited", "stopped",
                                               "removed"}));
}

BOOST_AUTO_TEST_CASE(between_a_snapshot_and_its_first_event_is_no_gap) {
  live_supervisor sup;
  // Knows all: what any later stream delivers is the end of it.
  auto whole = sup->subscribe(1'000'000);
  std::vector<event_stream> streams;
  {
    context_threads const running{sup.context, 1};
    get_soon(sup->async_start(crashing(4), asio::use_future));
    for (int i = 0; i < 200; ++i) {
      streams.push_back(sup->subscribe(1'000'000));
      std::this_thread::sleep_for(1ms);
    }
    get_soon(sup->async_stop_all(asio::use_future));
  }
  sup.sup.reset();
  auto const all = drain(sup.context, whole);
  for (auto& stream : streams) {
    auto const rest = drain(sup.context, stream);
    BOOST_REQUIRE(rest.size() <= all.size());
    auto const begin = all.end() - static_cast<std::ptrdiff_t>(rest.size());
    BOOST_TEST(std::equal(rest.begin(), rest.end(), begin,
                          [](auto const& a, auto const& b) { return same(a.event, b.event); }));
    for (auto const& worker : stream.snapshot()) {
      auto const last = std::find_if(std::make_reverse_iterator(begin), all.rend(), [&](auto const& item) {
        return item.event.worker.name == worker.worker.name && item.event.worker.index == worker.worker.index;
      });
      BOOST_REQUIRE((last != all.rend()));
      // The start of an incarnation comes before its first event.
      auto const told = last->event.worker.generation;
      BOOST_TEST((worker.worker.generation == told || worker.worker.generation == told + 1));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_snapshot_holds_what_was_there_before) {
  live_supervisor sup;
  sup.start(child_spec("hang"));
  auto stream = sup->subscribe();
  BOOST_REQUIRE(stream.snapshot().size() == 1u);
  BOOST_TEST(text(stream.snapshot()[0].state) == "running");
  BOOST_TEST(stream.snapshot()[0].pid == sup.pid_of("hang"));
  ::kill(sup.pid_of("hang"), SIGKILL);
  auto const [ec, item] = next(sup.context, stream);
  BOOST_TEST(!ec);
  BOOST_TEST(text(item.event.kind) == "exited");
}

BOOST_AUTO_TEST_CASE(a_slow_reader_loses_the_oldest_and_is_told_how_many) {
  live_supervisor sup;
  auto whole = sup->subscribe(1'000'000);
  auto slow = sup->subscribe(3);
  sup.start(crashing(2));
  sup.until(event_kind::exited, "exit_with", 20);
  BOOST_TEST(!sup.stop_all());
  sup.sup.reset();
  auto const all = drain(sup.context, whole);
  auto const left = drain(sup.context, slow);
  BOOST_REQUIRE(left.size() == 3u);
  BOOST_TEST(left[0].lost == all.size() - 3);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(same(left[i].event, all[all.size() - 3 + i].event));
    if (i > 0) BOOST_TEST(left[i].lost == 0u);
  }
}

BOOST_AUTO_TEST_CASE(losses_are_counted_from_one_event_read_to_the_next) {
  live_supervisor sup;
  auto whole = sup->subscribe(1'000'000);
  auto stream = sup->subscribe(1);
  std::uint64_t total = 0;
  std::uint64_t received = 0;
  sup.start(crashing(1));
  for (std::size_t round = 1; round <= 3; ++round) {
    sup.until(event_kind::exited, "exit_with", 4 * round);
    auto const [ec, item] = next(sup.context, stream);
    BOOST_REQUIRE(!ec);
    BOOST_TEST(item.lost > 0u);
    total += item.lost;
    ++received;
  }
  BOOST_TEST(!sup.stop_all());
  sup.sup.reset();
  for (auto const& item : drain(sup.context, stream)) {
    total += item.lost;
    ++received;
  }
  BOOST_TEST(total + received == drain(sup.context, whole).size());
}

BOOST_AUTO_TEST_CASE(a_stream_ends_when_its_supervisor_is_destroyed) {
  live_supervisor sup;
  auto stream = sup->subscribe();
  std::optional<error_code> result;
  stream.async_next([&](error_code ec, received_event const&) { result = ec; });
  sup.idle(10ms);
  BOOST_TEST(!result);
  sup.sup.reset();
  sup.until([&] { return result.has_value(); });
  BOOST_TEST(*result == make_error_code(error::end_of_stream));
  BOOST_TEST(next(sup.context, stream).error == make_error_code(error::end_of_stream));
}

BOOST_AUTO_TEST_CASE(what_was_queued_is_read_before_the_end) {
  live_supervisor sup;
  auto stream = sup->subscribe();
  sup.start(child_spec("hang"));
  sup.sup.reset();
  auto const all = drain(sup.context, stream);
  BOOST_REQUIRE(all.size() >= 3u);
  BOOST_TEST(text(all[2].event.kind) == "ready");
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_loses_no_event) {
  live_supervisor sup;
  auto stream = sup->subscribe();
  for (int i = 0; i < 20; ++i) {
    asio::cancellation_signal cancel;
    std::optional<error_code> result;
    stream.async_next(asio::bind_cancellation_slot(
        cancel.slot(), [&](error_code ec, received_event const&) { result = ec; }));
    cancel.emit(asio::cancellation_type::total);
    sup.until([&] { return result.has_value(); });
    BOOST_TEST(*result == aborted);
  }
  sup.start(child_spec("hang"));
  auto const [ec, item] = next(sup.context, stream);
  BOOST_TEST(!ec);
  BOOST_TEST(text(item.event.kind) == "added");
  BOOST_TEST(item.lost == 0u);
}

BOOST_AUTO_TEST_CASE(one_stream_is_for_one_reader) {
  live_supervisor sup;
  auto stream = sup->subscribe();
  bool first = false;
  stream.async_next([&](error_code ec, received_event const&) { first = !ec; });
  BOOST_TEST(next(sup.context, stream).error == error_code{asio::error::in_progress});
  sup.start(child_spec("hang"));
  sup.until([&] { return first; });
}

BOOST_AUTO_TEST_CASE(a_destroyed_stream_aborts_its_reader) {
  live_supervisor sup;
  std::optional stream{sup->subscribe()};
  std::optional<error_code> result;
  stream->async_next([&](error_code ec, received_event const&) { result = ec; });
  stream.reset();
  sup.until([&] { return result.has_value(); });
  BOOST_TEST(*result == aborted);
  sup.start(child_spec("hang"));  // and nobody is missed
}

BOOST_AUTO_TEST_CASE(streams_are_independent) {
  live_supervisor sup;
  auto one = sup->subscribe();
  auto other = sup->subscribe();
  sup.start(child_spec("hang"));
  for (auto const* kind : {"added", "spawned", "ready"}) {
    BOOST_TEST(text(next(sup.context, one).item.event.kind) == kind);
    BOOST_TEST(text(next(sup.context, other).item.event.kind) == kind);
  }
}

BOOST_AUTO_TEST_SUITE_END()
