// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"
#include "nats/nats_link.hpp"
#include "nats/nats_names.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace reeve::detail {

/// Asks the consumer for tasks and receives them. For one thread; its members block.
///
/// A request is one-shot: the server gives what it has, waits where it has nothing, and ends the request with
/// the first that it gives. So nothing is held back, and nothing comes that nobody asked for.
class nats_puller {
 public:
  using clock = std::chrono::steady_clock;

  nats_puller(nats_link& link, nats_names const& names) : link_{link}, names_{names} {}

  /// Waits a short time for messages; `most` are asked for where nothing is asked for now. Throws a
  /// `nats_failure`.
  std::vector<nats_ptr<natsMsg>> receive(std::size_t most);

  /// Whether a request is with the server.
  bool asked() const noexcept { return request_.has_value(); }

  /// Null before it was first connected.
  natsConnection* connection() const noexcept { return session_.connection.get(); }

  /// Asks no more; what had come.
  std::vector<nats_ptr<natsMsg>> end() noexcept;

 private:
  struct request {
    std::size_t asked;
    std::size_t remaining;
    clock::time_point made;
  };

  void take(std::vector<nats_ptr<natsMsg>>& messages);
  void use(nats_link::session session);
  bool ask(std::size_t most, clock::time_point deadline);
  bool next(std::chrono::milliseconds wait, nats_ptr<natsMsg>& message);
  void read_status(natsMsg* message);

  nats_link& link_;
  nats_names const& names_;
  nats_link::session session_{};
  nats_ptr<natsSubscription> subscription_{};
  std::string inbox_{};
  std::string reply_{};  // of the last request
  std::uint64_t requests_ = 0;
  std::optional<request> request_{};
  /// The server said that others wait for what there is: wait in line.
  bool in_line_ = false;
};

}  // namespace reeve::detail
