// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"
#include "nats/nats_link.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace reeve::detail {

/// Who published something, and is told what became of it.
class nats_publishing {
 public:
  virtual ~nats_publishing() = default;
  /// The stream has the item, or has it already.
  virtual void stored(std::size_t item) = 0;
  virtual void refused(std::size_t item, std::string const& why) = 0;
};

/// Publishes messages to streams without waiting for each, and sees what the streams say. For one thread; its
/// members block.
class nats_line {
 public:
  using clock = std::chrono::steady_clock;

  explicit nats_line(nats_link& link) : link_{link} {}

  /// Uses the link's connection, waiting for it. Throws a `nats_failure`, also when it was lost while
  /// something was under way: that is forgotten then.
  void use(clock::time_point deadline);

  /// Of an item that a stream is to store. Throws a `nats_failure`.
  void publish(std::shared_ptr<nats_publishing> const& owner, std::size_t item, natsMsg* message);

  /// The reply subject for the next message that is published.
  std::string next_reply() const;

  /// Without an answer. Throws a `nats_failure`.
  void send(char const* subject, std::string_view body);

  /// Sends what libnats holds back, and waits until the server has it.
  void flush(clock::time_point deadline);
  bool needs_flush() const noexcept { return unflushed_; }

  /// Tells the owners what has come. Waits for the first answer for that time at most; whether there was one.
  /// Throws a `nats_failure`, also where a stream is missing.
  bool collect(std::chrono::milliseconds wait);

  std::size_t under_way() const noexcept { return under_way_; }

  /// Forgets what is under way.
  void forget() noexcept;

  std::size_t max_payload() const;
  /// Whether its connection is still the one that is used.
  bool is_current() const noexcept { return link_.is_current(session_); }

 private:
  struct entry {
    std::shared_ptr<nats_publishing> owner{};
    std::size_t item = 0;
  };

  void subscribe();
  void answer(natsMsg* message);

  nats_link& link_;
  nats_link::session session_{};
  nats_ptr<natsSubscription> subscription_{};
  std::string inbox_{};
  std::deque<entry> entries_{};  // in the order of their numbers
  std::uint64_t first_ = 0;      // the number of the first of them
  std::size_t under_way_ = 0;
  bool unflushed_ = false;
};

}  // namespace reeve::detail
