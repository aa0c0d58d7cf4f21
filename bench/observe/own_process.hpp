// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string>
#include <vector>
#include <sys/types.h>

namespace reeve::bench {

/// This program once more, with these arguments: it is spoken with in lines, and killed at the end.
class own_process {
 public:
  explicit own_process(std::vector<std::string> arguments);
  own_process(own_process const&) = delete;
  own_process& operator=(own_process const&) = delete;
  ~own_process();

  /// A line to its standard input, without its end.
  void tell(std::string line);
  /// The next line of its standard output.
  std::string hear();

 private:
  pid_t pid_ = 0;
  int socket_ = -1;
};

}  // namespace reeve::bench
