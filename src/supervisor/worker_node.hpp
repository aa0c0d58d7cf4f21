// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "process/child.hpp"
#include "reeve/restart_options.hpp"
#include "shm/control_message.hpp"
#include "supervisor/heartbeat_watch.hpp"
#include "supervisor/node_host.hpp"
#include "supervisor/spawn_job.hpp"
#include "supervisor/worker_fsm.hpp"
#include "supervisor/worker_spans.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reeve {

class worker_node;

/// Something that waits for a worker to get somewhere.
class node_watcher {
 public:
  virtual ~node_watcher() = default;
  /// Returns whether it wants to hear more.
  virtual bool hear(worker_node& node, worker_event const& event) = 0;
};

/// One worker of a supervisor: carries out what its machine says, with a timer, a process, and what it shares
/// with that process. All on the supervisor's strand.
class worker_node : public std::enable_shared_from_this<worker_node> {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  worker_node(node_host& host, std::shared_ptr<worker_spec const> spec, std::size_t index,
              bool restarted_by_group);
  worker_node(worker_node const&) = delete;
  worker_node& operator=(worker_node const&) = delete;
  ~worker_node();

  /// Tells that it was added.
  void add();

  // Commands.
  void start();
  void stop(bool graceful, exit_cause cause = exit_cause::stop, std::string const& reason = {});
  void restart(restart_options const& options);
  void give_up();
  void turn();
  error_code signal(int number);
  /// Lets go of the process, as its spec says for the supervisor's end, and hears no more of it.
  void abandon();
  /// Takes it off the board; it must be at rest.
  void remove();

  /// Looks whether what it wrote on its page makes sense, and ends it if not.
  bool check_page();
  /// Looks whether it beat; `most` as for `heartbeat_watch::check`.
  void check_heartbeat(time_point now, duration most);
  duration heartbeat_period() const noexcept { return heartbeat_->check_period(); }

  void add_watcher(std::shared_ptr<node_watcher> watcher) { watchers_.push_back(std::move(watcher)); }

  worker_fsm const& fsm() const noexcept { return fsm_; }
  worker_spec const& spec() const noexcept { return *spec_; }
  worker_id id() const { return {spec_->name, index_, fsm_.generation()}; }
  std::size_t index() const noexcept { return index_; }
  /// Whether it has been ready since it was last started by command or by its group.
  bool was_ready() const noexcept { return was_ready_; }
  void forget_ready() noexcept { was_ready_ = false; }
  /// For the host's count of those that may be starting.
  bool counted_as_starting = false;
  bool waiting_for_turn = false;

 private:
  using clock = std::chrono::steady_clock;
  struct incarnation;

  /// Calls `f(*node)` on its strand. For the launch thread, inside the context's gate: the node goes along, so that
  /// its last owner is never that thread.
  template <class F>
  static void enter_strand(std::shared_ptr<worker_node> node, F f) {
    if (!node) return;
    auto const strand = node->around_->strand;
    boost::asio::post(strand, [node = std::move(node), f = std::move(f)] { f(*node); });
  }

  void apply(worker_fsm::actions const& actions);
  void arm_timer();
  void timer_fired();

  void spawn();
  std::optional<std::string> adapt(spawn_order& order) const;
  void spawned(std::uint64_t generation, spawn_result& result);
  error_code adopt(spawn_result& result);
  void spawn_refused(launch_failure const& failure);
  void watch_incarnation();
  bool page_says_ready();
  void heard(std::uint64_t generation, control_message const& message);
  void call_unhealthy(std::uint64_t generation, exit_cause cause, error_code why, std::string reason);
  void process_ended(std::uint64_t generation, child_exit const& exit);
  void inspect_then_bury(std::uint64_t generation, child_exit const& exit);
  void bury(std::uint64_t generation, child_exit const& exit, bool out_of_memory);
  void record_exit(std::shared_ptr<exit_record> record);
  void ends_because(std::string const& reason);
  bool counts_against_budget(exit_status status, bool mendable) const;

  void report(worker_action const& action);
  std::string marker() const;
  worker_view view() const;
  /// Brings the board up to the machine's state, in one step with the event, if any.
  void publish(worker_event const* event);
  void publish_heartbeat();

  node_host& host_;
  std::shared_ptr<node_host::surroundings const> around_;
  std::shared_ptr<worker_spec const> spec_;
  std::size_t const index_;
  std::shared_ptr<status_board::entry> entry_;
  worker_fsm fsm_;
  boost::asio::steady_timer timer_;
  std::optional<time_point> armed_for_;
  std::unique_ptr<incarnation> now_;  // what belongs to the current process
  std::optional<heartbeat_watch> heartbeat_;
  std::optional<boost::asio::executor_work_guard<boost::asio::any_io_executor>> spawn_work_;
  std::vector<std::shared_ptr<node_watcher>> watchers_;
  std::shared_ptr<exit_record const> last_exit_;
  worker_spans spans_;
  // Why the current process is being ended, for its exit record.
  error_code why_;
  std::string reason_;
  bool was_ready_ = false;
  bool abandoned_ = false;
};

}  // namespace reeve
