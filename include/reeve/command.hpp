// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace reeve {

/// The program a worker runs, and its arguments. No string may have a NUL in it.
///
///     command c{"/usr/bin/python3", "-m", "http.server"};
///     c.args.push_back("8080");
struct command {
  /// Empty: what `worker_spec::for_instance` fills in.
  command() = default;

  /// The program, then its arguments.
  command(std::initializer_list<std::string> program_and_args) {
    auto it = program_and_args.begin();
    if (it == program_and_args.end()) return;
    program = *it;
    args.assign(it + 1, program_and_args.end());
  }

  /// A path, which if relative begins at `process_params::directory`; a name without a slash is looked up in
  /// the PATH of the worker's environment.
  std::string program;
  /// The arguments after the program's own name.
  std::vector<std::string> args;
  /// The registered worker type to run: in this program where `program` is empty, else in that program, whose
  /// `main` must call `run_as_worker`. Set by `in_this_program` and `in_program`.
  std::string worker_type;
};

/// The command that runs a worker registered with `REEVE_WORKER` or `REEVE_FUNCTION_WORKER` in the image that
/// is running now, even where its file has been replaced meanwhile. The program's `main` must call
/// `run_as_worker`.
inline command in_this_program(std::string worker_type, std::vector<std::string> args = {}) {
  command c;
  c.args = std::move(args);
  c.worker_type = std::move(worker_type);
  return c;
}

/// The command that runs a worker that another program registers with `REEVE_WORKER` or `REEVE_FUNCTION_WORKER`.
/// That program's `main` must call `run_as_worker`.
inline command in_program(std::string program, std::string worker_type, std::vector<std::string> args = {}) {
  command c = in_this_program(std::move(worker_type), std::move(args));
  c.program = std::move(program);
  return c;
}

}  // namespace reeve
