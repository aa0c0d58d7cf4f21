// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/delivery_map.hpp"
#include "nats/nats_call.hpp"
#include "nats/nats_line.hpp"
#include "nats/nats_names.hpp"
#include "nats/publish_plan.hpp"
#include "reeve/task_message.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reeve::detail {

/// What somebody waits for the publishing thread to do. Used by that thread only.
class nats_job : public nats_publishing, public std::enable_shared_from_this<nats_job> {
 public:
  nats_job(std::shared_ptr<pending_call> waiter, std::chrono::steady_clock::duration timeout)
      : call{std::move(waiter)}, timeout_{timeout} {
    renew_deadline();
  }

  /// Sends what is to be sent, or the next part of it.
  virtual void send(nats_line& line) = 0;
  /// Whether `send` is to be called again when all has been answered.
  virtual bool has_more() const { return false; }
  /// All was answered: acknowledges.
  virtual void answered(nats_line& line) { static_cast<void>(line); }
  /// All that was sent is with the server.
  virtual void flushed() {}

  void stored(std::size_t /*item*/) override { --open; }
  void refused(std::size_t /*item*/, std::string const& why) override {
    --open;
    if (error.empty()) error = why;
  }

  void renew_deadline() { deadline = std::chrono::steady_clock::now() + timeout_; }

  std::shared_ptr<pending_call> const call;
  std::chrono::steady_clock::time_point deadline{};
  std::size_t open = 0;  // messages whose stream has not answered
  bool sent = false;
  std::string error{};

 protected:
  void publish(nats_line& line, std::size_t item, natsMsg* message) {
    line.publish(shared_from_this(), item, message);
    ++open;
  }

 private:
  std::chrono::steady_clock::duration const timeout_;
};

/// Outcomes of deliveries.
class outcomes_job final : public nats_job {
 public:
  outcomes_job(std::shared_ptr<pending_call> waiter, std::chrono::steady_clock::duration timeout,
               publish_plan plan, std::shared_ptr<delivery_map> deliveries,
               std::shared_ptr<nats_names const> names);

  void send(nats_line& line) override;
  void stored(std::size_t item) override;
  void answered(nats_line& line) override;
  void flushed() override;

 private:
  void send_item(nats_line& line, std::size_t index, natsMsg* delivered);
  void send_result(nats_line& line, std::size_t index);
  void send_dead_letter(nats_line& line, std::size_t index, natsMsg* delivered);

  publish_plan const plan_;
  std::shared_ptr<delivery_map> const deliveries_;
  std::shared_ptr<nats_names const> const names_;
  std::vector<std::uint64_t> stored_;   // their outcomes are stored, and they are not acknowledged
  std::vector<std::uint64_t> settled_;  // acknowledged, one way or the other
};

/// Leases of deliveries.
class leases_job final : public nats_job {
 public:
  leases_job(std::shared_ptr<pending_call> waiter, std::chrono::steady_clock::duration timeout,
             std::vector<std::uint64_t> numbers, std::shared_ptr<delivery_map> deliveries)
      : nats_job{std::move(waiter), timeout},
        numbers_{std::move(numbers)},
        deliveries_{std::move(deliveries)} {}

  void send(nats_line& line) override;

 private:
  std::vector<std::uint64_t> const numbers_;
  std::shared_ptr<delivery_map> const deliveries_;
};

/// Tasks for the queue itself.
class submit_job final : public nats_job {
 public:
  submit_job(std::shared_ptr<pending_call> waiter, std::chrono::steady_clock::duration timeout,
             std::vector<task_message> tasks, std::shared_ptr<nats_names const> names)
      : nats_job{std::move(waiter), timeout}, tasks_{std::move(tasks)}, names_{std::move(names)} {}

  void send(nats_line& line) override;
  bool has_more() const override { return next_ < tasks_.size() && error.empty(); }

 private:
  void send_task(nats_line& line, task_message const& task);

  std::vector<task_message> const tasks_;
  std::shared_ptr<nats_names const> const names_;
  std::size_t next_ = 0;
};

/// A node's entry in the bucket.
class announce_job final : public nats_job {
 public:
  /// Without a body the entry goes. `bucket`: whether there is one.
  announce_job(std::shared_ptr<pending_call> waiter, std::chrono::steady_clock::duration timeout,
               std::shared_ptr<std::atomic<bool> const> bucket, std::string subject, std::string body)
      : nats_job{std::move(waiter), timeout},
        bucket_{std::move(bucket)},
        subject_{std::move(subject)},
        body_{std::move(body)} {}

  void send(nats_line& line) override;

 private:
  std::shared_ptr<std::atomic<bool> const> const bucket_;
  std::string const subject_;
  std::string const body_;
};

}  // namespace reeve::detail
