// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/span_batcher.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <random>
#include <string>

BOOST_AUTO_TEST_SUITE(span_batching)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

using added = span_batcher::added;

span_record named(std::string name) { return {.data = {.name = std::move(name)}}; }

struct batcher_rig {
  explicit batcher_rig(std::size_t max_queue = 10, std::size_t max_batch = 3)
      : batcher{{.max_queue = max_queue, .max_batch = max_batch, .delay = 5s}} {}

  added add(std::string name) { return batcher.add(named(std::move(name)), now); }
  // The names in the batch that is due, all together; "-": none is.
  std::string take() {
    if (!batcher.take(now, batch)) return "-";
    std::string names;
    span_data span;
    for (span_batch::reader reader{batch}; reader.next(span);) names += span.name;
    return names;
  }
  std::string take_and_end() {
    auto names = take();
    if (names != "-") batcher.ended(batch.size());
    return names;
  }

  span_batcher batcher;
  span_batcher::time_point now{100s};
  span_batch batch;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_span_waits_for_others_and_not_for_longer, batcher_rig) {
  BOOST_TEST(!batcher.wake().has_value());
  BOOST_TEST((add("a") == added::wake));
  BOOST_TEST((batcher.wake() == now + 5s));
  now += 2s;
  BOOST_TEST((add("b") == added::queued));
  BOOST_TEST((batcher.wake() == now + 3s));
  now += 3s - 1ns;
  BOOST_TEST(take() == "-");
  now += 1ns;
  BOOST_TEST(take() == "ab");
  BOOST_TEST(batcher.waiting() == 2);
  batcher.ended(2);
  BOOST_TEST(batcher.waiting() == 0);
  BOOST_TEST(batcher.so_far().exported == 2);
  BOOST_TEST(!batcher.wake().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_full_batch_is_due_at_once, batcher_rig) {
  add("a");
  add("b");
  BOOST_TEST((add("c") == added::wake));
  BOOST_TEST((add("d") == added::queued));
  BOOST_TEST(take_and_end() == "abc");
  BOOST_TEST(take() == "-");
  BOOST_TEST((batcher.wake() == now + 5s));
  now += 5s;
  BOOST_TEST(take_and_end() == "d");
}

BOOST_FIXTURE_TEST_CASE(one_batch_is_exported_at_a_time, batcher_rig) {
  for (auto const* name : {"a", "b", "c", "d", "e", "f"}) add(name);
  BOOST_TEST(take() == "abc");
  BOOST_TEST(take() == "-");
  BOOST_TEST(!batcher.wake().has_value());
  batcher.ended(3);
  BOOST_TEST((batcher.wake() <= now));
  BOOST_TEST(take() == "def");
}

BOOST_AUTO_TEST_CASE(where_there_is_no_room_it_is_dropped) {
  batcher_rig rig{3, 2};
  for (auto const* name : {"a", "b", "c"}) rig.add(name);
  BOOST_TEST((rig.add("extra") == added::dropped));
  BOOST_TEST(rig.batcher.so_far().dropped == 1);
  BOOST_TEST(rig.batcher.waiting() == 3);
  BOOST_TEST(rig.take() == "ab");
  BOOST_TEST((rig.add("d") == added::wake));
  BOOST_TEST((rig.add("e") == added::queued));
  BOOST_TEST((rig.add("f") == added::dropped));
  BOOST_TEST(rig.batcher.so_far().dropped == 2);
}

BOOST_FIXTURE_TEST_CASE(a_flush_makes_due_what_waits, batcher_rig) {
  add("a");
  auto const flush = batcher.flush();
  BOOST_TEST((batcher.wake() <= now));
  BOOST_TEST(!batcher.flushed(flush).has_value());
  BOOST_TEST(take() == "a");
  add("b");
  BOOST_TEST(!batcher.flushed(flush).has_value());
  batcher.ended(1);
  BOOST_TEST(batcher.flushed(flush).value());
  BOOST_TEST(take() == "-");
}

BOOST_FIXTURE_TEST_CASE(a_flush_of_nothing_is_over, batcher_rig) {
  BOOST_TEST(batcher.flushed(batcher.flush()).value());
}

BOOST_FIXTURE_TEST_CASE(a_flush_waits_for_what_is_under_way, batcher_rig) {
  add("a");
  now += 5s;
  take();
  auto const flush = batcher.flush();
  BOOST_TEST(!batcher.flushed(flush).has_value());
  batcher.ended(0);
  BOOST_TEST(!batcher.flushed(flush).value());
}

BOOST_FIXTURE_TEST_CASE(a_flush_hears_of_its_own_failures_only, batcher_rig) {
  for (auto const* name : {"a", "b", "c"}) add(name);
  auto const first = batcher.flush();
  for (auto const* name : {"d", "e", "f"}) add(name);
  auto const second = batcher.flush();
  take_and_end();
  take();
  batcher.ended(1);
  BOOST_TEST(batcher.flushed(first).value());
  BOOST_TEST(!batcher.flushed(second).value());
  BOOST_TEST(batcher.so_far().exported == 4);
  BOOST_TEST(batcher.so_far().failed == 2);
}

BOOST_FIXTURE_TEST_CASE(after_the_close_nothing_is_taken_in_and_all_is_due, batcher_rig) {
  add("a");
  batcher.close();
  BOOST_TEST((add("b") == added::dropped));
  BOOST_TEST(take_and_end() == "a");
  BOOST_TEST(take() == "-");
}

BOOST_FIXTURE_TEST_CASE(what_is_abandoned_has_failed, batcher_rig) {
  for (auto const* name : {"a", "b", "c", "d"}) add(name);
  auto const flush = batcher.flush();
  batcher.abandon();
  BOOST_TEST(batcher.so_far().failed == 4);
  BOOST_TEST(batcher.waiting() == 0);
  BOOST_TEST(!batcher.flushed(flush).value());
  BOOST_TEST(take() == "-");
}

BOOST_FIXTURE_TEST_CASE(an_exporter_that_takes_more_than_it_got_is_not_believed, batcher_rig) {
  add("a");
  now += 5s;
  take();
  batcher.ended(1000);
  BOOST_TEST(batcher.so_far().exported == 1);
  BOOST_TEST(batcher.so_far().failed == 0);
}

// Whatever happens: every span has one end, none is early or late, and they keep their order.
BOOST_AUTO_TEST_CASE(a_random_walk_loses_nothing) {
  std::mt19937 random{7};  // NOLINT(bugprone-random-generator-seed): the same each time
  for (int round = 0; round < 200; ++round) {
    batcher_rig rig{1 + random() % 20, 1 + random() % 7};
    std::uint64_t sent = 0;
    std::uint64_t taken = 0;
    std::size_t last = 0;
    bool under_way = false;
    for (int step = 0; step < 300; ++step) {
      switch (random() % 5) {
        case 0:
        case 1: rig.add(std::to_string(++sent)); break;
        case 2: rig.now += std::chrono::seconds{random() % 3}; break;
        case 3:
          if (!under_way && rig.batcher.take(rig.now, rig.batch)) {
            under_way = true;
            span_data span;
            for (span_batch::reader reader{rig.batch}; reader.next(span);) {
              BOOST_TEST(std::stoul(span.name) > last);
              last = std::stoul(span.name);
            }
            taken += rig.batch.size();
          }
          break;
        default:
          if (under_way) rig.batcher.ended(random() % (rig.batch.size() + 1));
          under_way = false;
      }
    }
    if (under_way) rig.batcher.ended(0);
    rig.batcher.close();
    while (rig.batcher.take(rig.now, rig.batch)) {
      taken += rig.batch.size();
      rig.batcher.ended(rig.batch.size());
    }
    auto const& counts = rig.batcher.so_far();
    BOOST_TEST(counts.exported + counts.failed + counts.dropped == sent);
    BOOST_TEST(counts.exported + counts.failed == taken);
    BOOST_TEST(rig.batcher.waiting() == 0);
  }
}

BOOST_FIXTURE_TEST_CASE(it_hurries_where_somebody_waits_or_room_is_short, batcher_rig) {
  BOOST_TEST(!batcher.hurries());
  for (auto const* name : {"a", "b", "c", "d", "e"}) add(name);
  BOOST_TEST(!batcher.hurries());
  add("f");  // of ten
  BOOST_TEST(batcher.hurries());
  BOOST_TEST(take() == "abc");
  BOOST_TEST(!batcher.hurries());
  batcher.ended(3);
  batcher.flush();
  BOOST_TEST(batcher.hurries());
  BOOST_TEST(take_and_end() == "def");
  BOOST_TEST(!batcher.hurries());
  add("g");
  batcher.close();
  BOOST_TEST(batcher.hurries());
  BOOST_TEST(take_and_end() == "g");
  BOOST_TEST(!batcher.hurries());
}

BOOST_AUTO_TEST_SUITE_END()
