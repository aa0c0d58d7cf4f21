// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Starting and stopping many workers, by reeve and by the bare system calls.

#include "common/compare.hpp"
#include "common/processes.hpp"
#include "common/test_bed.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <sys/epoll.h>

namespace {

using namespace reeve;
using namespace reeve::bench;

constexpr std::size_t many = 1'000;
constexpr std::size_t most = 10'000;

/// How long starting and stopping took.
using times = std::array<double, 2>;

void settle(std::vector<pid_t> const& pids) {
  for (pid_t const pid : pids) wait_until_asleep(pid);
}

times with_reeve(std::size_t count, std::vector<pid_t>& pids) {
  test_bed bed;
  times took{};
  took[0] = seconds([&] { bed.start(sleepers(count)); });
  pids = bed.supervisor.running_pids();
  settle(pids);
  took[1] = seconds([&] { bed.stop_all(); });
  return took;
}

/// The children of a plain loop, with a pidfd of each.
class raw_children {
 public:
  raw_children() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
    if (epoll_ < 0) raw::fail("epoll_create1");
  }
  raw_children(raw_children const&) = delete;
  raw_children& operator=(raw_children const&) = delete;
  ~raw_children() { ::close(epoll_); }

  void start(std::size_t count) {
    while (pidfds_.size() < count) {
      pids.push_back(raw::start(sleep_argv));
      pidfds_.push_back(raw::open_pidfd(pids.back()));
      epoll_event event{.events = EPOLLIN, .data = {.fd = pidfds_.back()}};
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, pidfds_.back(), &event) != 0) raw::fail("epoll_ctl");
    }
  }

  void stop() {
    for (int const fd : pidfds_) raw::signal(fd, SIGTERM);
    for (auto left = pidfds_.size(); left > 0;) {
      std::array<epoll_event, 128> events;
      int const count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) raw::fail("epoll_wait");
      for (int i = 0; i < count; ++i, --left) {
        int const fd = events[static_cast<std::size_t>(i)].data.fd;
        siginfo_t info;
        if (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(fd), &info, WEXITED) != 0)
          raw::fail("waitid");
        ::close(fd);
      }
    }
  }

  std::vector<pid_t> pids;

 private:
  int epoll_;
  std::vector<int> pidfds_;
};

times with_system_calls(std::size_t count) {
  raw_children all;
  times took{};
  took[0] = seconds([&] { all.start(count); });
  settle(all.pids);
  took[1] = seconds([&] { all.stop(); });
  return took;
}

std::string text(comparison const& c, char const* raw_name) {
  return std::string{raw_name} + ' ' + number(c.raw * 1e3, 0) + " ms for " + std::to_string(many) +
         ", ours " + number(c.ours * 1e3, 0) + " ms, medians of " + std::to_string(c.calls) + " rounds each";
}

void compare_many() {
  progress("starting and stopping " + std::to_string(many));
  std::vector<pid_t> pids;
  auto const result = compare<2>(
      {.step = {}, .steps = 9, .most_repeats = 5}, [&] { return with_reeve(many, pids); },
      [] { return with_system_calls(many); });
  report("scale", "start_ratio", result[0].ratio, "ratio", text(result[0], "raw vfork+execve+pidfd_open"));
  report("scale", "stop_ratio", result[1].ratio, "ratio",
         text(result[1], "raw pidfd_send_signal+epoll_wait+waitid"));
}

/// Returns how many were started, were all there, and left nothing.
bool start_and_stop_most() {
  progress("starting and stopping " + std::to_string(most));
  std::vector<pid_t> pids;
  auto const took = with_reeve(most, pids);
  // Its number may be a stranger's by now.
  auto const is_left = [](pid_t pid) {
    std::ifstream name{"/proc/" + std::to_string(pid) + "/comm"};
    std::string is;
    return name >> is && is == "sleep";
  };
  auto const left = std::ranges::count_if(pids, is_left);
  auto const unreaped = children().size();
  bool const good = pids.size() == most && left == 0 && unreaped == 0;
  report("scale", "workers_max", good ? static_cast<double>(most) : 0, "workers",
         std::to_string(pids.size()) + " up after " + number(took[0], 1) + " s, down after another " +
             number(took[1], 1) + " s; left over: " + std::to_string(left) + " by pid, " +
             std::to_string(unreaped) + " children");
  return good;
}

}  // namespace

int main() try {
  // A worker without a page or captured output costs one descriptor.
  if (raise_descriptor_limit() < most + 100)
    throw std::runtime_error{"too few descriptors are allowed: see ulimit -Hn"};
  compare_many();
  return start_and_stop_most() ? 0 : 1;
} catch (std::exception const& e) {
  reeve::bench::progress(e.what());
  return 1;
}
