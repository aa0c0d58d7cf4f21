// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"
#include "preconditions.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstring>
#include <fstream>

// A worker that writes nonsense harms nobody: the pool says what is wrong, and goes on without it.

BOOST_AUTO_TEST_SUITE(task_channel_lies)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace tcl = task_channel_layout;
using clock = std::chrono::steady_clock;

// A worker that writes by hand.
struct liar : channel_rig {
  // A record of a task; the sizes may be wrong.
  tcl::record record_of(slot_ref ref) const {
    return {.slot = ref.sequence << 8U | ref.index,
            .element = 0,
            .status = 0,
            .flags = tcl::flag_last,
            .size = 0,
            .run_ns = 0};
  }
  void write(tcl::record const& record, std::uint64_t published = sizeof(tcl::record)) const {
    auto& tail = raw->header.result_tail.value;
    std::memcpy(raw->result.data() + tail % tcl::result_size, &record, sizeof record);
    tail += published;
  }
  void check_refused(std::string_view what) const {
    BOOST_TEST(!try_next());
    BOOST_TEST(pool->violation() == what);
  }
  // Writes the record of a claimed task after something in it was changed.
  template <class Change>
  void check_record(Change&& change, std::string_view what) const {
    auto record = record_of(claimed());
    change(record);
    write(record);
    check_refused(what);
  }
  slot_ref claimed(channel_offer const& offered = {}) const {
    auto const ref = offer(offered);
    claim();
    return ref;
  }
};

std::size_t virtual_memory() {
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  return pages * 4096;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_tail_beyond_the_ring_is_refused, liar) {
  raw->header.result_tail.value = tcl::result_size + 8;
  check_refused("the channel's tail of its results makes no sense");
}

BOOST_FIXTURE_TEST_CASE(a_tail_that_is_not_aligned_is_refused, liar) {
  raw->header.result_tail.value = 33;
  check_refused("the channel's tail of its results makes no sense");
}

BOOST_FIXTURE_TEST_CASE(a_tail_that_goes_back_is_refused, liar) {
  answer(claimed());
  next();
  raw->header.result_tail.value = 24;
  check_refused("the channel's tail of its results makes no sense");
}

BOOST_FIXTURE_TEST_CASE(a_record_that_is_not_whole_is_refused, liar) {
  write(record_of(claimed()), 24);
  check_refused("a result of the channel ends within its header");
}

BOOST_FIXTURE_TEST_CASE(a_payload_that_is_not_whole_is_refused, liar) {
  check_record([](tcl::record& r) { r.size = 8; }, "a result of the channel is not whole");
}

BOOST_FIXTURE_TEST_CASE(a_payload_that_is_too_long_is_refused, liar) {
  check_record([](tcl::record& r) { r.size = max_message + 1; },
               "a result of the channel is longer than is allowed");
}

BOOST_FIXTURE_TEST_CASE(a_size_that_overflows_is_refused, liar) {
  check_record([](tcl::record& r) { r.size = ~std::uint64_t{0}; },
               "a result of the channel is longer than is allowed");
}

BOOST_FIXTURE_TEST_CASE(an_unknown_status_is_refused, liar) {
  check_record([](tcl::record& r) { r.status = 4; }, "a result of the channel is of an unknown status");
}

BOOST_FIXTURE_TEST_CASE(unknown_flags_are_refused, liar) {
  check_record([](tcl::record& r) { r.flags = 2; }, "a result of the channel has unknown flags");
}

BOOST_FIXTURE_TEST_CASE(a_slot_that_there_is_not_is_refused, liar) {
  check_record([](tcl::record& r) { r.slot |= tcl::slot_count; },
               "a result of the channel is of a task that the worker does not have");
}

BOOST_FIXTURE_TEST_CASE(another_sequence_is_refused, liar) {
  check_record([](tcl::record& r) { r.slot += 256; },
               "a result of the channel is of a task that the worker does not have");
}

BOOST_FIXTURE_TEST_CASE(an_element_out_of_turn_is_refused, liar) {
  auto const ref = claimed({.elements = 3});
  auto record = record_of(ref);
  record.element = 1;
  write(record);
  check_refused("a result of the channel is of an element whose turn it is not");
}

BOOST_FIXTURE_TEST_CASE(an_element_too_many_is_refused, liar) {
  auto record = record_of(claimed());
  record.flags = 0;
  write(record);
  next();
  record.element = 1;
  write(record);
  check_refused("a result of the channel is of an element whose turn it is not");
}

BOOST_FIXTURE_TEST_CASE(a_result_of_a_task_that_has_ended_is_refused, liar) {
  auto const ref = claimed();
  answer(ref);
  next();
  write(record_of(ref));
  check_refused("a result of the channel is of a task that the worker does not have");
}

BOOST_FIXTURE_TEST_CASE(a_result_before_its_arguments_were_read_is_refused, liar) {
  auto const large = some_bytes(std::size_t{1} << 20U);
  write(record_of(offer(large)));
  check_refused("a result of the channel is of a task that the worker has not read");
}

BOOST_FIXTURE_TEST_CASE(a_result_without_a_claim_counts_and_cannot_be_revoked, liar) {
  auto const ref = offer({.elements = 2});
  auto record = record_of(ref);
  record.flags = 0;
  write(record);
  next();
  BOOST_TEST(!pool->revoke(ref));
  BOOST_TEST(pool->look(ref).claimed);
}

BOOST_FIXTURE_TEST_CASE(a_claim_word_of_nonsense_is_refused, liar) {
  constexpr auto complaint = "the claim word of the channel's slot 0 makes no sense";
  auto const ref = offer();
  raw->slots[0].claim = 12345;
  BOOST_TEST(pool->look(ref).claimed);  // it may have run
  BOOST_TEST(pool->violation() == complaint);
  BOOST_TEST(!pool->revoke(ref));
}

BOOST_FIXTURE_TEST_CASE(a_claim_word_of_nonsense_is_found_by_a_revocation, liar) {
  auto const ref = offer();
  raw->slots[0].claim = tcl::claim_word(ref.sequence, tcl::slot_state::free);
  BOOST_TEST(!pool->revoke(ref));
  BOOST_TEST(pool->violation() == "the claim word of the channel's slot 0 makes no sense");
}

BOOST_FIXTURE_TEST_CASE(a_claim_word_of_nonsense_is_found_by_streaming, liar) {
  auto const large = some_bytes(std::size_t{1} << 20U);
  offer(large);
  raw->slots[0].claim = 0;
  BOOST_TEST(!pool->pump());
  BOOST_TEST(pool->violation() == "the claim word of the channel's slot 0 makes no sense");
}

BOOST_FIXTURE_TEST_CASE(an_element_that_there_is_not_is_refused, liar) {
  auto const ref = claimed({.elements = 2});
  raw->slots[0].running = tcl::running_word(ref.sequence, 2);
  BOOST_TEST(pool->look(ref).claimed);
  BOOST_TEST(pool->violation() == "the channel's slot 0 runs an element that it has not");
}

BOOST_FIXTURE_TEST_CASE(a_head_of_requests_beyond_its_tail_is_refused, liar) {
  auto const payload = some_bytes(100'000);
  offer(payload);
  offer(payload);
  raw->header.request_head.value = 200'001;
  BOOST_TEST(!try_offer({.payload = payload}));
  BOOST_TEST(pool->violation() == "the channel's head of its requests makes no sense");
}

BOOST_FIXTURE_TEST_CASE(a_head_of_submissions_beyond_its_tail_is_refused, liar) {
  for (std::size_t i = 0; i < tcl::submission_count; ++i) BOOST_REQUIRE(pool->revoke(offer()));
  raw->header.submission_head.value = tcl::submission_count + 1;
  BOOST_TEST(!try_offer({}));
  BOOST_TEST(pool->violation() == "the channel's head of its submissions makes no sense");
}

BOOST_FIXTURE_TEST_CASE(after_a_violation_the_channel_is_silent, liar) {
  auto const claimed_one = claimed();
  auto const offered_one = offer();
  answer(claimed_one);
  raw->header.result_tail.value += 4;
  BOOST_TEST(!try_next());
  raw->header.result_tail.value -= 4;
  BOOST_TEST(!try_next());
  BOOST_TEST(!try_offer({}));
  BOOST_TEST(!pool->pump());
  slot_ref begun;
  BOOST_TEST(!pool->next_begun(begun));
  BOOST_TEST(pool->sleep());
  BOOST_TEST(pool->look(claimed_one).claimed);
  BOOST_TEST(!pool->look(offered_one).claimed);
  BOOST_TEST(pool->revoke(offered_one));
}

BOOST_FIXTURE_TEST_CASE(times_that_make_no_sense_are_made_harmless, liar) {
  auto const ref = claimed();
  worker->start_element(ref, 0, clock::time_point{});
  raw->slots[0].started = ~std::uint64_t{0};
  BOOST_TEST((pool->look(ref).started.value() - clock::time_point{} > 24h * 365 * 100));
  auto record = record_of(ref);
  record.run_ns = ~std::uint64_t{0};
  write(record);
  BOOST_TEST((next().run_time == 24h * 366));
}

BOOST_AUTO_TEST_CASE(a_length_of_two_to_the_sixty_costs_no_memory, *only_if<without_sanitizer>()) {
  error_code ec;
  auto const pool = pool_channel::make({.max_message = std::uint64_t{1} << 61U}, ec);
  BOOST_REQUIRE(!ec);
  auto const region = map_segment(pool->segment(), sizeof(tcl::segment), ec);
  BOOST_REQUIRE(!ec);
  auto& raw = *static_cast<tcl::segment*>(region.get_address());
  slot_ref ref;
  BOOST_REQUIRE(pool->offer({}, ref));
  tcl::record const record{.slot = ref.sequence << 8U | ref.index,
                           .element = 0,
                           .status = 0,
                           .flags = tcl::flag_last,
                           .size = std::uint64_t{1} << 60U,
                           .run_ns = 0};
  std::memcpy(raw.result.data(), &record, sizeof record);

  auto const before = virtual_memory();
  channel_result result;
  for (std::uint64_t round = 1; round <= 8; ++round) {  // 2 MiB of it really come
    raw.header.result_tail.value = round * tcl::result_size;
    BOOST_TEST(!pool->next(result));
    pool->release();
  }
  BOOST_TEST(pool->violation() == "");
  BOOST_TEST(virtual_memory() - before < std::size_t{40} << 20U);
}

BOOST_AUTO_TEST_SUITE_END()
