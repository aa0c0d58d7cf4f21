// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/exit_status.hpp"

#include <csignal>
#include <cstring>
#include <ostream>

namespace reeve {
namespace {

std::string signal_name(int signal) {
  if (char const* name = ::sigabbrev_np(signal)) return std::string{"SIG"} + name;
  if (signal >= SIGRTMIN && signal <= SIGRTMAX) return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
  return "signal " + std::to_string(signal);
}

}  // namespace

std::string to_string(exit_status status) {
  if (status.exited()) return "exit code " + std::to_string(status.code());
  if (!status.signaled()) return "unknown";
  return signal_name(status.signal()) + (status.core_dumped() ? " (core dumped)" : "");
}

std::ostream& operator<<(std::ostream& out, exit_status status) { return out << to_string(status); }

}  // namespace reeve
