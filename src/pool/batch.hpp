// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/detail/pool_ops.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

// What a map hands to its pool.

namespace reeve {

/// Receives what became of the elements of a batch: of each exactly one success or failure, and `end` after the
/// last, also where workers die, limits pass, or the pool closes. Called without a lock (and destroyed without it),
/// by one thread at a time, never from inside the submission.
class batch_sink {
 public:
  virtual ~batch_sink() = default;
  /// `result` is valid during the call. `run_time`: of this element; of quick ones it may be
  /// zero, and be part of what is said of a later one.
  virtual void succeed(std::uint32_t element, std::string_view result, std::chrono::nanoseconds run_time) = 0;
  /// The same for `count` elements that follow each other; `run_time`: of all of them.
  virtual void succeed_all(std::uint32_t first, std::uint32_t count, detail::result_run results,
                           std::chrono::nanoseconds run_time) {
    while (!results.empty()) succeed(first++, results.take(), run_time / count);
  }
  /// `run_time` is zero where it did not run, or where that is not known.
  virtual void fail(std::uint32_t element, std::exception_ptr error, std::chrono::nanoseconds run_time) = 0;
  /// The last call.
  virtual void end() = 0;
};

/// Calls of one function that travel together.
struct batch {
  std::uint32_t function = 0;
  /// Of each element the size of its encoded arguments (32 bits, the low byte first) and these. No element is
  /// longer than `detail::pool_max_message`; all of them together may be.
  std::string frames{};
  /// How many elements: at least one.
  std::uint32_t count = 0;
  /// For each of them. Null where nothing was said.
  std::shared_ptr<call_options const> options{};
  /// Its map has kept the pool open since before it closed: a pool that is closing takes it all the same.
  bool kept_open = false;
};

namespace detail {

/// Thread-safe. The elements that a worker did not get to are run elsewhere when it dies.
void submit_batch(std::shared_ptr<pool_impl> const& pool, std::uint64_t id, batch what,
                  std::shared_ptr<batch_sink> sink);

/// How many tasks its workers run at a time. Thread-safe.
std::size_t pool_workers(pool_impl const& pool) noexcept;

/// `pool_params::max_message_size`.
std::uint64_t pool_max_message(pool_impl const& pool) noexcept;

/// While what it returns lives, a pool that is closing does not stop its workers, and takes batches that say so:
/// more of them are to come. Null where the pool takes no tasks (any more). Thread-safe, and so is letting go.
std::shared_ptr<void> keep_open(std::shared_ptr<pool_impl> const& pool);

}  // namespace detail
}  // namespace reeve
