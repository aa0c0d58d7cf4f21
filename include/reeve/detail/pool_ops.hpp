// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/task_fn.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Where the templates of the public headers meet the compiled pool.

namespace reeve {

struct pool_params;
struct worker_id;

namespace detail {

class pool_impl;

/// Receives what became of one task. One of `succeed` and `fail` is called, once, and destroys the object; they
/// throw what the user's handler throws. It is destroyed without a call where the context went away.
class task_sink {
 public:
  virtual ~task_sink() = default;
  /// An attempt at it has ended on a worker, after so long: zero where that is not known, because the worker died or
  /// was killed. Called at most once for each attempt, before the outcome is told, and not for an attempt that never
  /// began. Under the pool's lock: it calls nothing of the pool, and does not throw.
  virtual void ran(worker_id const& /*worker*/, std::chrono::nanoseconds /*run_time*/) {}
  /// `result` is valid during the call.
  virtual void succeed(std::string_view result) = 0;
  virtual void fail(std::exception_ptr error) = 0;
};

/// A number for a task that is to be submitted. Thread-safe.
REEVE_DECL std::uint64_t new_task_id(pool_impl& pool) noexcept;

/// Submits a task. Never calls the sink before it returns. Thread-safe.
REEVE_DECL void submit_task(std::shared_ptr<pool_impl> const& pool, std::uint64_t id, call_data call,
                            bool cancellable, std::unique_ptr<task_sink> sink);

/// Revokes it, or asks it to stop. Nothing where it has ended. Thread-safe.
REEVE_DECL void cancel_task(std::weak_ptr<pool_impl> const& pool, std::uint64_t id);

/// The elements of a map, one after the other. Used by one thread at a time.
class element_source {
 public:
  enum class step { element, bad_element, end };
  virtual ~element_source() = default;
  /// How many there are, where that is known. Asked before the first.
  virtual std::optional<std::size_t> size() = 0;
  /// Appends the encoded arguments of the next one; or sets the error of one that cannot be encoded. What it
  /// throws ends the whole operation.
  virtual step next(std::string& arguments, std::exception_ptr& error) = 0;
  /// Appends the arguments of several at once, each behind its size in 32 bits, the low byte first: of at most so
  /// many, and at most so many bytes. None: ask `next`.
  virtual std::size_t next_some(std::string& /*frames*/, std::size_t /*most*/, std::size_t /*most_bytes*/) {
    return 0;
  }
};

/// The results of several elements, one after the other: each behind a word that has its size in the bits 8 to 31,
/// and padded to a multiple of 8 bytes. It was checked that they are whole.
class result_run {
 public:
  explicit result_run(std::string_view bytes) noexcept : bytes_{bytes} {}

  bool empty() const noexcept { return bytes_.empty(); }
  /// The first one, which is taken off.
  std::string_view take() noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_.data(), sizeof word);
    auto const size = static_cast<std::size_t>(word >> 8U & 0xff'ffffU);
    auto const result = bytes_.substr(sizeof word, size);
    bytes_.remove_prefix(sizeof word + (size + 7) / 8 * 8);
    return result;
  }

 private:
  std::string_view bytes_;
};

/// Receives what became of the elements. Called by one thread at a time, mostly under a lock: it calls nothing of
/// the application's but codecs, except in `finish`.
class element_sink {
 public:
  virtual ~element_sink() = default;
  /// Takes a result, or says why it cannot be decoded: then `fail` is called for it.
  virtual std::exception_ptr succeed(std::size_t index, std::string_view result) = 0;
  virtual void fail(std::size_t index, std::exception_ptr error) = 0;
  /// The same for `count` that follow each other: takes one after the other, and moves the index on to the next,
  /// until one cannot be decoded.
  virtual std::exception_ptr succeed_all(std::size_t& index, [[maybe_unused]] std::size_t count,
                                         result_run& results) {
    while (!results.empty())
      if (auto error = succeed(index++, results.take())) return error;
    return nullptr;
  }
  /// After the last element; with the error that ended it all, where there is one. Called once, from the
  /// executor and without a lock.
  virtual void finish(std::exception_ptr error) = 0;
  /// How many elements were read from it. Only asked where `map_job_params::read_ahead` is set.
  virtual std::size_t read() { return 0; }
};

/// How the elements are run.
struct map_job_params {
  std::uint32_t function = 0;
  /// Zero: chosen by the time that the elements take.
  std::size_t chunk = 0;
  std::shared_ptr<call_options const> options{};
  /// So many elements may be begun and not yet read: zero for what keeps the workers busy. Not set: all.
  std::optional<std::size_t> read_ahead{};
  /// The first element that fails ends it all.
  bool first_error_ends = false;
  std::function<void(std::size_t done, std::size_t total)> on_progress{};
};

/// A map that goes on. Dropping it lets it go on.
class map_job {
 public:
  virtual ~map_job() = default;
  /// Begins. Once, first of all. The elements are read on the pool's executor; the sink is not called before this
  /// returns.
  virtual void start() = 0;
  /// Elements were read: there may be room for more. Thread-safe.
  virtual void resume() = 0;
  /// Ends all that runs, and finishes with operation_aborted. Thread-safe.
  virtual void cancel() = 0;
};

REEVE_DECL std::shared_ptr<map_job> make_map(std::shared_ptr<pool_impl> const& pool, map_job_params params,
                                             std::unique_ptr<element_source> source,
                                             std::shared_ptr<element_sink> sink);

/// What became of an element, still encoded.
struct raw_item {
  std::size_t index = 0;
  std::string result{};
  /// Instead of a result.
  std::exception_ptr error{};
};

/// The results of a map for one reader. Its end cancels what still runs, and aborts the reader.
class raw_stream {
 public:
  using handler = boost::asio::any_completion_handler<void(std::exception_ptr, std::optional<raw_item>)>;
  virtual ~raw_stream() = default;
  virtual boost::asio::any_io_executor const& executor() const noexcept = 0;
  /// Waits for the next one.
  virtual void next(handler handler) = 0;
};

/// Begins at once.
REEVE_DECL std::unique_ptr<raw_stream> start_stream(std::shared_ptr<pool_impl> const& pool,
                                                    map_job_params params,
                                                    std::unique_ptr<element_source> source,
                                                    bool in_order_of_completion);

/// The executor of a pool.
REEVE_DECL boost::asio::any_io_executor const& pool_executor(pool_impl const& pool) noexcept;

}  // namespace detail
}  // namespace reeve
