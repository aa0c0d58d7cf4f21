// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

/// @file
/// The worker's own side.

#include <reeve/error.hpp>
#include <reeve/trace_context.hpp>
#include <reeve/worker_id.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace reeve {

namespace detail {
class worker_runtime;
}

/// A named counter on the worker page. Cheap to copy; valid until the process ends, or stand-alone until
/// `run_stand_alone` returns. Thread-safe.
class counter {
 public:
  /// Adds to it. One atomic addition.
  void add(std::uint64_t n = 1) noexcept { value_->fetch_add(n, std::memory_order_relaxed); }
  /// Sets it. One atomic store.
  void set(std::uint64_t n) noexcept { value_->store(n, std::memory_order_relaxed); }
  /// Its value. One atomic load.
  std::uint64_t get() const noexcept { return value_->load(std::memory_order_relaxed); }
  /// Adds 1.
  counter& operator++() noexcept { return add(), *this; }
  /// Adds `n`.
  counter& operator+=(std::uint64_t n) noexcept { return add(n), *this; }

 private:
  friend class worker;
  explicit counter(std::atomic<std::uint64_t>& value) noexcept : value_{&value} {}
  std::atomic<std::uint64_t>* value_;
};

/// A named flag on the worker page. Cheap to copy; valid as long as a counter is. Thread-safe.
class flag {
 public:
  /// Sets or clears it. One atomic store.
  void set(bool on = true) noexcept { value_->store(on ? 1 : 0, std::memory_order_relaxed); }
  /// Whether it is on. One atomic load.
  bool get() const noexcept { return value_->load(std::memory_order_relaxed) != 0; }
  /// Sets or clears it.
  flag& operator=(bool on) noexcept { return set(on), *this; }

 private:
  friend class worker;
  explicit flag(std::atomic<std::uint64_t>& value) noexcept : value_{&value} {}
  std::atomic<std::uint64_t>* value_;
};

/// The worker's own side: who it is, its heartbeat, its counters, and the request to stop.
///
/// One exists while a worker registered with `REEVE_WORKER` or `REEVE_FUNCTION_WORKER` runs, and is passed to
/// it. All members are safe to call from any thread. `beat` is for one thread at a time: when several beat at
/// once, beats may go uncounted.
class REEVE_DECL worker {
 public:
  worker(worker const&) = delete;
  worker& operator=(worker const&) = delete;

  /// Name, index and generation. Stand-alone: the worker type's name, 0 and 0.
  worker_id const& id() const noexcept;

  /// The arguments of the command: those given to `in_this_program` (and added by `for_instance`).
  std::vector<std::string> const& args() const noexcept;

  /// Whether a supervisor runs this worker; otherwise it runs stand-alone.
  bool supervised() const noexcept;

  /// The trace that it was started in: its supervisor's span of this incarnation, where that is recorded. Empty where
  /// there is none. Stand-alone that of the environment.
  trace_context const& trace() const noexcept;

  /// Tells the supervisor that work goes on: one relaxed store, no lock, no clock, no system call. Call it
  /// from the thread or loop that does the work, never from a helper thread. Stand-alone it does nothing.
  void beat() noexcept {
    beats_->store(beats_->load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  /// The same, with `error::not_supervised` in `ec` where nobody listens.
  void beat(error_code& ec) noexcept;

  /// Says that the worker is ready. A class worker is ready by itself once its `start` has given control back
  /// to the loop or returned, unless `manual_readiness` was called in its constructor; a function worker
  /// calls this. Idempotent.
  void ready();

  /// For the constructor of a class worker: it will call `ready` itself.
  void manual_readiness() noexcept;

  /// The counter of this name, made on first use: keep it rather than ask again. At most 64 counters and
  /// flags, with names of 1 to 39 printable ASCII characters. Takes a lock. Throws
  /// boost::system::system_error: error::too_many_counters, or error::invalid_argument for a bad name or a
  /// name that is a flag.
  counter get_counter(std::string_view name);

  /// The flag of this name, as for `get_counter`.
  flag get_flag(std::string_view name);

  /// Whether the worker was asked to stop, by its supervisor, a signal, or its supervisor's death. One load.
  bool stop_requested() const noexcept;

  /// The same as a token, to wait on: `std::condition_variable_any`, `std::stop_callback`. Callbacks run on a
  /// thread of the runtime's.
  std::stop_token stop_token() const noexcept;

  /// The event loop of a class worker. Empty for a function worker.
  boost::asio::any_io_executor get_executor() const;

 private:
  friend class detail::worker_runtime;
  worker(detail::worker_runtime& runtime, std::atomic<std::uint64_t>& beats) noexcept
      : beats_{&beats}, runtime_{&runtime} {}
  std::atomic<std::uint64_t>* beats_;
  detail::worker_runtime* runtime_;
};

/// The exit codes of a worker that our runtime ran: the first failure decides. A function worker that returns
/// keeps its own code.
enum class worker_exit : int {
  /// `start` returned, or was cancelled by a shutdown and ended within its grace; `stop` succeeded.
  success = 0,
  /// `start` threw, or a handler on the worker's event loop before `stop`, or the function worker.
  start_failed = 70,
  /// The constructor threw.
  construction_failed = 71,
  /// `start` did not end within its grace after it was cancelled. `stop` was called all the same.
  start_ignored_cancellation = 72,
  /// `stop` threw, or a handler on the event loop while it ran or after it.
  stop_failed = 73,
  /// `stop` did not end within its grace.
  stop_timed_out = 74,
  /// No worker of that type is registered.
  unknown_type = 75,
  /// The handshake could not be read: a descriptor or a variable is missing or wrong.
  bad_handshake = 76,
  /// Two different workers are registered under one name in this program.
  duplicate_type = 77,
};

/// A worker with an event loop of its own, which runs on the main thread.
///
/// It is constructed with its `worker`; then `start` runs until it is done or cancelled (cancellation type
/// terminal); then `stop` cleans up: once, whatever became of `start`, even if it was never entered because
/// the request to stop came first. Only a constructor that throws is not followed by `stop`. `start`, once it
/// was cancelled, and `stop` each have half of the longer of the `stop_policy`'s `ask_grace` and
/// `signal_grace` (5 s by default, and stand-alone). What `stop` leaves on the loop has 250 ms, but no more
/// than is left of the grace, to come to its end. What is still suspended after that, a `start` that ignored
/// its cancellation too, is destroyed, and the object after it: by the end of `stop` other threads must no
/// longer use the loop.
///
/// The loop beats by itself where the supervisor asks for a heartbeat or a first beat: a loop that is blocked
/// does not beat.
template <class T>
concept class_worker = std::constructible_from<T, worker&> && requires(T t) {
  { t.start() } -> std::same_as<boost::asio::awaitable<void>>;
  { t.stop() } -> std::same_as<boost::asio::awaitable<void>>;
};

namespace detail {

struct class_worker_instance {
  virtual ~class_worker_instance() = default;
  virtual boost::asio::awaitable<void> start() = 0;
  virtual boost::asio::awaitable<void> stop() = 0;
};

using class_worker_factory = std::unique_ptr<class_worker_instance> (*)(worker&);
using function_worker = int (*)(worker&);

template <class_worker T>
std::unique_ptr<class_worker_instance> make_class_worker(worker& self) {
  struct instance final : class_worker_instance {
    explicit instance(worker& w) : object{w} {}
    boost::asio::awaitable<void> start() override { return object.start(); }
    boost::asio::awaitable<void> stop() override { return object.stop(); }
    T object;
  };
  return std::make_unique<instance>(self);
}

REEVE_DECL bool register_worker(char const* type, class_worker_factory factory);
REEVE_DECL bool register_worker(char const* type, function_worker function);

template <class T>
bool register_worker_type(char const* type) {
  static_assert(class_worker<T>,
                "REEVE_WORKER needs a function int(reeve::worker&), or a class with a constructor from "
                "reeve::worker& and the coroutines awaitable<void> start() and awaitable<void> stop()");
  return register_worker(type, &make_class_worker<T>);
}

}  // namespace detail

/// To be called first in `main`. In a process that a supervisor started as a worker of this program it runs
/// the worker and returns the exit code for `main` to return; in any other process it returns nothing.
/// Where two different workers are registered under one name it says so on stderr and returns
/// `worker_exit::duplicate_type` in every process, so that it is noticed at once.
///
/// It takes the handshake out of the environment and closes its descriptors on exec, so that nothing this
/// process starts is mistaken for the worker.
///
/// SIGTERM, SIGINT, the supervisor's request and the supervisor's death all lead to the same one shutdown.
/// After the supervisor's death the shutdown has one second; at its end, or past it, the worker's process
/// group is killed, and the worker with it: `main` does not go on then. A signal interrupts a blocking system
/// call of the main thread (EINTR); a request does not. A write into a pipe that nobody reads any more, the
/// supervisor's perhaps, is an error (EPIPE) and not the worker's end, unless the application set SIGPIPE's
/// action.
[[nodiscard]] REEVE_DECL std::optional<int> run_as_worker(int argc, char** argv);

/// Runs a registered worker in this process without a supervisor, until it ends or SIGINT or SIGTERM asks it
/// to; returns its exit code. A second signal ends the process at once. Beats go nowhere and counters are
/// kept in private memory. Failures are told on stderr.
[[nodiscard]] REEVE_DECL int run_stand_alone(std::string_view type, std::vector<std::string> args = {});

/// Whether a worker of this type is registered in this program. Takes a lock.
[[nodiscard]] REEVE_DECL bool is_registered_worker(std::string_view type);

}  // namespace reeve

/// Registers a class worker under the name by which `in_this_program` starts it. At namespace scope, in a
/// source file that is sure to be linked (a static library may drop it: the start then fails by its name).
#define REEVE_WORKER(name, type) \
  static bool const REEVE_DETAIL_CONCAT(reeve_registered_worker_, __LINE__) = \
      ::reeve::detail::register_worker_type<type>(name)

/// Registers a function worker, `int function(reeve::worker&)`, under its name.
#define REEVE_FUNCTION_WORKER(name, function) \
  static bool const REEVE_DETAIL_CONCAT(reeve_registered_worker_, __LINE__) = \
      ::reeve::detail::register_worker(name, static_cast<::reeve::detail::function_worker>(function))

#define REEVE_DETAIL_CONCAT_IMPL(a, b) a##b
#define REEVE_DETAIL_CONCAT(a, b) REEVE_DETAIL_CONCAT_IMPL(a, b)
