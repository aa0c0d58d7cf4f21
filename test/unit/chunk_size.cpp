// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/chunk_size.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

BOOST_AUTO_TEST_SUITE(chunk_size)

namespace {

using namespace std::chrono_literals;
using sizes = reeve::chunk_size;
using duration = sizes::duration;

constexpr std::optional<std::size_t> unknown;

// After so many chunks whose elements take that long.
sizes after(duration each, int chunks, sizes s = sizes{}) {
  for (int i = 0; i < chunks; ++i) {
    auto const count = s.next(1, unknown);
    s.took(count, each * count);
  }
  return s;
}

// How a map of so many elements is cut up, where each takes that long.
std::vector<std::size_t> chunks_of(std::size_t elements, duration each, std::size_t workers) {
  std::vector<std::size_t> all;
  sizes s;
  while (elements > 0) {
    auto const count = std::min(s.next(workers, elements), elements);
    all.push_back(count);
    elements -= count;
    s.took(count, each * count);
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_begins_with_one_and_grows_at_most_fourfold_a_step) {
  sizes s;
  std::vector<std::size_t> seen;
  for (int i = 0; i < 10; ++i) {
    seen.push_back(s.next(4, unknown));
    s.took(seen.back(), 1ns * seen.back());
  }
  std::vector<std::size_t> const expected{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 65536};
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_chunk_takes_about_two_milliseconds) {
  struct row {
    duration each;
    std::size_t size;
  };
  for (auto const& [each, size] : {row{0ns, 65536}, row{10ns, 65536}, row{100ns, 20000}, row{1us, 2000},
                                   row{50us, 40}, row{700us, 2}, row{1500us, 1}, row{1min, 1}, row{1h, 1}})
    BOOST_TEST(after(each, 50).next(4, unknown) == size, each.count());
}

BOOST_AUTO_TEST_CASE(what_becomes_slow_is_believed_at_once) {
  auto s = after(1us, 50);
  s.took(1, 1s);
  BOOST_TEST(s.next(4, unknown) == 1u);
  s = after(1us, 50);
  s.took(2000, 2000 * 10us);
  BOOST_TEST(s.next(4, unknown) == 200u);
}

BOOST_AUTO_TEST_CASE(what_becomes_quick_is_believed_step_by_step) {
  auto const slow = after(1ms, 10);
  BOOST_TEST(slow.next(4, unknown) == 2u);
  std::size_t last = 2;
  for (int chunks = 1; chunks <= 12; ++chunks) {
    auto const now = after(1us, chunks, slow).next(4, unknown);
    BOOST_TEST(now >= last);
    BOOST_TEST(now <= 4 * last);
    last = now;
  }
  BOOST_TEST(last >= 1900u);
}

BOOST_AUTO_TEST_CASE(one_slow_element_is_soon_forgotten) {
  auto s = after(1us, 50);
  s.took(1, 50ms);
  BOOST_TEST(after(1us, 12, s).next(4, unknown) >= 1900u);
}

BOOST_AUTO_TEST_CASE(no_elements_say_nothing) {
  auto s = after(1us, 50);
  s.took(0, 1s);
  BOOST_TEST(s.next(4, unknown) == 2000u);
}

BOOST_AUTO_TEST_CASE(each_worker_is_left_four_chunks_of_what_they_share) {
  struct row {
    std::size_t shared;
    std::size_t workers;
    std::size_t size;
  };
  auto const s = after(1us, 50);
  for (auto const& [shared, workers, size] :
       {row{1'000'000, 4, 2000}, row{32'000, 4, 2000}, row{31'999, 4, 1999}, row{1600, 4, 100},
        row{1600, 100, 4}, row{17, 4, 1}, row{16, 4, 1}, row{1, 4, 1}, row{0, 4, 1}, row{400, 0, 100}})
    BOOST_TEST(s.next(workers, shared) == size, shared << " of " << workers);
}

BOOST_AUTO_TEST_CASE(a_given_size_wins) {
  sizes s{100};
  BOOST_TEST(s.next(4, unknown) == 100u);
  BOOST_TEST(s.next(4, 3) == 100u);
  s.took(100, 1h);
  BOOST_TEST(s.next(4, unknown) == 100u);
  s.took(100, 1ns);
  BOOST_TEST(s.next(4, unknown) == 100u);
  BOOST_TEST(sizes{std::numeric_limits<std::size_t>::max()}.next(4, unknown) == sizes::most_elements);
}

BOOST_AUTO_TEST_CASE(workers_are_kept_busy_by_four_chunks_each) {
  BOOST_TEST(sizes{}.keeps_busy(3) == 12u);
  BOOST_TEST(sizes{}.keeps_busy(0) == 4u);
  BOOST_TEST(sizes{50}.keeps_busy(2) == 400u);
  BOOST_TEST(after(1us, 50).keeps_busy(2) == 16'000u);
}

BOOST_AUTO_TEST_CASE(a_million_quick_elements_travel_in_few_chunks) {
  auto const chunks = chunks_of(1'000'000, 100ns, 4);
  BOOST_TEST(chunks.size() < 300u);
  BOOST_TEST(*std::ranges::max_element(chunks) == 20'000u);
  BOOST_TEST(chunks.back() == 1u);  // nobody waits long for the last one
}

BOOST_AUTO_TEST_CASE(long_elements_travel_alone) {
  BOOST_TEST((chunks_of(10, 1min, 4) == std::vector<std::size_t>(10, 1)));
  BOOST_TEST((chunks_of(1000, 5ms, 4) == std::vector<std::size_t>(1000, 1)));
}

BOOST_AUTO_TEST_CASE(no_chunk_is_more_than_its_share_of_the_whole) {
  for (std::size_t const elements : {1U, 5U, 64U, 1000U, 100'000U})
    for (std::size_t const workers : {1U, 2U, 32U})
      for (auto const count : chunks_of(elements, 1ns, workers))
        BOOST_TEST(count <= std::max<std::size_t>(1, elements / (4 * workers)));
}

BOOST_AUTO_TEST_SUITE_END()
