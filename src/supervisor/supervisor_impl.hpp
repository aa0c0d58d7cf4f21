// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/supervisor.hpp"
#include "supervisor/heartbeat_monitor.hpp"
#include "supervisor/node_host.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/start_turns.hpp"
#include "supervisor/worker_group.hpp"
#include "supervisor/worker_node.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace reeve::detail {

/// The collection of a supervisor's nodes and groups, and the commands on them. Everything runs on the strand,
/// except the board, which is for everybody.
class supervisor_impl final : public node_host, public std::enable_shared_from_this<supervisor_impl> {
 public:
  using handler = operation::handler_type;
  using operation_ptr = std::shared_ptr<operation>;

  supervisor_impl(boost::asio::any_io_executor executor, supervisor_params params);
  ~supervisor_impl();

  boost::asio::any_io_executor executor() const { return around_->user; }
  status_board& board() noexcept override { return board_; }
  status_board const& board() const noexcept { return board_; }

  /// Runs a command with its operation; on the strand.
  template <class Command>
  void run(operation_ptr const& op, Command& command) {
    if (op->done()) return;
    if (ended_) return op->cancel();
    operations_.insert(op);
    op->on_done = [this, raw = op.get()] { operations_.erase(raw->shared_from_this()); };
    command(*this, op);
  }

  /// The handle is gone: ends everything. Thread-safe.
  void close();

  // Commands.
  void start(worker_spec spec, operation_ptr const& op);
  void start_group(group_spec spec, operation_ptr const& op);
  void stop(worker_selector const& which, stop_options options, operation_ptr const& op);
  void stop_all(stop_options options, operation_ptr const& op);
  void restart(worker_selector const& which, restart_options const& options, operation_ptr const& op);
  void scale(std::string const& name, std::size_t count, operation_ptr const& op);
  void remove(std::string const& name, operation_ptr const& op);
  void send_signal(worker_selector const& which, int number, operation_ptr const& op);

  // What nodes need.
  std::shared_ptr<surroundings const> around() const noexcept override { return around_; }
  void wait_turn(worker_node& node) override;
  void happened(worker_node& node, worker_event const& event) override;
  void settled(worker_node& node) override;
  void watch_heartbeat(worker_node& node, bool on) override;

 private:
  using nodes = std::vector<std::shared_ptr<worker_node>>;

  /// The instances of one name.
  struct squad {
    std::shared_ptr<worker_spec const> spec;
    nodes instances;
    std::shared_ptr<worker_group> group;
  };
  struct selection {
    nodes workers;
    std::shared_ptr<worker_group> group;  // where a whole group was selected
    error_code error;
    std::string message;
  };

  squad& add_squad(worker_spec spec, std::shared_ptr<worker_group> group);
  void grow(squad& s, std::size_t count);
  std::shared_ptr<ready_watch> when_ready(operation_ptr const& op);
  std::shared_ptr<rest_watch> when_at_rest(operation_ptr const& op);
  void start_and_wait(nodes const& workers, operation_ptr const& op,
                      std::shared_ptr<worker_group> const& group);
  void retire(nodes const& surplus, operation_ptr const& op);
  void roll(nodes todo, restart_options const& options, operation_ptr const& op);
  selection select(worker_selector const& which) const;
  nodes of_group(worker_group const& group) const;
  nodes all() const;
  bool lists(worker_node const& node) const;
  void forget(std::string const& name);
  void forget_group(std::shared_ptr<worker_group> const& group, operation_ptr const& op);
  bool is_leaving(squad const& s) const;
  std::shared_ptr<worker_group> group_of(worker_node const& node) const;
  void call_event_handler(worker_event const& event);
  void check_page(worker_id const& worker) const;
  void end();
  void let_go();

  std::shared_ptr<void const> alive_ = std::make_shared<int>();
  std::shared_ptr<surroundings const> around_;
  status_board board_;
  std::map<std::string, squad> squads_;
  std::map<std::string, std::shared_ptr<worker_group>> groups_;
  std::set<std::string> leaving_;                    // groups that are removed once they are down
  std::set<std::shared_ptr<worker_node>> retiring_;  // scaled away or removed, and not down yet
  std::set<operation_ptr> operations_;
  start_turns turns_;
  heartbeat_monitor heartbeats_;
  bool ended_ = false;
};

}  // namespace reeve::detail
