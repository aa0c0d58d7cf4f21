// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <string>
#include <nats/nats.h>

namespace reeve::bench {

/// A bare client of libnats: what the pipeline is measured against.
class bare_nats {
 public:
  explicit bare_nats(std::string const& url);
  bare_nats(bare_nats const&) = delete;
  bare_nats& operator=(bare_nats const&) = delete;
  ~bare_nats();

  /// A work queue with a durable pull consumer, both of this name; or a stream that keeps what it gets.
  void make_queue(std::string const& name, std::string const& subject);
  void make_stream(std::string const& name, std::string const& subject);
  /// Puts so many messages into `subject`.
  void fill(std::string const& subject, std::size_t count);
  /// Fetches so many messages in batches and acknowledges them; where `results` is no empty subject it publishes one
  /// message for each there first.
  void consume(std::string const& queue, std::size_t count, int batch, std::string const& results = {});
  /// How many messages a stream has.
  std::size_t messages_in(std::string const& stream);

 private:
  natsConnection* connection_ = nullptr;
  jsCtx* js_ = nullptr;
};

}  // namespace reeve::bench
