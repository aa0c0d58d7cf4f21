// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/child.hpp"

#include "process/known_children.hpp"
#include "process/launch_thread.hpp"
#include "process/pidfd.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace reeve {
namespace {

using boost::asio::posix::stream_descriptor;

std::uint64_t peak_of(rusage const& usage) noexcept {
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::uint64_t own_peak_memory() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return peak_of(usage);
}

/// By how much two readings of one peak may differ: the kernel counts pages per CPU and adds up roughly.
std::uint64_t peak_memory_error() noexcept {
  static std::uint64_t const error = [] {
    auto const cpus = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_CONF)));
    auto const page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return cpus * std::max<std::uint64_t>(32, 2 * cpus) * page;
  }();
  return error;
}

std::chrono::microseconds to_duration(timeval const& t) noexcept {
  return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
}

exit_status to_status(siginfo_t const& info) noexcept {
  if (info.si_code == CLD_EXITED) return exit_status::from_code(info.si_status);
  return exit_status::from_signal(info.si_status, info.si_code == CLD_DUMPED);
}

error_code unless_ended(error_code ec) noexcept {
  return ec == boost::system::errc::no_such_process ? error_code{} : ec;
}

}  // namespace

child::child(boost::asio::any_io_executor const& executor, launched_process process)
    : pidfd_{executor}, pid_{process.pid}, parent_peak_at_spawn_{own_peak_memory()} {
  error_code ec;
  pidfd_.assign(process.pidfd.get(), ec);
  if (ec) {
    send_signal(process.pidfd.get(), SIGKILL);
    launch_thread::reap_later(std::move(process.pidfd), pid_, true);
    throw boost::system::system_error{ec, "pidfd"};
  }
  process.pidfd.release();
}

child::~child() {
  if (!ended_) leave();
}

void child::leave() noexcept {
  if (!released_) signal(SIGKILL, signal_target::group);
  if (released_) then_ = nullptr;
  launch_thread::reap_later(unique_fd{pidfd_.release()}, pid_, !released_, std::move(then_));
}

void child::async_wait(std::function<void(child_exit const&)> handler) {
  handler_ = std::move(handler);
  wait_readable();
}

void child::wait_readable() {
  pidfd_.async_wait(stream_descriptor::wait_read, [this, alive = std::weak_ptr{alive_}](error_code ec) {
    if (ec || alive.expired()) return;
    auto const exit = collect();
    if (!exit) return wait_readable();
    auto const handler = std::move(handler_);
    handler(*exit);
  });
}

std::optional<child_exit> child::collect() {
  siginfo_t info;
  auto const state = look_at_child(pidfd_.native_handle(), info);
  if (state == child_state::running) return {};
  ended_ = true;
  child_exit result;
  if (state == child_state::gone) {
    forget_child(pid_);
    return result;
  }

  result.status = to_status(info);
  sweep_group(pid_);
  rusage usage{};
  // The application may have reaped it since the look: then its usage went there.
  if (reap_child(pidfd_.native_handle(), info, usage) != child_state::ended) {
    forget_child(pid_);
    return result;
  }
  result.user_time = to_duration(usage.ru_utime);
  result.system_time = to_duration(usage.ru_stime);
  // The kernel starts a child's peak at that of the memory it left at its exec, and that was ours.
  if (auto const peak = peak_of(usage); peak > parent_peak_at_spawn_ + peak_memory_error())
    result.peak_memory = peak;
  return result;
}

error_code child::signal(int number, signal_target target) {
  if (ended_) return {};
  int const pidfd = pidfd_.native_handle();
  if (target == signal_target::leader) return unless_ended(send_signal(pidfd, number));
  return signal_group(pidfd, pid_, number);
}

}  // namespace reeve
