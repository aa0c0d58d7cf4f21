// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace reeve {

/// Where one of a worker's standard streams goes.
class stdio_target {
 public:
  /// Each is made by the function of its name.
  enum class kind { inherit, null, file, pipe };

  /// The supervisor's own stream.
  static stdio_target inherit() { return stdio_target{kind::inherit, {}}; }
  /// /dev/null.
  static stdio_target null() { return stdio_target{kind::null, {}}; }
  /// A file: read as stdin; created where missing and appended to as stdout or stderr. The supervisor opens
  /// it, with its own rights; a relative path begins at its directory. Not empty, and without NUL.
  static stdio_target file(std::filesystem::path path) { return stdio_target{kind::file, std::move(path)}; }
  /// The supervisor: stdout and stderr are captured (see `output_policy`). Not for stdin.
  static stdio_target pipe() { return stdio_target{kind::pipe, {}}; }

  /// Which of the four it is.
  kind type() const noexcept { return kind_; }
  /// The file's path; empty for the others.
  std::filesystem::path const& path() const noexcept { return path_; }

 private:
  stdio_target(kind k, std::filesystem::path path) : kind_{k}, path_{std::move(path)} {}
  kind kind_;
  std::filesystem::path path_;
};

/// The three standard streams.
struct stdio_params {
  /// What it reads: by default nothing, from /dev/null.
  stdio_target in = stdio_target::null();
  /// Where its output goes: by default to the supervisor's stdout.
  stdio_target out = stdio_target::inherit();
  /// Where its errors go: by default to the supervisor's stderr.
  stdio_target err = stdio_target::inherit();
};

/// A descriptor of the supervisor's process that the worker gets under a number of its own. It stays the
/// caller's, and must stay open while the worker may be started.
struct passed_descriptor {
  /// The number in this process: at least 0.
  int source = -1;
  /// The number in the worker: 3 to 1023, and each only once.
  int target = -1;
};

/// One resource limit (see getrlimit(2)).
struct resource_limit {
  /// RLIMIT_NOFILE, RLIMIT_CORE, ...
  int resource = -1;
  /// The limit that is in force: at most `hard`.
  std::uint64_t soft = 0;
  /// How far the worker itself may raise the soft one. RLIM_INFINITY: no limit.
  std::uint64_t hard = 0;
};

/// What a worker leads.
enum class process_isolation {
  /// A process group of its own in the supervisor's session: it does not hear the terminal's Ctrl-C. It is in
  /// the terminal's background, and stopped if it reads from it.
  process_group,
  /// A session of its own: it has no controlling terminal at all. For a worker of another user's, which could
  /// else put input into the supervisor's terminal. Where the kernel schedules by session
  /// (`kernel.sched_autogroup_enabled`) a start takes longer, and `nice` counts among the session's own
  /// processes only.
  session,
};

/// What the operating system is told about a worker's process. Every member is optional; what is not set
/// is inherited.
struct process_params {
  /// The working directory. Without NUL.
  std::filesystem::path directory{};
  /// A process group of its own, or a session of its own.
  process_isolation isolation = process_isolation::process_group;
  /// Descriptors given to the worker beside 0, 1 and 2. It gets no others.
  std::vector<passed_descriptor> descriptors{};
  /// Set one after the other.
  std::vector<resource_limit> limits{};
  /// -20 (most favourable) to 19.
  std::optional<int> nice{};
  /// The CPUs it may run on, each 0 to 1023; at least one of them must exist.
  std::vector<int> cpu_affinity{};
  /// -1000 (never killed) to 1000 (killed first); see proc(5).
  std::optional<int> oom_score_adj{};
  /// Name or number; not empty, and without NUL. Sets the group and the supplementary groups too, to the
  /// user's own; a number that is no known user's needs `group`.
  std::optional<std::string> user{};
  /// Name or number; not empty, and without NUL. With `user` it is the only group; without, the supplementary
  /// groups stay.
  std::optional<std::string> group{};
  /// The worker and its children can gain no privileges by exec.
  bool no_new_privs = false;
  /// File mode creation mask: 0 to 0777.
  std::optional<unsigned> umask{};
};

}  // namespace reeve
