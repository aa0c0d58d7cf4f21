// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/worker_spec.hpp"
#include "reeve/worker_status.hpp"
#include "supervisor/hook_runner.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace reeve {

/// Asks the hooks of one incarnation of one worker: first whether it is ready, then, while it runs, whether
/// it is well. It is made anew for each incarnation, and nothing of an earlier one reaches it.
///
/// Not thread-safe: all on the strand given. Its callbacks may destroy it.
class node_health {
 public:
  struct callbacks {
    std::function<worker_view()> view;
    /// Whether the page says ready, for the kinds of readiness that are on the page.
    std::function<bool()> page_says_ready;
    std::function<void()> ready;
    std::function<void(std::string reason)> unhealthy;
  };

  node_health(boost::asio::any_io_executor strand, boost::asio::any_io_executor user,
              std::weak_ptr<void const> owner, std::shared_ptr<worker_spec const> spec, callbacks calls);

  void watch_readiness();
  void watch_health();

  /// What the last readiness attempt found wrong.
  std::string const& last_reason() const noexcept { return last_reason_; }

 private:
  void after(std::chrono::steady_clock::duration wait, void (node_health::*next)());
  void ask_page();
  void ask_ready();
  void ask_health();
  void ready_answer(health_result const& result);
  void health_answer(health_result const& result);

  std::shared_ptr<worker_spec const> spec_;
  callbacks calls_;
  boost::asio::steady_timer timer_;
  hook_runner runner_;
  unsigned failures_ = 0;
  std::string last_reason_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace reeve
