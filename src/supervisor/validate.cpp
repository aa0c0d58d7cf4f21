// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/validate.hpp"

#include "shm/worker_page.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <set>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

namespace reeve {
namespace {

using duration = std::chrono::steady_clock::duration;
using namespace std::chrono_literals;

// Longer than any sensible wait, and short enough that adding it to the clock never overflows.
constexpr duration longest = std::chrono::hours{24 * 365};

bool is_wait(duration d, duration least = duration::zero()) { return d >= least && d <= longest; }

/// Collects the first complaint.
class checker {
 public:
  explicit checker(std::string prefix) : prefix_{std::move(prefix)} {}

  void require(bool ok, char const* field, char const* message) {
    if (!ok && !error_) error_ = field_error{prefix_ + field, message};
  }
  void take(std::optional<field_error> other) {
    if (!error_) error_ = std::move(other);
  }
  std::optional<field_error> result() && { return std::move(error_); }

 private:
  std::string prefix_;
  std::optional<field_error> error_;
};

// Names go into log lines, file names and the environment.
bool is_spec_name(std::string const& text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::none_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '/'; });
}

bool has_nul(std::string const& text) { return text.find('\0') != std::string::npos; }
bool has_nul(std::filesystem::path const& path) { return has_nul(path.native()); }

bool is_signal(int number) { return number >= 1 && number <= SIGRTMAX; }

std::optional<field_error> check_command(command const& command, environment const& env, bool may_be_empty,
                                         std::string const& prefix) {
  checker c{prefix};
  c.require(!command.program.empty() || !command.worker_type.empty() || may_be_empty, "command",
            "is empty: give the program to run, or in_this_program(\"type\")");
  c.require(!has_nul(command.program), "command.program", "has a NUL character in it");
  c.require(!has_nul(command.worker_type), "command.worker_type", "has a NUL character in it");
  c.require(std::ranges::none_of(command.args, [](std::string const& arg) { return has_nul(arg); }),
            "command.args", "has an argument with a NUL character in it");
  for (auto const& [name, value] : env.changes()) {
    c.require(!name.empty() && name.find('=') == std::string::npos && !has_nul(name), "env",
              "has a variable whose name is empty, or has '=' or NUL in it");
    c.require(!value || !has_nul(*value), "env", "has a value with a NUL character in it");
    c.require(!name.starts_with("REEVE_"), "env",
              "has a variable that begins with REEVE_: those are reeve's own");
  }
  return std::move(c).result();
}

std::optional<field_error> check_process(process_params const& process, std::string const& prefix) {
  checker c{prefix};
  c.require(!has_nul(process.directory), "process.directory", "has a NUL character in it");
  std::set<int> targets;
  for (auto const& d : process.descriptors) {
    c.require(d.source >= 0, "process.descriptors", "has a source that is no descriptor");
    c.require(d.target >= 3 && d.target < 1024, "process.descriptors", "has a target outside 3 to 1023");
    c.require(targets.insert(d.target).second, "process.descriptors", "has the same target twice");
  }
  for (auto const& limit : process.limits) {
    c.require(limit.resource >= 0 && limit.resource < RLIM_NLIMITS, "process.limits",
              "names no resource: see getrlimit(2)");
    c.require(limit.soft <= limit.hard, "process.limits", "has a soft limit above its hard limit");
  }
  c.require(!process.nice || (*process.nice >= -20 && *process.nice <= 19), "process.nice",
            "must be -20 to 19");
  c.require(std::ranges::all_of(process.cpu_affinity, [](int cpu) { return cpu >= 0 && cpu < CPU_SETSIZE; }),
            "process.cpu_affinity", "has a CPU outside 0 to 1023");
  c.require(!process.oom_score_adj || (*process.oom_score_adj >= -1000 && *process.oom_score_adj <= 1000),
            "process.oom_score_adj", "must be -1000 to 1000");
  c.require(!process.user || !process.user->empty(), "process.user",
            "is empty: give a name or a number, or leave it out");
  c.require(!process.group || !process.group->empty(), "process.group",
            "is empty: give a name or a number, or leave it out");
  c.require(!process.user || !has_nul(*process.user), "process.user", "has a NUL character in it");
  c.require(!process.group || !has_nul(*process.group), "process.group", "has a NUL character in it");
  c.require(!process.umask || *process.umask <= 0777, "process.umask", "must be 0 to 0777");
  return std::move(c).result();
}

std::optional<field_error> check_output(worker_spec const& spec, std::string const& prefix) {
  checker c{prefix};
  using stdio = stdio_target::kind;
  auto const piped = [](stdio_target const& t) { return t.type() == stdio::pipe; };
  auto const& io = spec.stdio;
  for (auto const& [target, field] :
       {std::pair{&io.in, "stdio.in"}, {&io.out, "stdio.out"}, {&io.err, "stdio.err"}}) {
    c.require(target->type() != stdio::file || !target->path().empty(), field, "is a file without a path");
    c.require(!has_nul(target->path()), field, "has a path with a NUL character in it");
  }
  c.require(!piped(io.in), "stdio.in", "cannot be a pipe: give null, a file, or inherit");
  bool const captured = piped(io.out) || piped(io.err);
  c.require(!captured || spec.on_death == on_supervisor_death::end, "on_death",
            "is live_on while stdout or stderr is a pipe to the supervisor: send them to a file instead");
  auto const& out = spec.output;
  c.require(captured || (!out.to_log && !out.to_file && !out.on_line), "output",
            "has a sink but nothing to put into it: set stdio.out or stdio.err to stdio_target::pipe()");
  c.require(out.max_line_bytes >= 1, "output.max_line_bytes", "must be at least 1");
  c.require(!out.on_line || out.max_waiting_lines >= 1, "output.max_waiting_lines", "must be at least 1");
  c.require(!out.to_file || !out.to_file->path.empty(), "output.to_file", "has no path");
  c.require(!out.to_file || !has_nul(out.to_file->path), "output.to_file",
            "has a path with a NUL character in it");
  c.require(!out.to_file || out.to_file->max_bytes >= 1, "output.to_file.max_bytes", "must be at least 1");
  c.require(!out.to_file || out.max_waiting_bytes >= 1, "output.max_waiting_bytes", "must be at least 1");
  return std::move(c).result();
}

std::optional<field_error> check_health(worker_spec const& spec, std::string const& prefix) {
  checker c{prefix};
  auto const& health = spec.health;
  if (health.heartbeat) {
    c.require(is_wait(health.heartbeat->timeout, 4ms), "health.heartbeat.timeout", "must be 4 ms to a year");
    c.require(
        health.heartbeat->start_within == duration::zero() || is_wait(health.heartbeat->start_within, 4ms),
        "health.heartbeat.start_within", "must be zero (the timeout), or 4 ms to a year");
  }
  if (health.check) {
    c.require(is_wait(health.interval, 1ms), "health.interval", "must be 1 ms to a year");
    c.require(is_wait(health.timeout, 1ms), "health.timeout", "must be 1 ms to a year");
    c.require(health.failures >= 1, "health.failures", "must be at least 1");
  }
  auto const& ready = spec.ready;
  if (ready.type() != ready_when::kind::spawned) {
    c.require(is_wait(ready.timeout(), 1ms), "ready.timeout", "must be 1 ms to a year");
    c.require(is_wait(ready.interval(), 1ms), "ready.interval", "must be 1 ms to a year");
  }
  c.require(ready.type() != ready_when::kind::hook || ready.hook(), "ready.check", "is an empty function");
  return std::move(c).result();
}

std::optional<field_error> check_restart(restart_policy const& policy, std::string const& prefix) {
  checker c{prefix};
  c.require(is_wait(policy.delay), "restart.delay", "must be zero to a year");
  c.require(std::isfinite(policy.backoff) && policy.backoff >= 1.0 && policy.backoff <= 1000.0,
            "restart.backoff", "must be 1 (constant) to 1000");
  c.require(policy.max_delay >= policy.delay, "restart.max_delay", "must be at least restart.delay");
  c.require(policy.max_delay <= longest, "restart.max_delay", "must be at most a year");
  c.require(policy.jitter >= 0.0 && policy.jitter <= 1.0, "restart.jitter", "must be 0 to 1");
  c.require(is_wait(policy.reset_after), "restart.reset_after", "must be zero to a year");
  c.require(policy.max_restarts <= 1'000'000, "restart.max_restarts", "must be at most 1,000,000");
  c.require(is_wait(policy.window, 1ms), "restart.window", "must be 1 ms to a year");
  c.require(std::ranges::all_of(policy.clean_exit_codes, [](int code) { return code >= 0 && code <= 255; }),
            "restart.clean_exit_codes", "has a code outside 0 to 255");
  c.require(std::ranges::all_of(policy.clean_signals, is_signal), "restart.clean_signals",
            "has a number that is no signal");
  return std::move(c).result();
}

std::optional<field_error> check_stop(stop_policy const& policy, std::string const& prefix) {
  checker c{prefix};
  c.require(is_wait(policy.ask_grace), "stop.ask_grace", "must be zero to a year");
  c.require(is_wait(policy.signal_grace), "stop.signal_grace", "must be zero to a year");
  c.require(is_signal(policy.signal), "stop.signal", "is no signal");
  return std::move(c).result();
}

}  // namespace

std::optional<field_error> validate(worker_spec const& spec, std::string const& prefix) {
  checker c{prefix};
  c.require(is_spec_name(spec.name), "name",
            "must be 1 to 128 characters, without spaces, slashes or control characters");
  c.require(spec.count <= 100'000, "count", "must be at most 100,000");
  c.take(check_command(spec.command, spec.env, static_cast<bool>(spec.for_instance), prefix));
  c.take(check_process(spec.process, prefix));
  c.take(check_output(spec, prefix));
  c.take(check_health(spec, prefix));
  c.take(check_restart(spec.restart, prefix));
  c.take(check_stop(spec.stop, prefix));
  return std::move(c).result();
}

std::optional<field_error> validate(command const& c, environment const& env) {
  return check_command(c, env, false, "for_instance: ");
}

std::optional<field_error> validate(process_params const& process) {
  return check_process(process, "for_start: ");
}

std::optional<field_error> validate(restart_options const& options) {
  checker c{{}};
  c.require(options.cause == exit_cause::restart || options.cause == exit_cause::limit, "cause",
            "must be exit_cause::restart or exit_cause::limit");
  return std::move(c).result();
}

std::optional<field_error> validate(group_spec const& spec) {
  checker c{{}};
  c.require(is_spec_name(spec.name), "name",
            "must be 1 to 128 characters, without spaces, slashes or control characters");
  c.require(!spec.workers.empty(), "workers", "is empty: a group needs at least one worker");
  c.take(check_restart(spec.restart, {}));
  std::set<std::string> names{spec.name};
  for (std::size_t i = 0; i < spec.workers.size(); ++i) {
    auto const prefix = "workers[" + std::to_string(i) + "].";
    c.take(validate(spec.workers[i], prefix));
    c.require(names.insert(spec.workers[i].name).second, "workers",
              "has the same name twice, or the group's own");
  }
  return std::move(c).result();
}

}  // namespace reeve
