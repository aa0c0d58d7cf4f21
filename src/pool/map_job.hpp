// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pool/batch.hpp"
#include "pool/chunk_size.hpp"
#include "reeve/detail/pool_ops.hpp"
#include "reeve/span.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace reeve::detail {

/// What a map needs of its pool. Thread-safe. Neither `submit` nor `cancel` waits for anything.
class batch_port {
 public:
  virtual ~batch_port() = default;
  virtual std::size_t workers() const = 0;
  virtual std::uint64_t max_message() const = 0;
  virtual std::shared_ptr<void> keep_open() = 0;
  virtual std::uint64_t new_id() = 0;
  /// Does not call the sink before it returns.
  virtual void submit(std::uint64_t id, batch what, std::shared_ptr<batch_sink> sink) = 0;
  virtual void cancel(std::uint64_t id) = 0;
};

/// A map: cuts its elements into chunks, keeps the workers supplied with these, and hands what becomes of the
/// elements to its sink.
///
/// The chunks that are in flight keep it alive. One thread at a time reads the source, without the lock, for that
/// is the application's code; the sink is called under the lock.
class map_job_impl final : public map_job, public std::enable_shared_from_this<map_job_impl> {
 public:
  map_job_impl(std::unique_ptr<batch_port> port, boost::asio::any_io_executor const& executor,
               map_job_params params, std::unique_ptr<element_source> source,
               std::shared_ptr<element_sink> sink);

  void start() override;
  void resume() override;
  void cancel() override;

 private:
  class chunk;
  struct elements;
  using lock = std::unique_lock<std::mutex>;
  using batch_ids = std::vector<std::uint64_t>;

  void post_supply();
  void supply();
  std::size_t wanted() const;
  elements read_elements(std::size_t most);
  void read_element(elements& out);
  void take_over(elements read, lock& held);
  void submit(batch what, std::size_t first, lock& held);

  void succeeded(chunk& of, std::size_t index, std::string_view result, std::chrono::nanoseconds run_time);
  void succeeded(chunk& of, std::size_t first, std::size_t count, result_run results,
                 std::chrono::nanoseconds run_time);
  void failed(chunk& of, std::size_t index, std::exception_ptr error, std::chrono::nanoseconds run_time);
  void ended(chunk& which);
  batch_ids element_failed(std::size_t index, std::exception_ptr error);
  void elements_ended(std::size_t count);
  batch_ids stop(std::exception_ptr why);
  void cancel_all(batch_ids const& ids);
  void say_progress();
  void finish_if_over(lock& held);
  void end_span();

  std::unique_ptr<batch_port> const port_;
  boost::asio::any_io_executor const executor_;  // runs one thing at a time where progress is told
  std::optional<span> span_;                     // where this process is tracing
  map_job_params const params_;

  std::mutex mutex_;
  std::unique_ptr<element_source> source_;
  std::shared_ptr<element_sink> sink_;
  std::optional<std::size_t> const total_;
  chunk_size sizes_;
  std::shared_ptr<void> open_;
  std::unordered_set<std::uint64_t> in_flight_;
  std::size_t begun_ = 0;
  std::size_t done_ = 0;
  std::exception_ptr error_;    // what it finishes with
  bool supply_posted_ = false;  // somebody will look whether to read on
  bool supplying_ = false;      // somebody reads the source, and looks again when he has
  bool source_ended_ = false;   // no more elements are read
  bool stopping_ = false;       // nor handed over, and those that run are cancelled
  bool finished_ = false;
  bool progress_posted_ = false;
  std::chrono::steady_clock::time_point progress_at_;
};

}  // namespace reeve::detail
