// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::bench {

/// The system calls that reeve is measured against, with nothing around them.
namespace raw {

[[noreturn]] inline void fail(char const* call) {
  throw std::system_error{errno, std::generic_category(), call};
}

/// vfork and execve; `argv[0]` is the program's path. Returns once the exec is done.
inline pid_t start(char const* const* argv) {
  pid_t const pid = ::vfork();
  if (pid == 0) {
    ::execve(argv[0], const_cast<char* const*>(argv), environ);
    ::_exit(127);
  }
  if (pid < 0) fail("vfork");
  return pid;
}

inline int open_pidfd(pid_t pid) {
  auto const fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) fail("pidfd_open");
  return fd;
}

inline void signal(int pidfd, int number) {
  if (::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) != 0) fail("pidfd_send_signal");
}

/// Waits for the child's end and reaps it.
inline void reap(pid_t pid) {
  siginfo_t info;
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) != 0)
    if (errno != EINTR) fail("waitid");
}

/// A child that runs `work` and is killed at the end. `work` may make system calls and touch memory, and must not
/// return: it may have been forked in a process of several threads.
class forked_child {
 public:
  template <class Work>
  explicit forked_child(Work work) : pid_{::fork()} {
    if (pid_ < 0) fail("fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    ::_exit(1);
  }
  forked_child(forked_child const&) = delete;
  forked_child& operator=(forked_child const&) = delete;
  ~forked_child() {
    ::kill(pid_, SIGKILL);
    reap(pid_);
  }

 private:
  pid_t pid_;
};

/// An eventfd, and an epoll instance that waits for it and nothing else.
class doorbell {
 public:
  doorbell() {
    event_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{.events = EPOLLIN, .data = {.fd = event_}};
    if (event_ < 0 || epoll_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event) != 0) fail("doorbell");
  }
  doorbell(doorbell const&) = delete;
  doorbell& operator=(doorbell const&) = delete;
  ~doorbell() {
    ::close(epoll_);
    ::close(event_);
  }

  void ring() const noexcept {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = ::write(event_, &one, sizeof one);
  }
  /// Waits until it was rung.
  void wait() const noexcept {
    epoll_event event;
    while (::epoll_wait(epoll_, &event, 1, -1) != 1) {
    }
    std::uint64_t rung = 0;
    [[maybe_unused]] auto const got = ::read(event_, &rung, sizeof rung);
  }

 private:
  int event_;
  int epoll_;
};

}  // namespace raw

/// Bytes of this process's memory that are resident, shared pages among them.
inline std::size_t resident_memory() {
  std::ifstream status{"/proc/self/status"};
  for (std::string name; status >> name;) {
    std::size_t kilobytes = 0;
    if (name == "VmRSS:" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error{"/proc/self/status has no VmRSS"};
}

/// The children of all threads of this process.
inline std::vector<pid_t> children() {
  std::vector<pid_t> result;
  for (auto const& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream in{task.path() / "children"};
    for (pid_t pid = 0; in >> pid;) result.push_back(pid);
  }
  return result;
}

/// Waits until the process sleeps: for /bin/sleep, until it has done all that it does before it waits.
inline void wait_until_asleep(pid_t pid) {
  using namespace std::chrono_literals;
  for (int looks_asleep = 0; looks_asleep < 2;) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
    std::string stat;
    if (!std::getline(in, stat)) throw std::runtime_error{"process " + std::to_string(pid) + " has gone"};
    // "pid (name) state": the name may have any characters.
    auto const state = stat.at(stat.rfind(')') + 2);
    looks_asleep = state == 'S' ? looks_asleep + 1 : 0;
    if (looks_asleep == 0) std::this_thread::sleep_for(1ms);
  }
}

/// Allows as many open descriptors as the system lets us.
inline rlim_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) raw::fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) raw::fail("setrlimit");
  return limit.rlim_cur;
}

}  // namespace reeve::bench
