// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A million tasks leave nothing behind.

#include "pool_test.hpp"
#include "sanitizers.hpp"

#include <fstream>
#include <malloc.h>

BOOST_AUTO_TEST_SUITE(pool_million)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

constexpr std::uint64_t warm_up = 10'000;
constexpr std::uint64_t all = under_sanitizer ? 100'000 : 1'000'000;
constexpr std::uint64_t window = 256;

// What was taken from the system and is in use, in KiB.
std::int64_t resident() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

std::size_t allocated() { return ::mallinfo2().uordblks; }

// Keeps so many calls in the pool until enough have ended.
class submitter {
 public:
  explicit submitter(pool_rig& pool) : pool_{pool} {}

  void run_until(std::uint64_t count) {
    goal_ = count;
    while (submitted_ < goal_ && submitted_ < ended_ + window) submit();
    pool_.until([&] { return ended_ == goal_; });
  }

  std::uint64_t wrong() const { return wrong_; }

 private:
  void submit() {
    ++submitted_;
    pool_->async_apply(square(3), [this](std::exception_ptr error, int nine) {
      ++ended_;
      if (error || nine != 9) ++wrong_;
      if (submitted_ < goal_) submit();
    });
  }

  pool_rig& pool_;
  std::uint64_t goal_ = 0;
  std::uint64_t submitted_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace

// The resident memory may have grown by 512 KiB, the allocated by 64: what the pool keeps is bounded by what it had
// at once, and that was the same before.
BOOST_AUTO_TEST_CASE(after_a_million_tasks_memory_and_descriptors_are_where_they_were) {
  pool_rig pool{pool_of(2)};
  pool.start();
  submitter calls{pool};
  calls.run_until(warm_up);
  auto const resident_before = resident();
  auto const allocated_before = allocated();
  auto const descriptors_before = open_descriptors();

  calls.run_until(all);
  BOOST_TEST(calls.wrong() == 0u);
  BOOST_TEST(open_descriptors() == descriptors_before);
  if (!under_sanitizer) {
    BOOST_TEST(resident() <= resident_before + 512);
    BOOST_TEST(allocated() <= allocated_before + 64 * 1024);
  }
  auto const status = pool->status();
  BOOST_TEST(status.submitted == all);
  BOOST_TEST(status.succeeded == all);
  BOOST_TEST(pool.downs.empty());
  BOOST_TEST(!pool.finish(pool->async_close()));
}

BOOST_AUTO_TEST_SUITE_END()
