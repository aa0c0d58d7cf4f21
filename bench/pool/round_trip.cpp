// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// One task at a time, there and back.

#include "peers.hpp"
#include "ping_pong.hpp"
#include "pool_bed.hpp"
#include "sections.hpp"
#include "tasks.hpp"

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t trips = 2'000;

/// Runs one task after the other.
class round_trips {
 public:
  explicit round_trips(pool_params params) : bed_{std::move(params)} {}

  /// The median of so many, in seconds.
  double median_of(std::size_t count) {
    took_.clear();
    took_.reserve(count);
    left_ = count;
    next();
    bed_.run_until_stopped();
    return median(took_);
  }

 private:
  void next() {
    start_ = clock::now();
    bed_.pool.async_apply(same(1), [this](std::exception_ptr const& error, int) {
      took_.push_back(std::chrono::duration<double>(clock::now() - start_).count());
      if (error) std::rethrow_exception(error);
      if (--left_ > 0)
        next();
      else
        bed_.io.stop();
    });
  }

  pool_bed bed_;
  clock::time_point start_;
  std::vector<double> took_;
  std::size_t left_ = 0;
};

/// A worker and a bare process on the same CPUs, and this thread on its own.
comparison compare_on(std::vector<int> const& own, std::vector<int> const& other) {
  use_cpus(own);
  round_trips ours{{.workers = 1, .process = {.cpu_affinity = other}}};
  ping_pong raw{other};
  return compare<1>(
      {}, [&] { return std::array{ours.median_of(trips)}; },
      [&] { return std::array{raw.median_of(trips)}; })[0];
}

std::string text(comparison const& c, std::string_view where) {
  return "raw eventfd+epoll ping-pong " + number(c.raw * 1e6, 2) + " us, ours " + number(c.ours * 1e6, 2) +
         " us, both processes on " + std::string{where} + ", medians of " + std::to_string(c.calls * trips) +
         " each";
}

void measure_spin(std::vector<int> const& own, std::vector<int> const& other) {
  use_cpus(own);
  auto const step = [](round_trips& ours) {
    return run_steps({}, [&] { return ours.median_of(10 * trips); });
  };
  round_trips ours{{.workers = 1, .spin = 100us, .pool_spin = 100us, .process = {.cpu_affinity = other}}};
  report_pool("round_trip_spin_us", median(step(ours)) * 1e6, "us",
              "spin 100 us, parent and worker on a CPU each");
}

}  // namespace

void measure_round_trip() {
  auto const cpus = usable_cpus();
  std::vector<int> const first{cpus.front()};
  std::vector<int> const last{cpus.back()};

  auto const one = compare_on(first, first);
  report_pool("round_trip_ratio", one.ratio, "ratio", text(one, "one CPU"), "<= 1.5");
  if (cpus.size() > 1) {
    auto const two = compare_on(first, last);
    report_pool("round_trip_ratio_two_cpus", two.ratio, "ratio", text(two, "a CPU each"), "<= 1.5");
    measure_spin(first, last);
  }
  use_cpus(cpus);

  peers others;
  for (auto const library : peer_libraries)
    if (auto const answer = others.ask(library, "round_trip"))
      report_pool("round_trip_us_" + std::string{library}, answer->seconds * 1e6, "us", answer->how);
}

}  // namespace reeve::bench
