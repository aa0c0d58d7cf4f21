// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// fork_tree [N] [double] [setsid] [group] [exit] [clear]: forks N (default 1) descendants that sleep for ever
// holding stdout open, prints their pids in a line each, then "up", and sleeps for ever. "double": they are
// grandchildren whose parent has exited; "setsid": each leads a session; "group": a group; "exit": this process
// exits with 0 when it has printed; "clear": they have no environment.

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::set<std::string> options;

[[noreturn]] void sleep_for_ever() {
  for (;;) ::pause();
}

/// What a descendant does; `report` is closed, by exec or here, once it is what it is to be.
[[noreturn]] void descend(int report) {
  if (options.contains("double") && ::fork() != 0) ::_exit(0);
  if (options.contains("setsid")) ::setsid();
  if (options.contains("group")) ::setpgid(0, 0);
  pid_t const self = ::getpid();
  if (::write(report, &self, sizeof self) != sizeof self) ::_exit(1);
  if (options.contains("clear")) {
    // The environment that /proc shows is the one of the exec.
    char name[] = "sleeper";
    char* const arguments[] = {name, nullptr};
    char* const nothing[] = {nullptr};
    ::execve("/proc/self/exe", arguments, nothing);
  }
  ::close(report);
  sleep_for_ever();
}

pid_t fork_sleeper() {
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) std::exit(1);
  pid_t const child = ::fork();
  if (child == 0) descend(report[1]);
  ::close(report[1]);
  pid_t sleeper = 0;
  if (::read(report[0], &sleeper, sizeof sleeper) != sizeof sleeper) std::exit(1);
  for (char end; ::read(report[0], &end, 1) > 0;) {
  }
  ::close(report[0]);
  if (options.contains("double")) ::waitpid(child, nullptr, 0);
  return sleeper;
}

}  // namespace

int main(int argc, char** argv) {
  if (std::string{"sleeper"} == argv[0]) sleep_for_ever();
  int count = 1;
  for (int i = 1; i < argc; ++i) {
    if (int const number = std::atoi(argv[i])) {
      count = number;
    } else {
      options.insert(argv[i]);
    }
  }
  std::setvbuf(stdout, nullptr, _IONBF, 0);  // a fork copies no line that was printed before
  for (int i = 0; i < count; ++i) std::printf("%d\n", static_cast<int>(fork_sleeper()));
  std::puts("up");
  std::fflush(stdout);
  if (options.contains("exit")) return 0;
  sleep_for_ever();
}
