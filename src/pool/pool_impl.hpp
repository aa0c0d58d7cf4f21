// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/context_gate.hpp"
#include "pool/batch.hpp"
#include "pool/dispatch_fsm.hpp"
#include "pool/pool_incarnation.hpp"
#include "pool/pool_operation.hpp"
#include "pool/pool_task.hpp"
#include "pool/wait_sampling.hpp"
#include "reeve/pool_params.hpp"
#include "reeve/pool_status.hpp"
#include "reeve/supervisor.hpp"
#include "shm/task_channel_layout.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace reeve::detail {

/// A worker of a pool, which the supervisor keeps alive: one incarnation after the other.
struct pool_worker {
  std::string name;
  std::shared_ptr<pool_incarnation> now{};
  /// It takes no more tasks, and goes when it has none.
  bool leaving = false;
  /// The supervisor was told to remove it.
  bool being_removed = false;
  /// Its replacement is being started.
  bool being_replaced = false;
  /// Called without the lock once it is gone.
  std::vector<std::function<void()>> when_gone{};
};

/// What a process_pool is: its tasks, its workers, and the supervisor of these.
///
/// All state is under one mutex, which is never held while anything of the application's is called. Each
/// incarnation has a chain of handlers that reads its results: one runs at a time.
class pool_impl : public std::enable_shared_from_this<pool_impl> {
 public:
  using clock = std::chrono::steady_clock;
  using operation = std::shared_ptr<pool_operation>;

  /// How often the memory of a busy worker is looked at.
  static constexpr auto memory_period = std::chrono::milliseconds{20};
  /// A worker that has ended nothing for so long gets nothing in advance.
  static constexpr auto pace_period = std::chrono::milliseconds{10};

  pool_impl(boost::asio::any_io_executor executor, pool_params params);
  ~pool_impl();
  /// To be called once it is held by a shared_ptr.
  void begin();

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }
  pool_params const& params() const noexcept { return params_; }
  pool_status status() const;
  /// What runs at a time.
  std::size_t capacity() const noexcept { return size_ * params_.concurrency; }

  // ---- tasks (pool_tasks.cpp)
  std::uint64_t new_id() noexcept { return next_id_.fetch_add(1, std::memory_order_relaxed); }
  void submit(std::unique_ptr<pool_task> task, std::exception_ptr failure);
  void cancel(std::uint64_t id);
  void wait_for_room(operation op);
  std::shared_ptr<void> keep_open();

  // ---- workers (pool_workers.cpp)
  void start(operation const& op);
  /// Nobody waits for the start any more.
  void abandon_start();
  void close(operation op);
  void join(operation op);
  void grow(operation const& op, std::size_t workers);
  void shrink(operation const& op, std::size_t workers);
  void restart(operation const& op);
  void terminate();
  bool terminate_worker(worker_id const& which);
  /// Its handle is gone.
  void destroy();

  /// A blank task, one that was used before where there is one.
  std::unique_ptr<pool_task> blank_task();

 private:
  using lock = std::unique_lock<std::mutex>;
  using worker_ptr = std::shared_ptr<pool_worker>;
  using incarnation_ptr = std::shared_ptr<pool_incarnation>;
  using started = std::function<void(error_code, diagnostics)>;

  bool takes_tasks() const noexcept {
    return state_ == pool_state::starting || state_ == pool_state::running;
  }

  // ---- tasks, under the lock
  void dispatch();
  void hand_over(dispatch_fsm::assignment const& a);
  clock::duration first_look(pool_incarnation const& now) const noexcept;
  bool wants_accept(pool_task const& task) const noexcept;
  void take_back(pool_task& task);
  void leave_worker(pool_task& task);
  void end_task(pool_task& task, delivery outcome, deliveries& out);
  void end_span(pool_task& task, delivery const& outcome);
  void fail_task(pool_task& task, std::exception_ptr error, deliveries& out);
  void forget(pool_task& task);
  void fail_all_unassigned(std::exception_ptr const& error, deliveries& out);
  void tell_of_room();
  std::unique_ptr<pool_task> take(pool_task& task);
  pool_task* find(std::uint64_t id);
  std::exception_ptr closed_error() const;
  std::string describe(pool_task const& task) const;
  task_info info(pool_task const& task) const;
  /// By a post: never inline, nor under the lock.
  void deliver_later(deliveries out);

  // ---- results (pool_results.cpp)
  void wait_for_news(incarnation_ptr const& now);
  void attend(incarnation_ptr const& now);
  bool collect(pool_incarnation& now);
  bool read_results(pool_incarnation& now);
  void take_result(pool_incarnation& now, channel_result const& result);
  void begin_measure(pool_task& task);
  void measure(pool_task const& task, channel_result const& result);
  void take_briefs(pool_incarnation& now, pool_task& task, channel_result const& result);
  void accept_begun(pool_incarnation& now);
  void accept(pool_task& task, deliveries& out);
  void judge(pool_incarnation& now);
  bool has_begun(pool_incarnation& now, pool_task const& task) const;
  void judge_task(pool_incarnation& now, pool_task& task, exit_record const& record);
  void element_ended(pool_task& task, std::exception_ptr error, deliveries& out);
  void disarmed(pool_task const& task, deliveries& out);
  void after_task(pool_incarnation& now);
  bool is_worn(pool_incarnation const& now) const;
  bool falls_asleep(pool_incarnation& now);
  bool has_tasks(pool_incarnation const& now) const;
  bool look_a_while(pool_incarnation& now) const;

  // ---- watching (pool_watch.cpp)
  void arm(clock::time_point at);
  void tick();
  void watch(pool_incarnation& now, clock::time_point at, clock::time_point& next, deliveries& out);
  void watch_task(pool_incarnation& now, pool_task& task, clock::time_point at, clock::time_point& next,
                  deliveries& out);
  void limit_passed(pool_incarnation& now, pool_task& task, std::uint32_t element, limit_watch::due due,
                    deliveries& out);
  void watch_memory(pool_incarnation& now, clock::time_point at, clock::time_point& next);
  void watch_pace(pool_incarnation& now, clock::time_point at, clock::time_point& next);
  void watch_silence(pool_incarnation& now, clock::time_point at, clock::time_point& next);
  void kill(pool_incarnation& now, std::string reason);

  // ---- workers
  worker_spec spec_of(worker_ptr const& worker);
  void give_channel(worker_ptr const& worker, worker_id const& id, process_params& process);
  void offer_initializer(pool_incarnation& now);
  void add_worker(started done);
  void on_event(worker_event const& event);
  incarnation_ptr incarnation_of(worker_id const& id);
  void worker_spawned(worker_event const& event);
  void worker_ready(worker_event const& event);
  void worker_exited(worker_event const& event);
  void worker_removed(std::string const& name);
  bool exit_counts(exit_record const& exit);
  void give_up(std::string const& reason);
  void retire(worker_ptr const& worker, std::function<void()> gone);
  void remove_if_done(pool_worker& worker);
  void replace(worker_ptr const& worker, started done);
  void restart_next(operation const& op, std::shared_ptr<std::vector<worker_ptr>> left);
  void finish_if_done();
  void start_ended(std::uint64_t attempt, error_code ec, diagnostics why);
  void take_all_back();
  void leave_all_workers();
  void context_gone();
  void stopped();
  void end_all(pool_state how, std::string why);
  worker_ptr worker_of(pool_incarnation const& now) const;

  boost::asio::any_io_executor const executor_;
  pool_params params_;
  bool const may_spin_;
  std::atomic<std::uint64_t> next_id_{1};
  std::atomic<std::size_t> size_{0};

  mutable std::mutex mutex_;
  pool_state state_ = pool_state::idle;
  std::string why_closed_ = "it was not started";
  dispatch_fsm fsm_;
  std::vector<std::unique_ptr<pool_task>> tasks_;  // in no order
  std::vector<std::unique_ptr<pool_task>> spare_;
  std::unordered_map<std::uint64_t, pool_task*> cancellable_;
  std::vector<pool_incarnation*> touched_;
  std::vector<operation> waiting_for_room_;
  std::vector<function_name> functions_;
  std::map<std::string, worker_ptr, std::less<>> workers_;
  // Whose next incarnation is there already, and whose end was not told yet.
  std::vector<incarnation_ptr> replaced_;
  std::uint64_t workers_made_ = 0;
  std::minstd_rand random_{std::random_device{}()};
  operation starting_;
  std::vector<operation> closing_;
  std::vector<operation> joining_;
  std::size_t kept_open_ = 0;
  bool workers_are_stopping_ = false;
  bool workers_are_gone_ = false;
  std::uint64_t start_number_ = 0;
  pool_status counts_;  // only its numbers
  wait_sampling waits_;
  boost::asio::steady_timer timer_;
  std::optional<clock::time_point> armed_;
  std::optional<supervisor> supervisor_;

  // The context owns this, and takes the handlers along when it goes.
  std::shared_ptr<context_gate> gate_;
  std::weak_ptr<void> at_shutdown_;
};

}  // namespace reeve::detail
