// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/worker_spec.hpp"
#include "supervisor/group_fsm.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/worker_node.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
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
  void restart();
  void abandon() { timer_.cancel(); }

  /// Tells `watch` when the group gives up, or is stopped, before its workers are ready.
  void tell_when_down(std::weak_ptr<ready_watch> watch) {
    std::erase_if(watches_, [](auto const& w) { return w.expired(); });
    watches_.push_back(std::move(watch));
  }

  /// Something happened to one of its nodes.
  void happened(worker_node& node, worker_event const& event);

  /// Whether its members are restarted by it, and not each by itself.
  bool restarts_together() const noexcept { return strategy_ != group_strategy::one_for_one; }

  bool down() const noexcept { return fsm_.current() == group_fsm::phase::down; }

 private:
  void apply(group_fsm::actions const& actions);
  void start_member(std::size_t member);
  void stop_member(std::size_t member);
  void look_at(std::size_t member);
  void arm_timer();
  void tell_watches();
  std::size_t member_of(worker_node const& node) const;

  std::string name_;
  group_strategy strategy_;
  restart_policy policy_;
  std::vector<std::string> members_;
  members_of find_;
  group_fsm fsm_;
  std::vector<std::weak_ptr<ready_watch>> watches_;
  boost::asio::steady_timer timer_;
};

}  // namespace reeve
