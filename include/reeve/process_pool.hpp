// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/apply.hpp>
#include <reeve/detail/map.hpp>
#include <reeve/diagnostics.hpp>
#include <reeve/error.hpp>
#include <reeve/outcome.hpp>
#include <reeve/pool_params.hpp>
#include <reeve/pool_status.hpp>
#include <reeve/result_stream.hpp>
#include <reeve/task_fn.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve {

/// Runs typed tasks on worker processes, asynchronously, and knows exactly which of them were lost when a worker
/// dies.
///
///     reeve::task_fn<int(int)> const square{"square", [](int x) { return x * x; }};
///
///     reeve::process_pool pool{io.get_executor(), {.workers = 4, .hard_limit = 30s}};
///     co_await pool.async_start();
///     int nine = co_await pool.async_apply(square(3));
///     std::vector<int> all = co_await pool.async_map(square, numbers);
///     co_await pool.async_close();
///
/// The workers are this very program, executed again: its main calls `run_as_worker` first.
///
/// What holds for every operation:
/// - Completion: the signature is named with each. The handler is never called from inside the call; it runs on
///   its associated executor, or else on the pool's. The default token is `boost::asio::deferred`, which
///   `co_await` takes; an operation that is not awaited does nothing. While a handler runs, the results of the
///   same worker wait for it: one that blocks belongs on an executor of its own. What a handler throws leaves the
///   executor's `run`, and takes no other handler along.
/// - Cancellation: terminal, partial and total. What was cancelled completes with
///   `boost::asio::error::operation_aborted` (as a `boost::system::system_error` where an exception is passed).
/// - Errors of tasks are exceptions: `task_error` and what is derived from it.
/// - Thread safety: every member may be called from any thread at any time, except move and destruction.
/// - Lifetime: arguments are copied at the call, a `diagnostics` excepted. Destroying the pool kills its workers;
///   pending operations complete with `pool_closed`, or `operation_aborted`. The executor's context must outlive
///   the pool.
class REEVE_DECL process_pool {
 public:
  /// The type of its executor.
  using executor_type = boost::asio::any_io_executor;

  /// A pool without workers yet.
  explicit process_pool(executor_type executor, pool_params params = {});
  /// The other one may be destroyed or assigned to, and nothing else.
  process_pool(process_pool&&) noexcept;
  /// Ends the workers of this one, as its destruction does, and takes over those of the other.
  process_pool& operator=(process_pool&&) noexcept;
  /// Ends its workers at once, as `terminate` does. Does not block.
  ~process_pool();

  /// The executor that it was made with.
  executor_type get_executor() const;

  /// Starts the workers. Completes when all are ready, or with the first failure: then the others are stopped,
  /// and it may be started again.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: stops what it started.
  /// Errors: `error::invalid_argument` (the field is in the diagnostics: of the parameters, or "task_fn" for a name
  /// that is registered twice); `error::already_started`, also of a pool that was closed; `error::stopped`; those
  /// of a worker that ended before it was ready, as for `supervisor::async_start`: its initializer threw, or a
  /// task is not registered in its program (the diagnostics say which).
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_start(Token&& token = Token{}) {
    return initiate(&process_pool::start, token, no_diagnostics());
  }
  /// The same, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_start(diagnostics& diag, Token&& token = Token{}) {
    return initiate(&process_pool::start, token, &diag);
  }

  /// Runs one call on a worker. Submitted while the pool starts, it waits for that; before that, and after
  /// the end, it is an error (`pool_closed`).
  ///
  /// Completion: `void(std::exception_ptr, R)`; of a call that returns nothing `void(std::exception_ptr)`.
  /// Cancellation: one that has not started never will; a running one is asked to stop (`this_task::stop_token`,
  /// and a coroutine is cancelled), and its worker is killed after `pool_params::cancel_grace`.
  /// Errors: `task_failed`, `task_timed_out`, `worker_lost`, `task_quarantined`, `pool_closed`, `codec_error`.
  template <class R, boost::asio::completion_token_for<typename detail::apply_signature<R>::type> Token =
                         boost::asio::deferred_t>
  [[nodiscard]] auto async_apply(task_call<R> call, Token&& token = Token{}) {
    return boost::asio::async_initiate<Token, typename detail::apply_signature<R>::type>(
        [](auto h, impl_ptr impl, task_call<R> c) {
          detail::start_apply<R>(std::move(h), impl, std::move(c));
        },
        token, impl_, std::move(call));
  }

  /// Runs a function on every element of a range, and completes with all results in the order of the elements, or
  /// with the first error that happens: then what has not started never will, what runs is asked to stop, and it
  /// completes when all of it has ended. The elements of a function of several parameters are tuples. The range is
  /// copied or moved (a view is copied), and read on the pool's executor, by one thread at a time.
  ///
  /// Completion: `void(std::exception_ptr, std::vector<outcome<R>::value_type>)`.
  /// Cancellation: as after an error.
  /// Errors: as for `async_apply`; what the range throws.
  template <class R, class... Args, std::ranges::input_range Range,
            boost::asio::completion_token_for<detail::map_signature<R>> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_map(task_fn<R(Args...)> const& function, Range&& range, map_options options,
                               Token&& token = Token{}) {
    return detail::initiate_map<detail::map_signature<R>, detail::all_or_error>(
        impl_, function, std::forward<Range>(range), std::move(options), std::forward<Token>(token));
  }
  /// The same, with the options' defaults.
  template <class R, class... Args, std::ranges::input_range Range,
            boost::asio::completion_token_for<detail::map_signature<R>> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_map(task_fn<R(Args...)> const& function, Range&& range, Token&& token = Token{}) {
    return async_map(function, std::forward<Range>(range), map_options{}, std::forward<Token>(token));
  }

  /// Runs a function on every element of a range, and completes when all have ended, with the outcome of each in
  /// the order of the elements. The range is as for `async_map`.
  ///
  /// Completion: `void(std::exception_ptr, std::vector<outcome<R>>)`. With an error it has the outcomes of the
  /// elements that had begun.
  /// Cancellation: what has not started never will, what runs is asked to stop, and it completes when all of it
  /// has ended.
  /// Errors: what the range throws, or `pool_closed` where the pool takes no more elements: after all that had
  /// begun has ended.
  template <
      class R, class... Args, std::ranges::input_range Range,
      boost::asio::completion_token_for<detail::map_settled_signature<R>> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_map_settled(task_fn<R(Args...)> const& function, Range&& range,
                                       map_options options, Token&& token = Token{}) {
    return detail::initiate_map<detail::map_settled_signature<R>, detail::all_outcomes>(
        impl_, function, std::forward<Range>(range), std::move(options), std::forward<Token>(token));
  }
  /// The same, with the options' defaults.
  template <
      class R, class... Args, std::ranges::input_range Range,
      boost::asio::completion_token_for<detail::map_settled_signature<R>> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_map_settled(task_fn<R(Args...)> const& function, Range&& range,
                                       Token&& token = Token{}) {
    return async_map_settled(function, std::forward<Range>(range), map_options{}, std::forward<Token>(token));
  }

  /// Runs a function on every element of a range, and gives the outcomes as they come, or in the order of the
  /// elements. It reads the range only as far ahead as the options say. Begins at once. The range is as for
  /// `async_map`.
  template <class R, class... Args, std::ranges::input_range Range>
  [[nodiscard]] result_stream<typename detail::task_result<R>::type> stream(
      task_fn<R(Args...)> const& function, Range&& range, stream_options options = {}) {
    return result_stream<typename detail::task_result<R>::type>{
        detail::begin_stream(impl_, function, std::forward<Range>(range), std::move(options))};
  }

  /// Completes when fewer than `max_in_flight` tasks are in the pool: for a submitter that would rather wait than
  /// queue up.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: only the waiting ends.
  /// Errors: `error::stopped` where the pool takes no more tasks.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_wait_for_room(Token&& token = Token{}) {
    return initiate(&process_pool::wait_for_room, token);
  }

  /// Takes no more tasks, runs those that it has to their end, and stops its workers. Closing twice is fine.
  ///
  /// Completion: `void(error_code)`, when all has ended.
  /// Cancellation: the closing goes on; only the waiting ends.
  /// Errors: none.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_close(Token&& token = Token{}) {
    return initiate(&process_pool::close, token);
  }

  /// Takes no more tasks and kills the workers. All tasks, running or not, end with `pool_closed`. Does not wait:
  /// see `async_join`.
  void terminate();

  /// Waits until the pool is closed, has given up, or was terminated, and its workers have ended. It does not
  /// close it.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: only the waiting ends.
  /// Errors: `error::restart_limit` where the pool gave up.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_join(Token&& token = Token{}) {
    return initiate(&process_pool::join, token);
  }

  /// Adds workers, and completes when they are ready.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the growing goes on; only the waiting ends.
  /// Errors: `error::invalid_argument` where there would be more than 1,000; `error::stopped` where the pool does
  /// not run; those of a worker that does not become ready.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_grow(std::size_t workers, Token&& token = Token{}) {
    return initiate(&process_pool::grow, token, workers);
  }

  /// Takes workers away, idle ones first. A busy one ends its tasks before it goes. Completes when they are gone.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the shrinking goes on; only the waiting ends.
  /// Errors: `error::invalid_argument` where none would be left; `error::stopped` where the pool does not run.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_shrink(std::size_t workers, Token&& token = Token{}) {
    return initiate(&process_pool::shrink, token, workers);
  }

  /// Replaces every worker by a new one, one after the other: the new one is ready before the old one takes no
  /// more tasks. Completes when the last old one has gone.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: the replacement that has begun goes on, and is the last.
  /// Errors: `error::stopped` where the pool does not run; those of a worker that does not become ready.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_restart(Token&& token = Token{}) {
    return initiate(&process_pool::restart, token);
  }

  /// Kills one worker; it is replaced. The tasks that it runs end with `worker_lost`, the others are run elsewhere.
  /// With generation 0 whichever incarnation runs. Whether there was one.
  bool terminate_worker(worker_id const& which);

  /// What it is doing. Takes a lock; O(workers).
  pool_status status() const;

  /// A function that gives the status at any time and from any thread, and nothing once the pool has gone. It does not
  /// keep it.
  std::function<std::optional<pool_status>()> status_reader() const;

 private:
  friend class pipeline;
  using impl_ptr = std::shared_ptr<detail::pool_impl>;
  using handler = boost::asio::any_completion_handler<void(error_code)>;

  static diagnostics* no_diagnostics() noexcept { return nullptr; }

  static void start(impl_ptr const& impl, handler h, diagnostics* diag);
  static void wait_for_room(impl_ptr const& impl, handler h);
  static void close(impl_ptr const& impl, handler h);
  static void join(impl_ptr const& impl, handler h);
  static void grow(impl_ptr const& impl, handler h, std::size_t workers);
  static void shrink(impl_ptr const& impl, handler h, std::size_t workers);
  static void restart(impl_ptr const& impl, handler h);

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
