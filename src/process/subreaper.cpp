// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/subreaper.hpp"

#include "core/unique_fd.hpp"
#include "process/known_children.hpp"
#include "process/launch_thread.hpp"
#include "process/pidfd.hpp"
#include "process/proc_file.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace reeve {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// How long one call keeps the launch thread's other work waiting.
constexpr auto most_patience = 200ms;

constexpr auto patrol_period = 1s;

/// The next number in `text`, which is moved behind it.
std::optional<pid_t> next_number(std::string_view& text) {
  auto const begin = text.find_first_of("0123456789");
  if (begin == text.npos) return {};
  text.remove_prefix(begin);
  pid_t value = 0;
  auto const parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return value;
}

/// The children of all threads of this process but those that `launch` started; those it adopted are some
/// thread's, too.
std::vector<pid_t> other_children() {
  std::vector<pid_t> result;
  std::error_code ignored;
  for (auto const& thread : std::filesystem::directory_iterator{"/proc/self/task", ignored}) {
    auto const list = read_proc_file(thread.path() / "children");
    std::string_view rest{list};
    while (auto const pid = next_number(rest))
      if (!is_known_child(*pid)) result.push_back(*pid);
  }
  return result;
}

struct process_stat {
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
};

std::optional<process_stat> stat_of(pid_t pid) {
  auto const text = read_proc_file("/proc/" + std::to_string(pid) + "/stat");
  // "812 (name) S 1 ...": the name may hold anything, parentheses too.
  auto const name_end = text.rfind(") ");
  if (name_end == text.npos || name_end + 2 >= text.size()) return {};
  std::string_view rest{text};
  rest.remove_prefix(name_end + 2);
  process_stat result;
  for (auto* field : {&result.parent, &result.group, &result.session}) *field = next_number(rest).value_or(0);
  return result;
}

bool carries(pid_t pid, std::string const& marker) {
  auto const wanted = std::string{descendant_marker} + '=' + marker;
  auto const text = read_proc_file("/proc/" + std::to_string(pid) + "/environ");
  for (std::size_t at = 0; at < text.size();) {
    std::string_view const variable{text.c_str() + at};
    if (variable == wanted) return true;
    at += variable.size() + 1;
  }
  return false;
}

struct stray {
  pid_t pid = 0;
  unique_fd pidfd;
};

/// The child of this number if it is a stray: one that `is_stray(pid, stat)` knows.
template <class Predicate>
std::optional<stray> as_stray(pid_t pid, Predicate const& is_stray) {
  auto const matches = [&] {
    auto const stat = stat_of(pid);
    return stat && stat->parent == ::getpid() && is_stray(pid, *stat);
  };
  if (!matches()) return {};
  stray found{pid, open_pidfd(pid)};
  // The number may have changed hands before it was opened; not since, if the process is still there then.
  if (!matches() || send_signal(found.pidfd.get(), 0)) return {};
  return found;
}

child_state reap(stray const& s) {
  siginfo_t info;
  rusage usage;
  return reap_child(s.pidfd.get(), info, usage);
}

bool ended_by(stray const& s, clock::time_point deadline) {
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
  pollfd event{s.pidfd.get(), POLLIN, 0};
  return ::poll(&event, 1, static_cast<int>(std::max(left, 0ms).count())) > 0;
}

/// What one look at all children did.
struct sweep {
  bool reaped_any = false;
  std::vector<stray> dying;
};

/// `leader` is 0 where its number says nothing any more.
sweep kill_strays(std::string const& marker, pid_t leader) {
  auto const is_left_behind = [&](pid_t pid, process_stat const& stat) {
    return (leader != 0 && (stat.session == leader || stat.group == leader)) || carries(pid, marker);
  };
  sweep result;
  for (pid_t const pid : other_children()) {
    auto s = as_stray(pid, is_left_behind);
    if (!s) continue;
    if (reap(*s) == child_state::ended) {
      result.reaped_any = true;
    } else if (!send_signal(s->pidfd.get(), SIGKILL)) {
      result.dying.push_back(std::move(*s));
    }
  }
  return result;
}

void patrol(std::shared_ptr<boost::asio::steady_timer> const& timer) {
  timer->expires_after(patrol_period);
  timer->async_wait([timer](error_code ec) {
    if (ec) return;
    reap_dead_strays();
    patrol(timer);
  });
}

}  // namespace

void become_subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

int reap_strays(std::string const& marker, pid_t leader) {
  // Where the leader's number lives again, its session and group may be a stranger's.
  pid_t const known_by = stat_of(leader) ? 0 : leader;
  auto const go_on = [marker, leader] { reap_strays(marker, leader); };
  auto const deadline = clock::now() + most_patience;
  for (int killed = 0;;) {
    // The end of an orphan makes its own children orphans of ours, which the next round finds.
    auto done = kill_strays(marker, known_by);
    if (!done.reaped_any && done.dying.empty()) return killed;
    killed += static_cast<int>(done.dying.size());
    for (auto& s : done.dying) {
      if (ended_by(s, deadline)) {
        reap(s);
      } else {
        remember_child(s.pid);  // so that no other round takes it up
        launch_thread::reap_later(std::move(s.pidfd), s.pid, false, go_on);
      }
    }
    if (clock::now() < deadline) continue;
    boost::asio::post(launch_thread::executor(), go_on);
    return killed;
  }
}

std::function<void()> then_reap_strays(std::string marker, pid_t leader) {
  if (marker.empty()) return {};
  return [marker = std::move(marker), leader] { reap_strays(marker, leader); };
}

// A session or group keeps its number from being given to others for as long as a stray is in it.
void reap_dead_strays() {
  auto const is_workers = [](pid_t, process_stat const& stat) {
    return is_known_child(stat.session) || is_known_child(stat.group);
  };
  for (pid_t const pid : other_children())
    if (auto const s = as_stray(pid, is_workers)) reap(*s);
}

void patrol_for_strays() {
  static std::atomic<pid_t> patrolled{0};
  auto const timer = std::make_shared<boost::asio::steady_timer>(launch_thread::executor());
  pid_t const self = ::getpid();  // a fork has no launch thread yet, and so no patrol
  if (patrolled.exchange(self) != self) patrol(timer);
}

}  // namespace reeve
