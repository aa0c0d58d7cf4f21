// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <iosfwd>
#include <string>

namespace reeve {

/// How a process ended: by an exit code, by a signal, or in a way nobody can tell any more.
///
/// An exit code of 9 and SIGKILL are different things here, as they are in the kernel.
class REEVE_DECL exit_status {
 public:
  /// Unknown: the application reaped the child itself, or ignores SIGCHLD; or there was no child.
  constexpr exit_status() noexcept = default;

  /// Ended by `exit(code)`.
  static constexpr exit_status from_code(int code) noexcept { return {kind::exited, code, false}; }

  /// Ended by a signal; `core` says whether a core was dumped.
  static constexpr exit_status from_signal(int signal, bool core) noexcept {
    return {kind::signaled, signal, core};
  }

  /// Whether anybody can tell how it ended.
  constexpr bool known() const noexcept { return kind_ != kind::unknown; }

  /// Whether it ended by an exit code.
  constexpr bool exited() const noexcept { return kind_ == kind::exited; }

  /// Whether it was ended by a signal.
  constexpr bool signaled() const noexcept { return kind_ == kind::signaled; }

  /// The exit code. Only of a process that `exited()`; otherwise -1.
  constexpr int code() const noexcept { return exited() ? value_ : -1; }

  /// The signal's number. Only of a process that was `signaled()`; otherwise 0.
  constexpr int signal() const noexcept { return signaled() ? value_ : 0; }

  /// Whether a core was dumped.
  constexpr bool core_dumped() const noexcept { return core_; }

  /// Exit code 0.
  constexpr bool success() const noexcept { return exited() && value_ == 0; }

  friend constexpr bool operator==(exit_status, exit_status) noexcept = default;

 private:
  enum class kind { unknown, exited, signaled };
  constexpr exit_status(kind k, int value, bool core) noexcept : kind_{k}, value_{value}, core_{core} {}

  kind kind_ = kind::unknown;
  int value_ = 0;
  bool core_ = false;
};

/// "exit code 3", "SIGKILL", "SIGSEGV (core dumped)" or "unknown".
REEVE_DECL std::string to_string(exit_status status);

/// Writes `to_string(status)`.
REEVE_DECL std::ostream& operator<<(std::ostream& out, exit_status status);

}  // namespace reeve
