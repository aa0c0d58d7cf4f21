// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/worker_status.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace reeve {

/// What a health check found.
struct health_result {
  /// Whether all is well.
  bool ok = true;
  /// Why not, for the log and the exit record.
  std::string reason;
};

/// A health or readiness hook: a coroutine that looks at one worker.
///
/// It runs on the supervisor's executor, one at a time for each worker. It must not block; see
/// `health_check::blocking` for one that does. Past its timeout it is cancelled (terminal) and counts as
/// failed; so does one that throws. A result that comes later is dropped. As long as one goes on past its
/// cancellation, no other is begun, and each that is due counts as failed.
///
/// The function is copied for each call: what is to last from one to the next is kept behind a pointer. A
/// coroutine's parameters live as long as it does; what a lambda captured lives as long as the lambda only.
/// So let a lambda with captures be no coroutine itself, but call one and pass it what it needs
/// (example/3_advanced/custom_health_hook.cpp):
///
///     health.check = [limits](reeve::worker_view view) { return is_within(limits, std::move(view)); };
using health_hook = std::function<boost::asio::awaitable<health_result>(worker_view)>;

/// The TCP port of the instance with this index.
using port_of_instance = std::function<std::uint16_t(std::size_t index)>;

/// Hooks ready-made.
namespace health_check {

/// Healthy when `check` finds it ok. It runs on `executor` (an `asio::thread_pool`, say) and may block
/// there; it cannot be cancelled: past its timeout its result is dropped when it comes. One that throws has
/// failed.
REEVE_DECL health_hook blocking(boost::asio::any_io_executor executor,
                                std::function<health_result(worker_view const&)> check);

/// Healthy when a TCP connection to the port is accepted, by whichever process. `host` is a numeric address.
REEVE_DECL health_hook tcp(port_of_instance port, std::string host = "127.0.0.1");

/// Healthy when GET `target` answers with a status of 200 to 399. `host` is a numeric address.
REEVE_DECL health_hook http_get(port_of_instance port, std::string target = "/",
                                std::string host = "127.0.0.1");

}  // namespace health_check

/// The heartbeat: a worker that does not beat for `timeout` is hung, and is killed; its restart policy has
/// the next word.
///
/// The supervisor looks every quarter of the shortest `timeout` or `start_within`, with one timer for all
/// workers, and counts at most two such periods of silence at a time: one that was itself suspended kills
/// nobody when it comes back.
struct heartbeat_policy {
  /// The longest silence between two beats: 4 ms to a year.
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{10};
  /// How long the first beat may take from the start: 4 ms to a year; zero: the timeout.
  std::chrono::steady_clock::duration start_within{};
};

/// How a running worker's health is watched. Nothing is watched by default but its exit.
struct health_policy {
  /// For programs that beat: those that run reeve's runtime, and those that write the worker page.
  std::optional<heartbeat_policy> heartbeat{};
  /// Asked every `interval` while the worker runs.
  health_hook check{};
  /// The wait before the first check, and from the end of one to the next: 1 ms to a year.
  std::chrono::steady_clock::duration interval = std::chrono::seconds{10};
  /// How long one check may take before it is cancelled and counts as failed: 1 ms to a year.
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{5};
  /// So many failures in a row make the worker unhealthy; at least 1. It is then stopped by its
  /// `stop_policy`.
  unsigned failures = 3;
};

}  // namespace reeve
