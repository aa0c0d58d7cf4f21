// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/diagnostics.hpp>
#include <reeve/error.hpp>
#include <reeve/event_stream.hpp>
#include <reeve/restart_options.hpp>
#include <reeve/supervisor_params.hpp>
#include <reeve/worker_spec.hpp>
#include <reeve/worker_status.hpp>
#include <reeve/worker_totals.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
#include <sys/types.h>

namespace reeve {

namespace detail {
class supervisor_impl;
}

/// Which workers a command is for: all instances of a name (of a worker or of a group), or one instance.
class worker_selector {
 public:
  /// All instances of the worker, or of the group's workers, of this name.
  worker_selector(std::string name) : value_{std::move(name)} {}
  /// The same.
  worker_selector(std::string_view name) : value_{std::string{name}} {}
  /// The same.
  worker_selector(char const* name) : value_{std::string{name}} {}
  /// One instance: with generation 0 whichever incarnation runs, else that one only.
  worker_selector(worker_id id) : value_{std::move(id)} {}

  /// The name or the id.
  std::variant<std::string, worker_id> const& value() const noexcept { return value_; }

 private:
  std::variant<std::string, worker_id> value_;
};

/// Runs worker processes: starts them, watches them, restarts them by policy, stops them gracefully, and
/// tells the truth about every exit.
///
///     reeve::supervisor sup{io.get_executor()};
///
///     reeve::worker_spec api;
///     api.name = "api";
///     api.command = {"/usr/bin/python3", "-m", "http.server", "8080"};
///     co_await sup.async_start(api);
///     ...
///     co_await sup.async_stop_all();
///
/// What holds for every operation:
/// - Completion: the signature is named with each. The handler is never called from inside the call; it runs
///   on its associated executor, or else on the supervisor's. The default token is `boost::asio::deferred`,
///   which `co_await` takes; an operation that is not awaited does nothing.
/// - Cancellation: terminal, partial and total. Said with each is what a cancelled operation leaves behind;
///   it completes with `boost::asio::error::operation_aborted`, as do all pending ones when the supervisor is
///   destroyed.
/// - Errors: said with each. Of an operation that takes a `worker_selector`: `error::not_found` where there
///   is no such name or index, and `error::stale_generation` where the id's generation is not the current
///   one. A `diagnostics` tells what an error code cannot, and must outlive the operation; it is written
///   before the handler is posted.
/// - Thread safety: every member may be called from any thread at any time, except move and destruction.
/// - Lifetime: arguments are copied at the call, a `diagnostics` excepted. Operations outlive a moved
///   supervisor.
///
/// Destroying the supervisor ends its workers (SIGKILL to each group; `on_supervisor_death::live_on` lets
/// them be). For an orderly end, `async_stop_all` first. The executor's context must outlive the supervisor.
class REEVE_DECL supervisor {
 public:
  /// The type of its executor.
  using executor_type = boost::asio::any_io_executor;

  /// A supervisor of nothing yet. Throws `boost::asio::execution::bad_executor` where the executor is empty,
  /// and `std::system_error` where `supervisor_params::subreaper` needs a thread and the system has none.
  explicit supervisor(executor_type executor, supervisor_params params = {});
  /// The other one may be destroyed or assigned to, and nothing else.
  supervisor(supervisor&&) noexcept;
  /// Ends the workers of this one, as its destruction does, and takes over those of the other.
  supervisor& operator=(supervisor&&) noexcept;
  /// Ends its workers at once. Does not block.
  ~supervisor();

  /// The executor that it was made with.
  executor_type get_executor() const;

  /// Starts all instances of a worker and keeps them alive from then on. Completes when all are ready, or
  /// with the first that fails; workers that failed are still restarted by their policy. A name whose workers
  /// are all at rest (stopped, finished, failed) may be started again, with a new spec.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: stops what it started.
  /// Errors: `error::invalid_argument` (the field is in the diagnostics; nothing was started) and
  /// `error::already_started`; `error::stopped`; of a worker that ended before it was ready (its exit is in
  /// the diagnostics) `error::exited_before_ready`, `error::start_timeout`, `error::unknown_worker_type`,
  /// `error::heartbeat_never_started`, `error::heartbeat_lost`, `error::protocol_violation`, errno of the
  /// failed step when the program could not be started, or `error::invalid_argument` when `for_instance`
  /// or `for_start` failed.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_start(worker_spec spec, Token&& token = Token{}) {
    return initiate(&supervisor::start, token, std::move(spec), no_diagnostics());
  }
  /// The same, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_start(worker_spec spec, diagnostics& diag, Token&& token = Token{}) {
    return initiate(&supervisor::start, token, std::move(spec), &diag);
  }

  /// Starts a group: its workers in order, each when the one before it is ready. A worker that is down for
  /// good before it was ready takes the group down again. A group that was stopped or gave up may be started
  /// again, with a new spec.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: stops the group, in reverse order.
  /// Errors: as for a worker, and `error::restart_limit` where the group gave up.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_start(group_spec spec, Token&& token = Token{}) {
    return initiate(&supervisor::start_group, token, std::move(spec), no_diagnostics());
  }
  /// The same, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_start(group_spec spec, diagnostics& diag, Token&& token = Token{}) {
    return initiate(&supervisor::start_group, token, std::move(spec), &diag);
  }

  /// Stops workers by their `stop_policy`, all at once; a group in reverse order. Completes when all are
  /// down. They stay listed. Stopping what is down is a success, and a second stop joins the first; one that
  /// is not graceful hastens it.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the stop goes on; only the waiting ends.
  /// Errors: `error::not_found`, `error::stale_generation`.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_stop(worker_selector which, stop_options options, Token&& token = Token{}) {
    return initiate(&supervisor::stop, token, std::move(which), options);
  }
  /// The same, gracefully.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_stop(worker_selector which, Token&& token = Token{}) {
    return initiate(&supervisor::stop, token, std::move(which), stop_options{});
  }

  /// Stops everything, as `async_stop` does: all workers and groups at once. With the token
  /// `boost::asio::detached` nobody waits for it.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the stop goes on; only the waiting ends.
  /// Errors: none.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_stop_all(stop_options options, Token&& token = Token{}) {
    return initiate(&supervisor::stop_all, token, options);
  }
  /// The same, gracefully.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_stop_all(Token&& token = Token{}) {
    return initiate(&supervisor::stop_all, token, stop_options{});
  }

  /// Restarts one worker, a name (rolling: one instance after the other, each when the one before it is
  /// ready again), or a group. What is down is started. Completes when they are ready. Commanded restarts do
  /// not count against the restart budget, and give a failed worker a new one. One that is not graceful hastens
  /// a stop or a restart that goes on.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: a restart that has begun goes on; a rolling one goes no further.
  /// Errors: `error::invalid_argument` for the options' cause; `error::not_found`, `error::stale_generation`;
  /// those of a worker that does not become ready, as for `async_start`: a rolling restart ends there.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_restart(worker_selector which, restart_options options, Token&& token = Token{}) {
    return initiate(&supervisor::restart, token, std::move(which), std::move(options), no_diagnostics());
  }
  /// The same, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_restart(worker_selector which, restart_options options, diagnostics& diag,
                                   Token&& token = Token{}) {
    return initiate(&supervisor::restart, token, std::move(which), std::move(options), &diag);
  }
  /// The same, gracefully.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_restart(worker_selector which, Token&& token = Token{}) {
    return initiate(&supervisor::restart, token, std::move(which), restart_options{}, no_diagnostics());
  }
  /// The same, gracefully, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_restart(worker_selector which, diagnostics& diag, Token&& token = Token{}) {
    return initiate(&supervisor::restart, token, std::move(which), restart_options{}, &diag);
  }

  /// Makes it `count` instances, at most 100,000: starts what is missing, and completes when that is ready;
  /// or stops those with the highest indexes gracefully, and completes when they are gone from the list.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the scaling goes on; only the waiting ends.
  /// Errors: `error::not_found`, of a group's name too; `error::invalid_argument` for the count; those of a
  /// worker that does not become ready, as for `async_start`.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_scale(std::string name, std::size_t count, Token&& token = Token{}) {
    return initiate(&supervisor::scale, token, std::move(name), count, no_diagnostics());
  }
  /// The same, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_scale(std::string name, std::size_t count, diagnostics& diag,
                                 Token&& token = Token{}) {
    return initiate(&supervisor::scale, token, std::move(name), count, &diag);
  }

  /// Stops a worker name or a group gracefully, and forgets it.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the removal goes on; only the waiting ends.
  /// Errors: `error::not_found`; `error::invalid_argument` for a member of a group: remove the group.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_remove(std::string name, Token&& token = Token{}) {
    return initiate(&supervisor::remove, token, std::move(name));
  }

  /// Sends a signal to the process of each worker selected that has one, never to its children. It goes
  /// through a pidfd, and so reaches no stranger.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: none; it completes at once.
  /// Errors: `error::not_found`, also when no process was there; `error::stale_generation`; errno of the
  /// first signal that could not be sent.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_signal(worker_selector which, int signal, Token&& token = Token{}) {
    return initiate(&supervisor::send_signal, token, std::move(which), signal);
  }

  /// All workers, by name and index. Takes a lock; O(workers).
  std::vector<worker_status> status() const;

  /// All instances of a worker or a group; empty for an unknown name. Takes a lock; O(instances).
  std::vector<worker_status> status(std::string_view name) const;

  /// One instance; empty where there is none, or where the id's generation is not the current one. Takes a
  /// lock.
  std::optional<worker_status> find(worker_id const& id) const;

  /// The last exits of one instance, whatever the id's generation, oldest first (see
  /// `supervisor_params::exit_history`). Takes a lock.
  std::vector<std::shared_ptr<exit_record const>> exits(worker_id const& id) const;

  /// What has happened to all of them together. Takes a lock.
  worker_totals totals() const;

  /// A function that gives the status at any time and from any thread, and nothing once the supervisor has gone. It does
  /// not keep it.
  std::function<std::optional<supervisor_status>()> status_reader() const;

  /// The processes that exist now. Takes a lock; O(workers).
  std::vector<pid_t> running_pids() const;

  /// A stream of all events from now on, which keeps at most `capacity` unread ones (at least 1). Takes a
  /// lock; O(workers), for its snapshot.
  event_stream subscribe(std::size_t capacity = 1024) const;

 private:
  using impl_ptr = std::shared_ptr<detail::supervisor_impl>;
  using handler = boost::asio::any_completion_handler<void(error_code)>;

  static diagnostics* no_diagnostics() noexcept { return nullptr; }

  static void start(impl_ptr const& impl, handler h, worker_spec spec, diagnostics* diag);
  static void start_group(impl_ptr const& impl, handler h, group_spec spec, diagnostics* diag);
  static void stop(impl_ptr const& impl, handler h, worker_selector which, stop_options options);
  static void stop_all(impl_ptr const& impl, handler h, stop_options options);
  static void restart(impl_ptr const& impl, handler h, worker_selector which, restart_options options,
                      diagnostics* diag);
  static void scale(impl_ptr const& impl, handler h, std::string name, std::size_t count, diagnostics* diag);
  static void remove(impl_ptr const& impl, handler h, std::string name);
  static void send_signal(impl_ptr const& impl, handler h, worker_selector which, int signal);

  /// Erases the handler and calls the compiled operation.
  template <class Operation, class Token, class... Args>
  auto initiate(Operation operation, Token& token, Args... args) const {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [](auto h, Operation op, impl_ptr impl, auto... a) {
          op(impl, handler{std::move(h)}, std::move(a)...);
        },
        token, operation, impl_, std::move(args)...);
  }

  impl_ptr impl_;
};

}  // namespace reeve
