// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "reeve/diagnostics.hpp"
#include "supervisor/worker_node.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace reeve {

/// A pending operation of a supervisor: its handler, and how it ends. On the strand.
class operation : public std::enable_shared_from_this<operation> {
 public:
  using handler_type = boost::asio::any_completion_handler<void(error_code)>;

  /// Its handler is posted through `calls`, behind the application's callbacks that are under way there: who
  /// waits for a stop has heard of it by then.
  operation(handler_type handler, diagnostics* diag, boost::asio::any_io_executor const& fallback,
            boost::asio::any_io_executor calls);
  virtual ~operation() = default;
  operation(operation const&) = delete;
  operation& operator=(operation const&) = delete;

  bool done() const noexcept { return done_; }

  /// Completes it, once; later calls do nothing.
  void complete(error_code ec, diagnostics why = {});

  /// Lets the handler's cancellation slot reach it through the strand: it completes with
  /// `operation_aborted`, and `on_cancel` is called. Called on the initiating thread, once.
  void listen_for_cancellation(boost::asio::any_io_executor strand);

  /// What a cancellation does beside ending the wait.
  std::function<void()> on_cancel;
  /// Called when it completes, however.
  std::function<void()> on_done;

  void cancel();

 private:
  handler_type::cancellation_slot_type slot_;
  completion<error_code> completion_;
  boost::asio::any_io_executor calls_;
  boost::asio::any_io_executor strand_;
  diagnostics* diag_;
  bool done_ = false;
};

/// Waits until all of some workers are ready, or the first fails.
class ready_watch : public node_watcher, public std::enable_shared_from_this<ready_watch> {
 public:
  using callback = std::function<void(error_code, diagnostics)>;

  explicit ready_watch(callback done) : done_{std::move(done)} {}

  /// The workers that are to be ready, in an incarnation that has not started yet at the time of the call.
  /// Call it before they are told to start; `begin` after.
  void expect(worker_node& node);
  /// Nothing more is expected: with no worker to wait for it is done.
  void begin();

  /// A group may stop its workers on their way to being ready; it says itself when it gives up.
  void leave_stops_to_the_group() noexcept { stops_are_the_groups_ = true; }
  void fail(error_code ec, diagnostics why) { finish(ec, std::move(why)); }

  bool hear(worker_node& node, worker_event const& event) override;

 private:
  void finish(error_code ec, diagnostics why);

  callback done_;
  std::vector<std::pair<worker_node const*, std::uint64_t>> waiting_;  // and the least generation that counts
  bool stops_are_the_groups_ = false;
};

/// Waits until all of some workers are down: at rest, or already on their way up again by another command.
class rest_watch : public node_watcher, public std::enable_shared_from_this<rest_watch> {
 public:
  using callback = std::function<void()>;

  explicit rest_watch(callback done) : done_{std::move(done)} {}

  /// A worker that was told to stop.
  void expect(worker_node& node);
  /// Something else that has to come about: call what is returned when it has.
  callback expect_one();
  void begin();

  bool hear(worker_node& node, worker_event const& event) override;

 private:
  callback done_;
  std::vector<std::pair<worker_node const*, std::uint64_t>> waiting_;  // and the generation that is to end
  std::size_t others_ = 0;
};

}  // namespace reeve
