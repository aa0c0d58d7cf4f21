// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "core/context_gate.hpp"
#include "core/log.hpp"
#include "pipeline/message_spans.hpp"
#include "pipeline/pipeline_fsm.hpp"
#include "pipeline/source_calls.hpp"
#include "pool/pool_impl.hpp"
#include "reeve/diagnostics.hpp"
#include "reeve/pipeline_params.hpp"
#include "reeve/pipeline_status.hpp"
#include "reeve/task_source.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace reeve::detail {

/// What a pipeline is: its machine, and what carries its actions out. All of it is on one strand, but for what the
/// pool tells (`arrived`) and what anybody may ask (`status`).
class pipeline_impl : public std::enable_shared_from_this<pipeline_impl> {
 public:
  using clock = std::chrono::steady_clock;
  using duration = clock::duration;
  using handler = boost::asio::any_completion_handler<void(error_code)>;

  /// What became of a task on the pool.
  struct arrival {
    std::uint64_t delivery = 0;
    std::string result{};
    std::exception_ptr error{};
    std::chrono::nanoseconds run_time{};
    worker_id worker{};
  };

  pipeline_impl(std::shared_ptr<pool_impl> pool, std::shared_ptr<task_source> source, pipeline_params params);

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }
  void run(handler h, diagnostics* diag);
  void drain(std::optional<duration> within);
  pipeline_status status() const;
  /// Its handle is gone.
  void destroy();

  /// Thread-safe.
  void arrived(arrival what);

 private:
  using waiter = completion<error_code>;
  static constexpr std::size_t longest_correlation_id = 256;  // of call_options

  void begin();
  void begin_to_drain(duration within);
  void post_step();
  void step();
  void take_arrivals();
  void carry_out(pipeline_fsm::actions& actions);
  void start_fetch(std::size_t most);
  std::vector<std::uint64_t> begin_spans(std::vector<task_message> const& messages);
  void start_publish(pipeline_fsm::publish_order order);
  void start_keep_alive(std::vector<std::uint64_t> deliveries);
  void start_call(pipeline_fsm::run_order order);
  void cancelled_by(boost::asio::cancellation_type type);
  void watch_pool();
  void pool_is_gone();
  void tell_news();
  void tell(pipeline_event_kind kind, std::string reason = {}, std::optional<task_outcome> outcome = {});
  void log(log_level level, std::string const& text) const;
  void arm(std::optional<clock::time_point> at);
  void announce_if_due(std::optional<clock::time_point>& wake);
  node_info describe() const;
  static std::string new_node_name();
  void wait_for_goodbye();
  void say_goodbye();
  void finish();
  void complete();

  template <class Event>
  void tell_machine(Event event) {
    std::scoped_lock const lock{mutex_};
    event(*fsm_, clock::now());
  }

  boost::asio::any_io_executor const executor_;
  source_calls::strand strand_;
  std::shared_ptr<pool_impl> const pool_;
  std::shared_ptr<task_source> const source_;
  pipeline_params const params_;
  logger const logger_;
  std::shared_ptr<context_gate> const gate_;
  std::atomic<bool> was_run_{false};
  std::atomic<bool> handle_is_gone_{false};  // then nobody wants to be told

  source_calls calls_;
  message_spans spans_;
  source_calls::signal* fetch_ = nullptr;
  boost::asio::steady_timer timer_;
  std::optional<clock::time_point> armed_;
  boost::asio::cancellation_signal stop_watching_pool_;
  pipeline_fsm::actions actions_;
  std::shared_ptr<waiter> waiter_;
  error_code result_;
  bool source_was_down_ = false;
  bool was_draining_ = false;
  bool finished_ = false;
  std::optional<duration> drain_early_;

  std::string node_;
  std::chrono::system_clock::time_point started_{};
  duration announce_every_{};
  clock::time_point announce_at_{};
  bool announcing_ = false;

  mutable std::mutex mutex_;  // guards the machine, which only the strand changes, and the inbox
  std::optional<pipeline_fsm> fsm_;
  std::vector<arrival> inbox_;
  bool step_posted_ = false;
};

}  // namespace reeve::detail
