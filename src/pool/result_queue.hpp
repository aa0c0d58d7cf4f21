// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "reeve/detail/pool_ops.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace reeve::detail {

/// What stands between a map and the one reader of its results. It holds no more than the map begins, and that
/// depends on what was read. Thread-safe.
class result_queue final : public element_sink, public std::enable_shared_from_this<result_queue> {
 public:
  result_queue(boost::asio::any_io_executor executor, bool in_order_of_completion)
      : executor_{std::move(executor)}, in_order_of_completion_{in_order_of_completion} {}

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

  /// Nothing at the end.
  void async_next(raw_stream::handler handler);

  /// Nobody reads any more: drops what it holds and what comes, and aborts a reader that waits.
  void abandon();

  std::exception_ptr succeed(std::size_t index, std::string_view result) override;
  void fail(std::size_t index, std::exception_ptr error) override;
  void finish(std::exception_ptr error) override;
  std::size_t read() override;

 private:
  using waiter = completion<std::exception_ptr, std::optional<raw_item>>;

  void put(raw_item item);
  bool has_item() const noexcept { return !items_.empty() && items_.front(); }
  raw_item take_item();
  void end_wait(std::uint64_t which);

  boost::asio::any_io_executor const executor_;
  bool const in_order_of_completion_;
  std::mutex mutex_;
  std::deque<std::optional<raw_item>> items_;  // in the order of the elements the first is number `read_`
  std::size_t read_ = 0;
  bool ended_ = false;
  bool abandoned_ = false;
  std::exception_ptr error_;
  std::unique_ptr<waiter> waiter_;
  std::uint64_t waits_ = 0;  // so many so far: tells a wait from a later one
};

}  // namespace reeve::detail
