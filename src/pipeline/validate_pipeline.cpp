// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/validate_pipeline.hpp"

#include <chrono>

namespace reeve {
namespace {

using duration = std::chrono::steady_clock::duration;
using namespace std::chrono_literals;

constexpr duration longest = std::chrono::hours{24 * 365};

bool is_between(duration d, duration least, duration most) { return d >= least && d <= most; }
bool is_between(std::size_t n, std::size_t least, std::size_t most) { return n >= least && n <= most; }
bool is_a_limit(std::optional<duration> d) { return !d || *d == 0s || is_between(*d, 1ms, longest); }

}  // namespace

std::optional<field_error> validate(pipeline_params const& p) {
  std::optional<field_error> wrong;
  auto const require = [&wrong](bool ok, char const* field, char const* message) {
    if (!ok && !wrong) wrong = field_error{field, message};
  };
  require(is_between(p.name.size(), 1, 100), "name", "must have 1 to 100 bytes");
  require(is_between(p.fetch_batch, 1, 100'000), "fetch_batch", "must be 1 to 100,000");
  require(is_between(p.max_fetched, 1, 1'000'000), "max_fetched", "must be 1 to 1,000,000");
  require(p.max_running <= 1'000'000, "max_running", "must be at most 1,000,000");
  require(is_between(p.hold_for, 1ms, longest), "hold_for", "must be 1 ms to a year");
  require(is_between(p.max_unpublished, 1, 1'000'000), "max_unpublished", "must be 1 to 1,000,000");
  require(is_between(p.publish_batch, 1, 100'000), "publish_batch", "must be 1 to 100,000");
  require(is_between(p.publish_within, 0s, 1h), "publish_within", "must be zero to an hour");
  require(is_between(p.max_publishing, 1, 64), "max_publishing", "must be 1 to 64");
  require(is_between(p.retry.max_attempts, 1, 1'000'000), "retry.max_attempts", "must be 1 to 1,000,000");
  require(is_between(p.retry.delay, 0s, longest), "retry.delay", "must be zero to a year");
  require(p.retry.backoff >= 1 && p.retry.backoff <= 1000, "retry.backoff", "must be 1 to 1000");
  require(is_between(p.retry.max_delay, p.retry.delay, longest), "retry.max_delay",
          "must be retry.delay to a year");
  require(p.retry.jitter >= 0 && p.retry.jitter <= 1, "retry.jitter", "must be 0 to 1");
  require(is_a_limit(p.call.soft_limit), "call.soft_limit", "must be 0, or 1 ms to a year");
  require(is_a_limit(p.call.hard_limit), "call.hard_limit", "must be 0, or 1 ms to a year");
  require(is_between(p.call.max_attempts, 1, 1000), "call.max_attempts", "must be 1 to 1000");
  require(is_between(p.source_delay, 1ms, 1h), "source_delay", "must be 1 ms to an hour");
  require(is_between(p.max_source_delay, p.source_delay, 1h), "max_source_delay",
          "must be source_delay to an hour");
  require(is_between(p.drain_within, 0s, longest), "drain_within", "must be zero to a year");
  require(is_between(p.abandon_after, 1ms, longest), "abandon_after", "must be 1 ms to a year");
  return wrong;
}

}  // namespace reeve
