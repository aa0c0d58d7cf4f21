// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/command.hpp>
#include <reeve/environment.hpp>
#include <reeve/health_policy.hpp>
#include <reeve/output_policy.hpp>
#include <reeve/process_params.hpp>
#include <reeve/ready_when.hpp>
#include <reeve/restart_policy.hpp>
#include <reeve/stop_policy.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace reeve {

/// What becomes of a worker when its supervisor dies or is destroyed.
enum class on_supervisor_death {
  /// It ends too: SIGKILL, or an orderly shutdown where it runs reeve's runtime.
  end,
  /// It lives on, unsupervised. Its output may not be captured then.
  live_on,
};

/// What to run, how many of it, and how to keep it alive. Only `name` and `command` are needed.
struct worker_spec {
  /// Unique in the supervisor.
  std::string name{};
  reeve::command command{};
  /// How many instances, with the indexes 0 to count - 1.
  std::size_t count = 1;
  /// Called for each start of each instance, to adapt its command and environment. It runs inside the
  /// supervisor and must not block; if it throws, the start fails.
  std::function<void(std::size_t index, reeve::command&, reeve::environment&)> for_instance{};

  environment env{};
  stdio_params stdio{};
  process_params process{};
  output_policy output{};

  ready_when ready{};
  health_policy health{};
  restart_policy restart{};
  stop_policy stop{};
  on_supervisor_death on_death = on_supervisor_death::end;

  /// Gives a program that does not beat the worker page all the same, for its counters.
  bool shared_page = false;
};

/// What a group does when one of its members ends in a way that its policy restarts (the strategies of
/// OTP's supervisor).
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
  /// Unique in the supervisor, among groups and workers.
  std::string name{};
  group_strategy strategy = group_strategy::one_for_all;
  std::vector<worker_spec> workers{};
  /// For one_for_all and rest_for_one: the delay and the budget of the group, where one group restart is
  /// one entry. Which exits count is each member's `restart.mode`; the rest of the members' policies is
  /// not used. For one_for_one each member's own policy rules and this one is not used.
  restart_policy restart{};
};

}  // namespace reeve
