// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/random_ids.hpp"

#include "core/fork_generation.hpp"

#include <boost/endian/conversion.hpp>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <sys/random.h>

namespace reeve {
namespace {

using random_state = std::array<std::uint64_t, 4>;

// Where the kernel has no randomness to give yet, ids of this thread differ from others' at least.
random_state seed_of_thread() noexcept {
  random_state seed{};
  if (::getrandom(seed.data(), sizeof seed, GRND_NONBLOCK) == static_cast<ssize_t>(sizeof seed)) return seed;
  seed[0] = reinterpret_cast<std::uintptr_t>(&seed);  // of this thread's stack: not zero
  seed[1] = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return seed;
}

// xoshiro256** (Blackman and Vigna, 2018). The state is larger than an id, so that the sequences of many threads and
// processes do not meet.
class random_source {
 public:
  using result_type = std::uint64_t;
  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }
  result_type operator()() noexcept { return next(); }

  static random_source& of_thread() noexcept {
    thread_local constinit random_source source;
    if (source.seeded_in_ != fork_generation()) source.seed();
    return source;
  }

  std::uint64_t next() noexcept {
    auto const result = std::rotl(s_[1] * 5, 7) * 9;
    auto const shifted = s_[1] << 17U;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= shifted;
    s_[3] = std::rotl(s_[3], 45);
    return result;
  }

  std::uint64_t next_nonzero() noexcept {
    for (;;)
      if (auto const number = next()) return number;
  }

 private:
  constexpr random_source() noexcept = default;

  void seed() noexcept {
    s_ = seed_of_thread();
    seeded_in_ = fork_generation();
  }

  random_state s_{};
  std::uint32_t seeded_in_ = 0;
};

}  // namespace

// The second half is what samplers look at.
std::array<std::uint8_t, 16> random_trace_id() noexcept {
  auto& random = random_source::of_thread();
  std::uint64_t const halves[] = {random.next(), random.next_nonzero()};
  std::array<std::uint8_t, 16> id;
  static_assert(sizeof halves == sizeof id);
  std::memcpy(id.data(), halves, sizeof id);
  return id;
}

std::array<std::uint8_t, 8> random_span_id() noexcept {
  auto const number = random_source::of_thread().next_nonzero();
  std::array<std::uint8_t, 8> id;
  std::memcpy(id.data(), &number, sizeof id);
  return id;
}

std::array<std::uint8_t, 16> random_trace_id_below(std::uint64_t bound) noexcept {
  auto& random = random_source::of_thread();
  auto const part = std::uniform_int_distribution<std::uint64_t>{0, bound - 1}(random);
  std::array<std::uint8_t, 16> id;
  boost::endian::store_big_u64(id.data(), random.next_nonzero());
  boost::endian::store_big_u64(id.data() + 8, part << 1U | (random.next() & 1U));
  return id;
}

// Distances between successes of independent trials are geometrically distributed: by inversion (Devroye, Non-Uniform
// Random Variate Generation, 1986, X.2).
std::uint64_t random_ids_until_below(std::uint64_t bound) noexcept {
  constexpr auto never = std::numeric_limits<std::uint64_t>::max();
  if (bound == 0) return never;
  if (bound >= sampled_parts) return 0;
  constexpr double two_to_53 = 9007199254740992.0;
  auto const share = static_cast<double>(bound) / static_cast<double>(sampled_parts);
  auto const uniform =
      (static_cast<double>(random_source::of_thread().next() >> 11U) + 1) / two_to_53;  // (0, 1]
  auto const distance = std::log(uniform) / std::log1p(-share);
  return distance < static_cast<double>(never) ? static_cast<std::uint64_t>(distance) : never;
}

}  // namespace reeve
