// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "reeve/process_params.hpp"

#include <array>
#include <string>
#include <vector>
#include <sys/types.h>

namespace reeve {

/// A start of a process, ready to be carried out: names resolved, descriptors open. It owns its strings;
/// the descriptors are owned by whoever made the request.
struct launch_request {
  /// The program's path, looked up by the kernel at exec. Not used when `image` is given.
  std::string path;
  /// A descriptor of the image to run, or -1.
  int image = -1;
  /// argv[0] and on.
  std::vector<std::string> argv;
  /// "NAME=value".
  std::vector<std::string> environment;
  /// What becomes 0, 1 and 2.
  std::array<int, 3> stdio{0, 1, 2};
  /// Descriptors for the child at 3 and above, ours and the user's; targets are distinct.
  std::vector<passed_descriptor> descriptors;
  /// The rest of what the user asked for. Its `descriptors` are not looked at: see above.
  process_params params;
  /// SIGKILL for the child when this process dies.
  bool dies_with_parent = true;
};

/// A process that was started: its number, and the only safe way to name it.
struct launched_process {
  pid_t pid = 0;
  unique_fd pidfd;
};

/// Why a start failed: errno as the system gave it, and the step that failed ("exec", "chdir", ...).
struct launch_failure {
  error_code error;
  std::string step;
};

/// Starts the process and returns once its exec is done or has failed. Blocks for that long, and is called
/// on the launch thread only. On failure `launched_process::pidfd` is empty, nothing is left behind, and
/// `failure` says why.
launched_process launch(launch_request const& request, launch_failure& failure);

/// Finds `program` as execvp would: a name with a slash as it is, any other through PATH of `environment`
/// (the system's default path where it has none). ENOENT or EACCES in `ec` when there is none.
std::string find_program(std::string const& program, std::vector<std::string> const& environment,
                         error_code& ec);

/// A descriptor of the image that is running, for `launch_request::image`; the same one at every call.
int this_image(error_code& ec);

}  // namespace reeve
