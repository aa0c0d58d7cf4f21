// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"
#include "reeve/detail/pool_ops.hpp"
#include "shm/channel_ring.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <random>

// Whatever a worker writes over the memory that it shares, the pool does not crash, hang, or believe it. (Each lie by
// itself: task_channel_lies.)

BOOST_AUTO_TEST_SUITE(task_channel_garbage)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace tcl = task_channel_layout;
using clock = std::chrono::steady_clock;

// Goes on with everything that a pool does, whatever is in the memory.
class fuzzed_pool : public channel_rig {
 public:
  explicit fuzzed_pool(std::uint64_t seed) : random_{seed}, manner_{seed % 5} {
    // Something real to begin with.
    worker->on_wait([this] { return pool->pump(); });
    for (int i = 0; i < 12; ++i) offer_something();
    for (int i = 0; i < 6; ++i) {
      auto const task = claim();
      worker->start_element(task.slot, 0, clock::now());
      if (i % 2 == 0)
        BOOST_REQUIRE(worker->result({.slot = task.slot,
                                      .last = task.elements == 1,
                                      .payload = std::string_view{text_}.substr(0, some(5000))}));
    }
    for (auto i = some(4); i != 0 && try_next(); --i) {
    }
  }

  std::uint64_t results() const { return results_; }

  // For how many rounds it was not found out.
  std::uint64_t run() {
    std::uint64_t rounds = 0;
    for (; rounds < 40 && pool->violation().empty(); ++rounds) {
      spoil();
      act();
    }
    act();
    return rounds;
  }

 private:
  std::uint64_t some(std::uint64_t below) const { return random_() % below; }

  void offer_something() {
    static constexpr std::array<std::size_t, 4> sizes{0, 100, 5000, 400'000};
    slot_ref ref;
    channel_offer const offered{
        .elements = static_cast<std::uint32_t>(1 + some(3)),
        .wake_on_claim = some(2) == 0,
        .payload = std::string_view{text_}.substr(0, sizes[some(pool->streaming() ? 2 : 3)])};
    if (pool->offer(offered, ref)) refs_.push_back(ref);
    if (some(50) == 0 && pool->offer({.payload = text_}, ref)) refs_.push_back(ref);
  }

  // A number such as a worker might write, right or wrong.
  std::uint64_t number() const {
    auto const ref = refs_[some(refs_.size())];
    switch (some(7)) {
      case 0: return random_();
      case 1: return some(4096);
      case 2: return std::uint64_t{1} << some(64);
      case 3: return tcl::claim_word(ref.sequence, tcl::slot_state{static_cast<std::uint8_t>(some(5))});
      case 4: return ref.sequence << 8U | ref.index;
      case 5: return tcl::running_word(ref.sequence, static_cast<std::uint32_t>(some(4)));
      default: return 8 * some(2 * tcl::result_size / 8);
    }
  }

  // Each seed has its own way to lie.
  void spoil() {
    switch (manner_ < 4 ? manner_ : some(4)) {
      case 0: return spoil_word();
      case 1: return write_record();
      case 2: return spoil_byte();
      default:  // the results that are there
        auto const value = number();
        std::memcpy(raw->result.data() + 8 * some(2000), &value, 8);
    }
  }

  void spoil_byte() const {
    static_cast<char*>(region.get_address())[some(region.get_size())] = static_cast<char>(random_());
  }

  void spoil_word() const {
    auto& header = raw->header;
    auto& slot = raw->slots[some(tcl::slot_count)];
    std::array<tcl::word*, 9> const words{&header.submission_head.value,
                                          &header.request_head.value,
                                          &header.result_tail.value,
                                          &header.pool_awaits.value,
                                          &header.worker_awaits.value,
                                          &slot.claim,
                                          &slot.running,
                                          &slot.started,
                                          &slot.progress};
    *words[some(words.size())] = number();
  }

  // Some that may even be right.
  void write_briefs() const {
    auto& tail = raw->header.result_tail.value;
    for (auto i = some(3); i != 0; --i) {
      auto const size = some(20) == 0 ? some(3000) : some(20);
      auto const word = tcl::brief_word(size, some(1000));
      copy_in(raw->result, tail, &word, sizeof word);
      tail += sizeof word + (some(30) == 0 ? 8 * some(10) : tcl::padded(size));
    }
  }

  // One that may even be right.
  void write_record() const {
    static constexpr std::array<std::uint64_t, 6> sizes{0, 5, 300, 40'000, 200'000, 3'000'000};
    auto const ref = refs_[some(refs_.size())];
    tcl::record const record{.slot = some(20) == 0 ? number() : ref.sequence << 8U | ref.index,
                             .element = static_cast<std::uint32_t>(some(10) / 9),
                             .status = static_cast<std::uint16_t>(some(41) / 10),
                             .flags = static_cast<std::uint16_t>(some(21) / 10),
                             .size = some(20) == 0 ? number() : sizes[some(sizes.size())],
                             .run_ns = random_()};
    auto& tail = raw->header.result_tail.value;
    copy_in(raw->result, tail, &record, sizeof record);
    auto const all = sizeof record + tcl::padded(record.size);
    tail += all <= tcl::result_whole_max && some(20) != 0 ? all : sizeof record + 8 * some(8000);
    if (some(2) == 0) write_briefs();
  }

  void act() {
    for (int i = 0; i < 300; ++i)
      if (auto const result = try_next()) check(*result);
    for (auto const& ref : refs_) check(pool->look(ref));
    slot_ref begun;
    for (int i = 0; i < 64 && pool->next_begun(begun); ++i) BOOST_REQUIRE(begun.index < tcl::slot_count);
    if (some(3) == 0) pool->release();
    if (some(3) == 0) offer_something();
    if (some(4) == 0) pool->revoke(refs_[some(refs_.size())]);
    if (some(4) == 0) pool->request_stop(refs_[some(refs_.size())]);
    if (some(20) == 0) pool->forget(refs_[some(refs_.size())]);
    pool->pump();
    pool->ring();
    pool->sleep();
    pool->woken();
    BOOST_REQUIRE(pool->free_slots() <= tcl::slot_count);
  }

  void check(channel_result const& result) {
    ++results_;
    BOOST_REQUIRE(result.payload.size() <= max_message);
    auto const* const first = static_cast<char const*>(region.get_address());
    BOOST_REQUIRE((result.payload.data() < first || result.payload.data() >= first + region.get_size()));
    for (char const c : result.payload) sum_ += static_cast<unsigned char>(c);  // all of it can be read
    BOOST_REQUIRE(std::find(refs_.begin(), refs_.end(), result.slot) != refs_.end());
    BOOST_REQUIRE((result.status <= result_status::stopped && result.element < 3));
    BOOST_REQUIRE((result.run_time >= 0s && result.run_time <= 24h * 366));
    if (result.briefs == 0) return;
    BOOST_REQUIRE(
        (result.briefs + result.element <= 3 && result.status == result_status::ok && !result.last));
    detail::result_run run{result.payload};
    for (std::uint32_t i = 0; i < result.briefs; ++i) {
      BOOST_REQUIRE(!run.empty());
      BOOST_REQUIRE(run.take().size() <= tcl::brief_size_max);
    }
    BOOST_REQUIRE(run.empty());
  }
  static void check(channel_look const& looked) {
    BOOST_REQUIRE((looked.progress >= 0 && looked.progress <= 1));
    BOOST_REQUIRE(looked.element < 3);
  }

  mutable std::mt19937_64 random_;
  std::uint64_t manner_;
  static inline std::string const text_ = some_bytes(400'000);
  std::vector<slot_ref> refs_;
  std::uint64_t sum_ = 0;
  std::uint64_t results_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(whatever_is_in_the_memory_the_pool_is_unharmed) {
  constexpr std::uint64_t seeds = 3000;
  std::uint64_t rounds = 0;
  std::uint64_t found_out = 0;
  std::uint64_t results = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      fuzzed_pool pool{seed};
      rounds += pool.run();
      results += pool.results();
      found_out += pool.pool->violation().empty() ? 0U : 1U;
    }
  }
  BOOST_TEST_MESSAGE(rounds << " rounds, " << results << " results, found out: " << found_out);
  BOOST_TEST(found_out > seeds / 3);
  BOOST_TEST(rounds > 3 * seeds);  // not with the first byte
  BOOST_TEST(results > seeds);
}

BOOST_AUTO_TEST_SUITE_END()
