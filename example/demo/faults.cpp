// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "faults.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>
#include <signal.h>

namespace asio = boost::asio;
using steady_clock = std::chrono::steady_clock;

bool fault::as_expected() const {
  return exit && exit->cause == expected_cause && (!expected_status || exit->status == *expected_status);
}

std::string fault::progress() const {
  if (!struck) return "";
  if (!exit) return "not noticed yet";
  auto const found = to_string(exit->status) + ", " + to_string(exit->cause);
  if (!as_expected()) return "unexpected: " + found;
  if (!replaced) return found + ": being replaced";
  return found + ": replaced after " + seconds(*replaced - *struck);
}

fault_list::fault_list(fault::time_point begin, steady_clock::duration show)
    : faults_{
          {.worker = {.name = "web", .index = 0},
           .at = begin + show / 10,
           .what = "is killed (SIGKILL)",
           .signal = SIGKILL,
           .expected_cause = reeve::exit_cause::itself,
           .expected_status = reeve::exit_status::from_signal(SIGKILL, false)},
          {.worker = {.name = "feed", .index = 1},
           .at = begin + 3 * show / 10,
           .what = "hangs (SIGSTOP)",
           .signal = SIGSTOP,
           .expected_cause = reeve::exit_cause::heartbeat},
          {.worker = {.name = "web", .index = 1},
           .at = begin + 5 * show / 10,
           .what = "hangs (SIGSTOP)",
           .signal = SIGSTOP,
           .expected_cause = reeve::exit_cause::health_check},
          {.worker = {.name = "book", .index = 0, .generation = 1},
           .at = begin + 7 * show / 10,
           .what = "crashes by itself",
           .expected_cause = reeve::exit_cause::itself,
           .expected_status =
               reeve::exit_status::from_code(static_cast<int>(reeve::worker_exit::start_failed))},
      } {}

asio::awaitable<void> fault_list::strike(reeve::supervisor& supervisor,
                                         std::function<void(fault const&)> on_strike) {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  for (auto& fault : faults_) {
    if (fault.signal == 0) continue;
    timer.expires_at(fault.at);
    co_await timer.async_wait(asio::use_awaitable);
    auto target = supervisor.find(fault.worker).value();
    while (target.state != reeve::worker_state::running) {
      timer.expires_after(std::chrono::milliseconds{50});
      co_await timer.async_wait(asio::use_awaitable);
      target = supervisor.find(fault.worker).value();
    }
    // With its generation: the signal can't hit a successor.
    fault.worker = target.worker;
    fault.struck = steady_clock::now();
    on_strike(fault);
    co_await supervisor.async_signal(fault.worker, fault.signal, asio::use_awaitable);
  }
}

void fault_list::hear(reeve::worker_event const& event) {
  for (auto& fault : faults_) {
    if (event.worker.name != fault.worker.name || event.worker.index != fault.worker.index) continue;
    // An exit by command before the fault has struck is none of it.
    bool const of_it = event.exit && (fault.struck || event.exit->cause != reeve::exit_cause::stop);
    if (of_it && event.worker.generation == fault.worker.generation) {
      fault.exit = event.exit;
      if (!fault.struck) fault.struck = event.at;
    }
    if (event.kind == reeve::event_kind::ready && fault.exit &&
        event.worker.generation > fault.worker.generation)
      if (!fault.replaced) fault.replaced = event.at;
  }
}

bool fault_list::all_healed() const {
  return std::all_of(faults_.begin(), faults_.end(), [](fault const& f) { return f.healed(); });
}

std::string seconds(steady_clock::duration time) {
  char text[32];
  auto const value = std::chrono::duration<double>(time).count();
  std::snprintf(text, sizeof text, value < 10 ? "%.2f s" : "%.1f s", value);
  return text;
}
