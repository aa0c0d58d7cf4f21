// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/trace_sampler.hpp"
#include "reeve/detail/tracer.hpp"
#include "reeve/tracing.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <random>

BOOST_AUTO_TEST_SUITE(trace_sampling)

namespace {

using namespace reeve;

using id = std::array<std::uint8_t, 16>;

// The random part of a trace id is its second half.
id id_of(std::uint64_t low) {
  id made{};
  for (std::size_t i = 16; i-- > 8; low >>= 8U) made[i] = static_cast<std::uint8_t>(low);
  return made;
}

trace_context parent_of(bool sampled) {
  return {.trace_id = id_of(1), .span_id = {1}, .flags = static_cast<std::uint8_t>(sampled ? 1 : 0)};
}

// What a sampler says: without a parent, of one that is sampled, of one that is not.
std::array<bool, 3> said(sampler which, double ratio, std::uint64_t low) {
  trace_sampler const asked{which, ratio};
  return {asked.samples({}, id_of(low)), asked.samples(parent_of(true), id_of(low)),
          asked.samples(parent_of(false), id_of(low))};
}

constexpr std::uint64_t low_id = 1;
constexpr std::uint64_t high_id = 0xfffffffffffffffe;

}  // namespace

BOOST_AUTO_TEST_CASE(each_sampler_asks_whom_it_should) {
  using answers = std::array<bool, 3>;
  BOOST_TEST((said(sampler::always_on, 0, high_id) == answers{true, true, true}));
  BOOST_TEST((said(sampler::always_off, 1, low_id) == answers{false, false, false}));
  BOOST_TEST((said(sampler::ratio, 0.5, low_id) == answers{true, true, true}));
  BOOST_TEST((said(sampler::ratio, 0.5, high_id) == answers{false, false, false}));
  BOOST_TEST((said(sampler::parent_or_on, 0, high_id) == answers{true, true, false}));
  BOOST_TEST((said(sampler::parent_or_off, 1, low_id) == answers{false, true, false}));
  BOOST_TEST((said(sampler::parent_or_ratio, 0.5, low_id) == answers{true, true, false}));
  BOOST_TEST((said(sampler::parent_or_ratio, 0.5, high_id) == answers{false, true, false}));
}

// The bounds are those of OpenTelemetry in other languages: half of the ids is what is below 2^63.
BOOST_AUTO_TEST_CASE(a_share_is_the_lower_part_of_the_ids) {
  trace_sampler const half{sampler::ratio, 0.5};
  BOOST_TEST(half.samples({}, id_of(0x7fffffffffffffff)));
  BOOST_TEST(!half.samples({}, id_of(0x8000000000000000)));
  trace_sampler const quarter{sampler::ratio, 0.25};
  BOOST_TEST(quarter.samples({}, id_of(0x3fffffffffffffff)));
  BOOST_TEST(!quarter.samples({}, id_of(0x4000000000000000)));
}

BOOST_AUTO_TEST_CASE(all_and_nothing_are_shares_too) {
  trace_sampler const all{sampler::ratio, 1};
  trace_sampler const none{sampler::ratio, 0};
  for (auto const low : {std::uint64_t{0}, low_id, high_id, ~std::uint64_t{0}}) {
    BOOST_TEST(all.samples({}, id_of(low)));
    BOOST_TEST(!none.samples({}, id_of(low)));
  }
}

BOOST_AUTO_TEST_CASE(a_smaller_share_is_a_part_of_a_larger_one) {
  trace_sampler const small{sampler::ratio, 0.1};
  trace_sampler const large{sampler::ratio, 0.3};
  std::mt19937_64 random{1};  // NOLINT(bugprone-random-generator-seed): the same each time
  int in_small = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto const trace = id_of(random());
    if (!small.samples({}, trace)) continue;
    ++in_small;
    BOOST_TEST(large.samples({}, trace));
  }
  BOOST_TEST(in_small > 800);
  BOOST_TEST(in_small < 1200);
}

// Few of them go by the ids that the sampler was never shown.
BOOST_AUTO_TEST_CASE(of_the_traces_that_begin_here_the_share_is_recorded) {
  for (auto const share : {0.01, 0.25, 0.9}) {
    tracing_params params;
    params.sampler = sampler::parent_or_ratio;
    params.ratio = share;
    tracing const now{params};
    trace_sampler const asked{sampler::ratio, share};
    constexpr int begun = 100'000;
    int recorded = 0;
    for (int i = 0; i < begun; ++i)
      if (auto const trace = detail::begin_recorded_trace()) {
        ++recorded;
        BOOST_TEST_REQUIRE(trace->valid());
        BOOST_TEST_REQUIRE(trace->sampled());
        BOOST_TEST_REQUIRE(asked.samples({}, trace->trace_id));
      }
    auto const expected = share * begun;
    BOOST_TEST_CONTEXT(share << ": " << recorded << " of " << begun)
    BOOST_TEST(std::abs(recorded - expected) < 6 * std::sqrt(expected * (1 - share)));  // once in 500 million
  }
}

BOOST_AUTO_TEST_CASE(an_id_that_is_made_for_a_trace_that_is_not_recorded_is_none_of_the_share) {
  tracing_params params;
  params.sampler = sampler::ratio;
  params.ratio = 0.5;
  tracing const now{params};
  trace_sampler const asked{sampler::ratio, 0.5};
  for (int i = 0; i < 1000; ++i) {
    auto const trace = detail::begin_unrecorded_trace();
    BOOST_TEST_REQUIRE(trace.valid());
    BOOST_TEST_REQUIRE(!trace.sampled());
    BOOST_TEST_REQUIRE(!asked.samples({}, trace.trace_id));
  }
}

BOOST_AUTO_TEST_CASE(all_traces_that_begin_here_are_recorded_or_none) {
  for (bool const all : {true, false}) {
    tracing_params params;
    params.sampler = all ? sampler::always_on : sampler::always_off;
    tracing const now{params};
    for (int i = 0; i < 1000; ++i) BOOST_TEST_REQUIRE(detail::begin_recorded_trace().has_value() == all);
    BOOST_TEST(!detail::begin_unrecorded_trace().sampled());
  }
}

BOOST_AUTO_TEST_SUITE_END()
