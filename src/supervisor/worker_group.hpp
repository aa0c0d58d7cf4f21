// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/restart_options.hpp"
#include "reeve/worker_spec.hpp"
#include "supervisor/group_fsm.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/worker_node.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace reeve {

/// An ordered group at work: carries out what its machine says, on the nodes of its members. On the strand.
class worker_group : public std::enable_shared_from_this<worker_group> {
 public:
  using nodes = std::vector<std::shared_ptr<worker_node>>;
  /// The nodes of a member, by its name, as they are now.
  using members_of = std::function<nodes const&(std::string const& name)>;

  worker_group(boost::asio::any_io_executor const& strand, group_spec const& spec, members_of members);

  std::string const& name() const noexcept { return name_; }
  std::vector<std::string> const& members() const noexcept { return members_; }

  void start();
  void stop(bool graceful);
  void restart(restart_options const& options);
  void abandon() { timer_.cancel(); }

  /// Tells `watch` when the group gives up, or it or one of its workers is stopped, before all are ready.
  void tell_when_down(std::weak_ptr<ready_watch> watch) {
    std::erase_if(watches_, [](auto const& w) { return w.expired(); });
    watches_.push_back(std::move(watch));
  }

  /// Posts `f` once the group is down, or was told to start again.
  void when_down(std::function<void()> f);

  /// Something happened to one of its nodes.
  void happened(worker_node& node, worker_event const& event);
  /// A member has other instances than before.
  void instances_changed(std::string const& member);

  /// A command is about to stop this worker, and not the group: it stays down when the group is restarted by
  /// itself, until a command starts it or the group.
  void stopped_alone(std::shared_ptr<worker_node> const& node) { kept_down_.insert(node); }
  /// A command is about to start this worker, and not the group.
  void started_alone(std::shared_ptr<worker_node> const& node) { kept_down_.erase(node); }

  /// Whether its members are restarted by it, and not each by itself.
  bool restarts_together() const noexcept { return strategy_ != group_strategy::one_for_one; }

  /// Whether it is on its way up or down.
  bool moving() const noexcept { return !down() && fsm_.current() != group_fsm::phase::up; }

  bool down() const noexcept { return fsm_.current() == group_fsm::phase::down; }

 private:
  using clock = std::chrono::steady_clock;

  void apply(group_fsm::actions const& actions);
  void start_member(std::size_t member);
  void stop_member(std::size_t member);
  void look_at(std::size_t member);
  void look_whether_ready(std::size_t member);
  void look_whether_down(std::size_t member);
  void give_up_those_that_wait();
  void arm_timer();
  void tell_watches(error why, std::string const& message);
  void tell_stops();
  std::size_t member_of(std::string const& name) const;

  std::string name_;
  group_strategy strategy_;
  restart_policy policy_;
  std::vector<std::string> members_;
  members_of find_;
  group_fsm fsm_;
  std::string restart_reason_;    // of the last command to restart
  bool stopping_member_ = false;  // not all of its instances have been told yet
  std::set<std::weak_ptr<worker_node>, std::owner_less<>> kept_down_;  // by a command for them alone
  std::vector<std::weak_ptr<ready_watch>> watches_;
  std::vector<std::function<void()>> stops_;  // who waits for it to be down
  boost::asio::steady_timer timer_;
};

}  // namespace reeve
