// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/diagnostics.hpp>
#include <reeve/error.hpp>
#include <reeve/pipeline_params.hpp>
#include <reeve/pipeline_status.hpp>
#include <reeve/process_pool.hpp>
#include <reeve/task_source.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace reeve {

namespace detail {
class pipeline_impl;
}

/// Fetches tasks from a source, runs them on a pool, and publishes what became of them.
///
///     reeve::json_task_fn<int(int)> const square{"square", [](int x) { return x * x; }};
///
///     reeve::process_pool pool{io.get_executor()};
///     co_await pool.async_start();
///     reeve::pipeline pipeline{pool, source};
///     co_await pipeline.async_run();              // until somebody calls pipeline.drain()
///     co_await pool.async_close();
///
/// What an error of a task means, unless `pipeline_params::judge` says otherwise:
///
/// | the task | its outcome |
/// |---|---|
/// | returned | `complete` |
/// | threw `reeve::retry_task` | `retry` |
/// | threw anything else | `failed` |
/// | passed its limit, or its worker died | `retry` |
/// | is malformed: no JSON, wrong arguments, a name that no `json_task_fn` has | `dead_letter` |
/// | was not run, because the pool was closed or the pipeline stopped | `hand_back` |
///
/// A `retry` after `retry_policy::max_attempts` is a `dead_letter`, and so is a task that is delivered more often
/// than that: it is not run.
///
/// Everything it holds is bounded (`pipeline_params`): where outcomes cannot be published nothing is run, and where
/// nothing is run nothing is fetched. An error of the source is waited out. Leases are renewed while it holds a task.
///
/// - Completion: handlers are never called from inside the call; they run on their associated executor, or else on
///   the pool's. The default token is `boost::asio::deferred`, which `co_await` takes.
/// - Thread safety: every member may be called from any thread at any time, except move and destruction.
/// - Lifetime: the pool may go first: the pipeline then hands back what it holds, and ends with `error::stopped`.
///   Destroying the pipeline cancels its tasks and leaves what it holds to the leases. The executor's context must
///   outlive it.
class REEVE_DECL pipeline {
 public:
  /// The type of its executor: the pool's.
  using executor_type = boost::asio::any_io_executor;

  /// One that does not run yet.
  pipeline(process_pool& pool, std::shared_ptr<task_source> source, pipeline_params params = {});
  /// The other one may be destroyed or assigned to, and nothing else.
  pipeline(pipeline&&) noexcept;
  /// Ends this one, as its destruction does, and takes over the other.
  pipeline& operator=(pipeline&&) noexcept;
  /// Cancels its tasks and leaves what it holds to the leases. Does not block.
  ~pipeline();

  /// The executor of its pool.
  executor_type get_executor() const;

  /// Runs it, until it has drained. Once.
  ///
  /// Completion: `void(error_code)`, when it holds nothing any more, or has left the rest to the leases
  /// (`pipeline_status::abandoned`).
  /// Cancellation: total and partial: as `drain()`. Terminal: as `drain(0s)`. It then ends with `operation_aborted`.
  /// Errors: `error::invalid_argument` (the field is in the diagnostics); `error::already_started`; `error::stopped`
  /// where the pool takes no more tasks.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_run(Token&& token = Token{}) {
    return initiate_run(token, nullptr);
  }
  /// The same, telling more about a failure.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_run(diagnostics& diag, Token&& token = Token{}) {
    return initiate_run(token, &diag);
  }

  /// Fetches no more, ends what it holds and publishes it, within `pipeline_params::drain_within` or the time that is
  /// given here; what has not ended by then is cancelled and handed back. Does not wait: `async_run` ends when it is
  /// over. A later call can only bring the end forward.
  void drain(std::optional<std::chrono::steady_clock::duration> within = {});

  /// What it is doing. Takes a lock; O(1).
  pipeline_status status() const;

  /// A function that gives the status at any time and from any thread, and nothing once the pipeline has gone. It does
  /// not keep it.
  std::function<std::optional<pipeline_status>()> status_reader() const;

 private:
  using impl_ptr = std::shared_ptr<detail::pipeline_impl>;
  using handler = boost::asio::any_completion_handler<void(error_code)>;

  static void run(impl_ptr const& impl, handler h, diagnostics* diag);

  template <class Token>
  auto initiate_run(Token& token, diagnostics* diag) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [](auto h, impl_ptr impl, diagnostics* d) { run(impl, handler{std::move(h)}, d); }, token, impl_,
        diag);
  }

  impl_ptr impl_;
};

}  // namespace reeve
