// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/command.hpp>
#include <reeve/environment.hpp>
#include <reeve/exit_record.hpp>
#include <reeve/health_policy.hpp>
#include <reeve/output_policy.hpp>
#include <reeve/process_params.hpp>
#include <reeve/ready_when.hpp>
#include <reeve/restart_policy.hpp>
#include <reeve/stop_policy.hpp>
#include <reeve/trace_context.hpp>
#include <reeve/worker_id.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace reeve {

/// What becomes of a worker when its supervisor dies or is destroyed.
enum class on_supervisor_death {
  /// It ends too: by SIGKILL; but after the supervisor's death one that runs reeve's runtime shuts down in
  /// order, within a second.
  end,
  /// It lives on, unsupervised. Its output may not be captured then.
  live_on,
};

/// What to run, how many of it, and how to keep it alive. Only `name` and `command` are needed.
struct worker_spec {
  /// Unique in the supervisor, among workers and groups. 1 to 128 bytes, without spaces, slashes or control
  /// characters.
  std::string name{};
  /// What it runs. May be empty where `for_instance` fills it in.
  reeve::command command{};
  /// How many instances, with the indexes 0 to count - 1; at most 100,000.
  std::size_t count = 1;
  /// Called for each start of each instance, to adapt its command and environment. It runs inside the
  /// supervisor and must not block. If it throws, or makes something that a spec may not have, the start
  /// fails with `error::invalid_argument`, and `restart` decides on another.
  std::function<void(std::size_t index, reeve::command&, reeve::environment&)> for_instance{};
  /// Called for each start of each instance, after `for_instance`, with the id of the incarnation that is about
  /// to be, to adapt what the operating system is told about its process: descriptors of its own, say. Those must
  /// stay open until the `spawned` or the `exited` event of that incarnation. For the rest as `for_instance`.
  std::function<void(worker_id const& incarnation, process_params&)> for_start{};

  /// Its environment. No variable may begin with REEVE_.
  environment env{};
  /// Where its standard streams lead: stdin from /dev/null, the others to the supervisor's own, by default.
  stdio_params stdio{};
  /// What the operating system is told about its process.
  process_params process{};
  /// What becomes of its output, where that is captured.
  output_policy output{};

  /// When it counts as ready: by default as soon as its program was executed.
  ready_when ready{};
  /// How its health is watched: by default not at all.
  health_policy health{};
  /// When it is started again.
  restart_policy restart{};
  /// Asked, before the `exited` event, about each exit that `restart.mode` restarts, whether it counts (empty: all
  /// do). After one that does not, the worker is started again at once: the restart is no entry in the budget and
  /// makes no wait longer. It runs inside the supervisor and must not block. Where it throws, the exit counts. A
  /// start that failed always counts. Not used for a member of a group that restarts together.
  std::function<bool(exit_record const&)> counts_against_budget{};
  /// How it is stopped.
  stop_policy stop{};
  /// What becomes of it when the supervisor is gone. `live_on` is refused where its output is captured.
  on_supervisor_death on_death = on_supervisor_death::end;

  /// The trace in which it is started: it gets it as TRACEPARENT, TRACESTATE and BAGGAGE, unless `env` or `for_instance`
  /// sets the first of these. Where this process is `tracing`, what it gets is the context of a span of each incarnation
  /// below that one, from its start to its exit; without a trace here each is one of its own.
  trace_context trace{};

  /// Gives a program that does not beat the worker page all the same, for its counters.
  bool shared_page = false;
};

/// What a group does when one of its members ends in a way that its policy restarts (the strategies of
/// OTP's supervisor). A member is a spec, with all its instances.
enum class group_strategy {
  /// That worker alone is restarted, by its own policy.
  one_for_one,
  /// All are stopped in reverse order and started again in order.
  one_for_all,
  /// It and those after it are.
  rest_for_one,
};

/// An ordered group of specs: started in order, each when the one before it is ready, and stopped in
/// reverse order.
struct group_spec {
  /// Unique in the supervisor, among groups and workers. As for a worker: 1 to 128 bytes, without spaces,
  /// slashes or control characters.
  std::string name{};
  /// What is restarted with a member that ended.
  group_strategy strategy = group_strategy::one_for_all;
  /// Its members, in the order of their start; at least one, each of another name.
  std::vector<worker_spec> workers{};
  /// For one_for_all and rest_for_one: the delay and the budget of the group, where one group restart is
  /// one entry and `reset_after` counts from when all were ready. Which exits count is each member's own
  /// `restart.mode` with its clean codes and signals; the rest of the members' policies is not used. For
  /// one_for_one each member's own policy rules and this one is not used.
  restart_policy restart{};
};

}  // namespace reeve
