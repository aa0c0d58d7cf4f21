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
  bool ok = true;
  /// Why not, for the log and the exit record.
  std::string reason;
};

/// A health or readiness hook: a coroutine that looks at one worker.
///
/// It runs on the supervisor's executor, one at a time for each worker. It must not block; see
/// `health_check::blocking` for one that does. Past its timeout it is cancelled (terminal) and counts as
/// failed; so does one that throws. A result that comes later is dropped.
using health_hook = std::function<boost::asio::awaitable<health_result>(worker_view)>;

/// The TCP port of the instance with this index.
using port_of_instance = std::function<std::uint16_t(std::size_t index)>;

/// Hooks ready-made.
namespace health_check {

/// Healthy when `check` returns true. It runs on `executor` (an `asio::thread_pool`, say) and may block
/// there; it cannot be cancelled: past its timeout its result is dropped when it comes.
REEVE_DECL health_hook blocking(boost::asio::any_io_executor executor,
                                std::function<health_result(worker_view const&)> check);

/// Healthy when a TCP connection to the port is accepted. `host` is a numeric address.
REEVE_DECL health_hook tcp(port_of_instance port, std::string host = "127.0.0.1");

/// Healthy when GET `target` answers with a status of 200 to 399. `host` is a numeric address.
REEVE_DECL health_hook http_get(port_of_instance port, std::string target = "/",
                                std::string host = "127.0.0.1");

}  // namespace health_check

/// The heartbeat: a worker that does not beat for `timeout` is hung, and is replaced.
///
/// The supervisor looks every quarter of the shortest timeout, with one timer for all workers, and counts at
/// most two such periods of silence at a time: one that was itself suspended kills nobody when it comes back.
struct heartbeat_policy {
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{10};
  /// How long the first beat may take from the start; zero: the timeout.
  std::chrono::steady_clock::duration start_within{};
};

/// How a running worker's health is watched. Nothing is watched by default but its exit.
struct health_policy {
  /// For programs that beat: those that run reeve's runtime, and those that write the worker page.
  std::optional<heartbeat_policy> heartbeat{};
  /// Asked every `interval` while the worker runs.
  health_hook check{};
  std::chrono::steady_clock::duration interval = std::chrono::seconds{10};
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{5};
  /// So many failures in a row make the worker unhealthy.
  unsigned failures = 3;
};

}  // namespace reeve
