// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/task_error.hpp>
#include "pool/map_job.hpp"
#include "pool/result_queue.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

// Maps and streams over a pool.

namespace reeve::detail {

namespace {

/// A pool that may be destroyed meanwhile.
class pool_port final : public batch_port {
 public:
  explicit pool_port(std::shared_ptr<pool_impl> const& pool)
      : pool_{pool}, executor_{pool_executor(*pool)}, max_message_{pool_max_message(*pool)} {}

  std::size_t workers() const override {
    auto const pool = pool_.lock();
    return pool ? pool_workers(*pool) : 0;
  }
  std::uint64_t max_message() const override { return max_message_; }
  std::shared_ptr<void> keep_open() override {
    auto const pool = pool_.lock();
    return pool ? reeve::detail::keep_open(pool) : nullptr;
  }
  // Without a pool nobody asks what the number means: it only has to differ from the pool's.
  std::uint64_t new_id() override {
    auto const pool = pool_.lock();
    return pool ? new_task_id(*pool) : ++without_pool_;
  }
  void submit(std::uint64_t id, batch what, std::shared_ptr<batch_sink> sink) override {
    if (auto const pool = pool_.lock()) return submit_batch(pool, id, std::move(what), std::move(sink));
    boost::asio::post(executor_, [count = what.count, sink = std::move(sink)] {
      auto const closed = std::make_exception_ptr(pool_closed{"the pool was destroyed"});
      for (std::uint32_t element = 0; element < count; ++element) sink->fail(element, closed, {});
      sink->end();
    });
  }
  void cancel(std::uint64_t id) override { cancel_task(pool_, id); }

 private:
  std::weak_ptr<pool_impl> const pool_;
  boost::asio::any_io_executor const executor_;
  std::uint64_t const max_message_;
  std::atomic<std::uint64_t> without_pool_{std::uint64_t{1} << 63U};
};

class pool_stream final : public raw_stream {
 public:
  pool_stream(std::shared_ptr<map_job> job, std::shared_ptr<result_queue> queue) noexcept
      : job_{std::move(job)}, queue_{std::move(queue)} {}
  pool_stream(pool_stream const&) = delete;
  pool_stream& operator=(pool_stream const&) = delete;
  ~pool_stream() override {
    queue_->abandon();
    job_->cancel();
  }

  boost::asio::any_io_executor const& executor() const noexcept override { return queue_->executor(); }
  // The handler may end the stream, on another thread, before this is done.
  void next(handler h) override {
    auto const job = job_;
    auto const queue = queue_;
    queue->async_next(std::move(h));
    job->resume();
  }

 private:
  std::shared_ptr<map_job> const job_;
  std::shared_ptr<result_queue> const queue_;
};

}  // namespace

std::shared_ptr<map_job> make_map(std::shared_ptr<pool_impl> const& pool, map_job_params params,
                                  std::unique_ptr<element_source> source,
                                  std::shared_ptr<element_sink> sink) {
  return std::make_shared<map_job_impl>(std::make_unique<pool_port>(pool), pool_executor(*pool),
                                        std::move(params), std::move(source), std::move(sink));
}

std::unique_ptr<raw_stream> start_stream(std::shared_ptr<pool_impl> const& pool, map_job_params params,
                                         std::unique_ptr<element_source> source,
                                         bool in_order_of_completion) {
  auto queue = std::make_shared<result_queue>(pool_executor(*pool), in_order_of_completion);
  auto job = make_map(pool, std::move(params), std::move(source), queue);
  job->start();
  return std::make_unique<pool_stream>(std::move(job), std::move(queue));
}

}  // namespace reeve::detail
