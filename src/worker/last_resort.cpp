// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/last_resort.hpp"

#include <cstdio>
#include <iostream>
#include <system_error>
#include <thread>
#include <signal.h>
#include <unistd.h>

namespace reeve {
namespace {

bool leads_group() noexcept { return ::getpgrp() == ::getpid(); }

}  // namespace

void end_with_group() noexcept {
  if (!leads_group()) return;
  std::cout.flush();
  std::fflush(nullptr);
  ::kill(0, SIGKILL);
}

void kill_group_after(std::chrono::milliseconds time) noexcept {
  auto const kill_now = [] { ::kill(leads_group() ? 0 : ::getpid(), SIGKILL); };
  // A thread of its own, because it is the only thing that nobody else can keep busy.
  try {
    std::thread{[=] {
      std::this_thread::sleep_for(time);
      kill_now();
    }}.detach();
  } catch (std::system_error const&) {
    kill_now();
  }
}

}  // namespace reeve
