// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstring>
#include <limits>

// Tasks there, results back, claims, revocations, stops. The bodies, the sleeping and the nonsense have files of
// their own.

BOOST_AUTO_TEST_SUITE(task_channel)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace tcl = task_channel_layout;
namespace errc = boost::system::errc;
using clock = std::chrono::steady_clock;

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_task_goes_there_and_its_result_comes_back, channel_rig) {
  auto const ref = offer({.task_id = 42,
                          .function = 1,
                          .attempt = 3,
                          .elements = 5,
                          .batch = true,
                          .preface = "order-7",
                          .payload = "arguments"});
  auto const task = claim();
  BOOST_TEST(task.slot == ref);
  BOOST_TEST(task.task_id == 42U);
  BOOST_TEST(task.function == 1U);
  BOOST_TEST(task.attempt == 3U);
  BOOST_TEST(task.elements == 5U);
  BOOST_TEST(task.batch);
  BOOST_TEST(!task.body_lost);
  BOOST_TEST(task.preface == "order-7");
  BOOST_TEST(task.payload == "arguments");
  BOOST_TEST(!try_claim());

  BOOST_REQUIRE(worker->result(
      {.slot = ref, .status = result_status::failed, .last = true, .run_time = 3ms, .payload = "why"}));
  auto const result = next();
  BOOST_TEST(result.slot == ref);
  BOOST_TEST(result.element == 0U);
  BOOST_TEST((result.status == result_status::failed));
  BOOST_TEST(result.last);
  BOOST_TEST((result.run_time == 3ms));
  BOOST_TEST(result.payload == "why");
  BOOST_TEST(!try_next());
}

BOOST_AUTO_TEST_CASE(the_worker_learns_what_the_pool_has) {
  channel_facts const facts{.generation = 9,
                            .max_message = 12345,
                            .functions = {{"square", "FiiE"}, {"", ""}, {std::string(3000, 'n'), "FvvE"}},
                            .concurrency = 5,
                            .spin = 20us};
  error_code ec;
  auto const pool = pool_channel::make(facts, ec);
  BOOST_REQUIRE(!ec);
  auto const worker =
      worker_channel::attach(channel_rig::copy(pool->segment()), channel_rig::copy(pool->work()),
                             channel_rig::copy(pool->news()), channel_rig::copy(pool->attention()), ec);
  BOOST_REQUIRE(!ec);
  BOOST_TEST((worker->functions() == facts.functions));
  BOOST_TEST(worker->generation() == 9U);
  BOOST_TEST(worker->max_message() == 12345U);
  BOOST_TEST(worker->settings().concurrency == 5U);
  BOOST_TEST((worker->settings().spin == 20us));
}

BOOST_AUTO_TEST_CASE(a_table_of_functions_that_is_too_long_is_refused) {
  error_code ec;
  BOOST_TEST(!pool_channel::make({.functions = {{std::string(tcl::functions_max, 'n'), "FvvE"}}}, ec));
  BOOST_TEST(ec == make_error_code(errc::message_size));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_channel_of_this_version_is_refused, channel_rig) {
  auto const refusal = [this](unique_fd segment) {
    error_code ec;
    BOOST_TEST(!worker_channel::attach(std::move(segment), copy(pool->work()), copy(pool->news()),
                                       copy(pool->attention()), ec));
    return ec;
  };
  error_code ec;
  BOOST_TEST(refusal(make_segment("small", 4096, ec)) == make_error_code(errc::protocol_error));
  BOOST_TEST(refusal(make_segment("zeros", sizeof(tcl::segment), ec)) ==
             make_error_code(errc::protocol_error));
  BOOST_TEST(refusal(unique_fd{}) == make_error_code(errc::protocol_error));
  auto& header = raw->header;
  for (auto* word :
       {&header.magic, &header.version, &header.size, &header.slot_count, &header.submission_count,
        &header.request_size, &header.result_size, &header.function_count}) {
    ++*word;
    BOOST_TEST(refusal(copy(pool->segment())) == make_error_code(errc::protocol_error));
    --*word;
  }
  BOOST_TEST(!worker_channel::attach(copy(pool->segment()), copy(pool->work()), copy(pool->news()),
                                     copy(pool->attention()), ec)
                  ->functions()
                  .empty());
}

BOOST_FIXTURE_TEST_CASE(the_workers_descriptors_are_closed_on_exec, channel_rig) {
  BOOST_TEST((::fcntl(worker->work(), F_GETFD) & FD_CLOEXEC) != 0);
  BOOST_TEST((::fcntl(worker->attention(), F_GETFD) & FD_CLOEXEC) != 0);
  for (int const fd : {pool->segment(), pool->work(), pool->news(), pool->attention()})
    BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_FIXTURE_TEST_CASE(the_bytes_are_where_the_document_says, channel_rig) {
  auto const* const bytes = static_cast<char const*>(region.get_address());
  auto const number_at = [bytes](std::size_t offset, std::size_t size = 8) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes + offset, size);
    return number;
  };
  BOOST_TEST(std::string_view(bytes, 8) == "REEVTCH1");
  BOOST_TEST(number_at(8) == 1U);
  BOOST_TEST(number_at(24) == 7U);
  BOOST_TEST(number_at(32) == 64U);
  BOOST_TEST(number_at(40) == 256U);
  BOOST_TEST(number_at(48) == 262144U);
  BOOST_TEST(number_at(56) == 262144U);
  BOOST_TEST(number_at(64) == max_message);
  BOOST_TEST(number_at(72) == 2U);

  auto const ref = offer({.task_id = 42,
                          .function = 1,
                          .attempt = 3,
                          .elements = 5,
                          .batch = true,
                          .preface = "id",
                          .payload = "arguments"});
  pool->request_stop(ref);
  auto const slot = 4096 + 256 * ref.index;
  BOOST_TEST(number_at(slot) == (ref.sequence << 8U | 1U));
  BOOST_TEST(number_at(slot + 8) == 42U);
  BOOST_TEST(number_at(slot + 16) == 11U);
  BOOST_TEST(number_at(slot + 24) == (ref.sequence << 32U | 0xffffffffU));
  BOOST_TEST(number_at(slot + 32, 4) == 1U);
  BOOST_TEST(number_at(slot + 36, 4) == 3U);
  BOOST_TEST(number_at(slot + 40, 2) == 4U);
  BOOST_TEST(number_at(slot + 42, 2) == 2U);
  BOOST_TEST(number_at(slot + 44, 4) == 5U);
  BOOST_TEST(std::string_view(bytes + slot + 48, 11) == "idarguments");
  BOOST_TEST(number_at(20480) == ref.sequence);
  BOOST_TEST(number_at(20488, 4) == ref.index);
  BOOST_TEST(number_at(20492, 4) == 0U);
  BOOST_TEST(number_at(1024) == 1U);

  auto const task = claim();
  BOOST_TEST(number_at(1152) == 1U);
  worker->start_element(task.slot, 0, clock::time_point{77ns});
  worker->set_progress(task.slot, 0.5);
  BOOST_TEST(number_at(slot + 192) == ref.sequence << 32U);
  BOOST_TEST(number_at(slot + 200) == 77U);
  BOOST_TEST(number_at(slot + 208) == 0x3fe0000000000000U);
  answer(ref, "result");
  BOOST_TEST(number_at(1536) == 40U);
  BOOST_TEST(number_at(286720) == (ref.sequence << 8U | ref.index));
  BOOST_TEST(number_at(286720 + 14, 2) == 1U);
  BOOST_TEST(number_at(286720 + 16) == 6U);
  BOOST_TEST(std::string_view(bytes + 286720 + 32, 6) == "result");
}

BOOST_FIXTURE_TEST_CASE(there_are_sixty_four_slots, channel_rig) {
  std::vector<slot_ref> offered;
  for (std::size_t i = 0; i < 64; ++i) {
    BOOST_TEST(pool->free_slots() == 64 - i);
    offered.push_back(offer());
  }
  BOOST_TEST(!try_offer({}));
  BOOST_TEST((run_all() == offered));
  BOOST_TEST(!try_offer({}));  // no result was read yet
  next();
  BOOST_TEST(pool->free_slots() == 1U);
  BOOST_TEST(try_offer({}).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_slot_is_free_after_the_last_result_and_not_before, channel_rig) {
  auto const ref = offer({.elements = 3});
  claim();
  for (std::uint32_t element = 0; element < 3; ++element) {
    BOOST_REQUIRE(worker->result({.slot = ref, .element = element, .last = element == 2}));
    BOOST_TEST(pool->free_slots() == 63U);
    BOOST_TEST(next().element == element);
  }
  BOOST_TEST(pool->free_slots() == 64U);
}

BOOST_FIXTURE_TEST_CASE(a_batch_may_end_before_its_last_element, channel_rig) {
  auto const ref = offer({.elements = 1000});
  claim();
  BOOST_REQUIRE(worker->result({.slot = ref, .status = result_status::stopped, .last = true}));
  BOOST_TEST(next().last);
  BOOST_TEST(pool->free_slots() == 64U);
}

BOOST_FIXTURE_TEST_CASE(what_was_revoked_is_not_run, channel_rig) {
  auto const first = offer();
  auto const second = offer();
  auto const third = offer();
  BOOST_TEST(pool->revoke(second));
  BOOST_TEST(!pool->revoke(second));
  BOOST_TEST((run_all() == std::vector{first, third}));
}

BOOST_FIXTURE_TEST_CASE(what_was_claimed_cannot_be_revoked, channel_rig) {
  auto const ref = offer();
  claim();
  BOOST_TEST(!pool->revoke(ref));
  answer(ref);
  next();
  BOOST_TEST(!pool->revoke(ref));
  BOOST_TEST(!pool->revoke({.index = 64, .sequence = 1}));
  BOOST_TEST(pool->violation() == "");
}

BOOST_FIXTURE_TEST_CASE(a_slot_that_was_revoked_is_used_again_at_once_and_run_once, channel_rig) {
  auto const first = offer("one");
  BOOST_REQUIRE(pool->revoke(first));
  auto const second = offer("two");
  BOOST_TEST(second.index == first.index);
  auto const task = claim();
  BOOST_TEST(task.slot == second);
  BOOST_TEST(task.payload == "two");
  BOOST_TEST(!try_claim());
}

BOOST_FIXTURE_TEST_CASE(revoked_entries_fill_the_ring_until_the_worker_skips_them, channel_rig) {
  for (std::size_t i = 0; i < tcl::submission_count; ++i) BOOST_REQUIRE(pool->revoke(offer()));
  BOOST_TEST(pool->free_slots() == 64U);
  BOOST_TEST(!try_offer({}));
  BOOST_TEST(!try_claim());
  auto const ref = offer();
  BOOST_TEST((run_all() == std::vector{ref}));
}

BOOST_FIXTURE_TEST_CASE(the_pool_sees_how_far_a_task_is, channel_rig) {
  auto const ref = offer({.elements = 2});
  BOOST_TEST(!pool->look(ref).claimed);
  claim();
  auto looked = pool->look(ref);
  BOOST_TEST(looked.claimed);
  BOOST_TEST(!looked.started.has_value());

  auto const now = clock::now();
  worker->start_element(ref, 0, now);
  worker->set_progress(ref, 0.25);
  looked = pool->look(ref);
  BOOST_TEST(looked.claimed);
  BOOST_TEST((looked.started == now));
  BOOST_TEST(looked.element == 0U);
  BOOST_TEST(looked.progress == 0.25);

  worker->start_element(ref, 1, now + 1s);
  looked = pool->look(ref);
  BOOST_TEST((looked.started == now + 1s));
  BOOST_TEST(looked.element == 1U);
  BOOST_TEST(looked.progress == 0);

  answer(ref);
  next();
  BOOST_TEST(!pool->look(ref).claimed);
}

BOOST_FIXTURE_TEST_CASE(what_the_last_task_of_a_slot_left_is_not_seen, channel_rig) {
  auto const first = offer();
  claim();
  worker->start_element(first, 0, clock::now());
  answer(first);
  next();
  auto const second = offer();
  BOOST_REQUIRE(second.index == first.index);
  claim();
  BOOST_TEST(pool->look(second).claimed);
  BOOST_TEST(!pool->look(second).started.has_value());
}

BOOST_FIXTURE_TEST_CASE(progress_is_between_zero_and_one, channel_rig) {
  auto const ref = offer();
  claim();
  worker->start_element(ref, 0, clock::now());
  auto const seen = [&](double said) {
    worker->set_progress(ref, said);
    return pool->look(ref).progress;
  };
  BOOST_TEST(seen(-1) == 0);
  BOOST_TEST(seen(7) == 1);
  BOOST_TEST(seen(std::numeric_limits<double>::quiet_NaN()) == 0);
  BOOST_TEST(seen(std::numeric_limits<double>::infinity()) == 1);
}

BOOST_FIXTURE_TEST_CASE(one_task_is_asked_to_stop_and_no_other, channel_rig) {
  auto const first = offer();
  auto const second = offer();
  claim();
  claim();
  BOOST_TEST(!worker->stop_requested(first, 0));
  BOOST_TEST(!is_readable(worker->attention()));
  pool->request_stop(first);
  BOOST_TEST(worker->stop_requested(first, 0));
  BOOST_TEST(!worker->stop_requested(second, 0));
  BOOST_TEST(is_readable(worker->attention()));

  answer(first);
  next();
  auto const third = offer();
  BOOST_REQUIRE(third.index == first.index);
  claim();
  pool->request_stop(first);  // it has ended
  BOOST_TEST(!worker->stop_requested(third, 0));
}

BOOST_FIXTURE_TEST_CASE(one_element_is_asked_to_stop_or_all_of_them, channel_rig) {
  auto const ref = offer({.elements = 9});
  claim();
  pool->request_stop(ref, 3);
  BOOST_TEST(worker->stop_requested(ref, 3));
  BOOST_TEST(!worker->stop_requested(ref, 4));
  BOOST_TEST(!worker->stop_requested(ref, every_element));
  pool->request_stop(ref);
  pool->request_stop(ref, 5);  // is asked already
  for (std::uint32_t const element : {3U, 4U, 5U, every_element})
    BOOST_TEST(worker->stop_requested(ref, element));
}

BOOST_AUTO_TEST_SUITE_END()
