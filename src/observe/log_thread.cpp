// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_thread.hpp"

#include "core/all_signals_blocked.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <sys/prctl.h>

namespace reeve {

// Shared with the thread, which may outlive the other side.
struct log_thread::state {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<boost::log::record_view> waiting;
  std::uint64_t pushed = 0;
  std::uint64_t done = 0;
  // So many were dropped, or not written, since that was told.
  std::uint64_t lost = 0;
  bool closed = false;
  bool abandoned = false;
  bool finished = false;
  std::unique_ptr<log_output> output;
};

namespace {

// Takes the record along: its values go without the lock.
bool write_record_to(log_output& output, boost::log::record_view record) noexcept {
  try {
    return output.write(fields_of(record, std::chrono::system_clock::now()));
  } catch (...) {
    return false;
  }
}

bool tell_of_lost(log_output& output, std::uint64_t lost) noexcept {
  try {
    auto const text = std::to_string(lost) + " log records were lost: the output was too slow, or failed";
    return output.write({.time = std::chrono::system_clock::now(),
                         .level = boost::log::trivial::warning,
                         .severity = std::string_view{"warning"},
                         .channel = std::string_view{"reeve"},
                         .message = std::string_view{text}});
  } catch (...) {
    return false;
  }
}

}  // namespace

log_thread::log_thread(std::unique_ptr<log_output> output) : state_{std::make_shared<state>()} {
  state_->output = std::move(output);
  all_signals_blocked const blocked;
  thread_ = std::thread{[shared = state_] { run(shared); }};
}

void log_thread::push(boost::log::record_view const& record) noexcept {
  std::lock_guard const guard{state_->mutex};
  if (state_->closed) return;
  try {
    if (state_->waiting.size() < max_waiting) {
      state_->waiting.push_back(record);
      ++state_->pushed;
      state_->changed.notify_all();
      return;
    }
  } catch (...) {
  }
  ++state_->lost;
}

bool log_thread::flush(clock::time_point deadline) {
  std::unique_lock lock{state_->mutex};
  return state_->changed.wait_until(
      lock, deadline, [this, wanted = state_->pushed] { return state_->done >= wanted || state_->finished; });
}

bool log_thread::end(clock::time_point deadline) {
  std::unique_lock lock{state_->mutex};
  state_->closed = true;
  state_->changed.notify_all();
  bool const finished = state_->changed.wait_until(lock, deadline, [this] { return state_->finished; });
  state_->abandoned = !finished;
  lock.unlock();
  finished ? thread_.join() : thread_.detach();
  return finished;
}

void log_thread::run(std::shared_ptr<state> const& shared) noexcept {
  ::prctl(PR_SET_NAME, "reeve-log");
  auto& s = *shared;
  std::unique_lock lock{s.mutex};
  auto const unlocked = [&](auto const& work) {
    lock.unlock();
    bool const well = work();
    lock.lock();
    return well;
  };
  // Once abandoned it touches nothing but its own: Boost.Log may be gone.
  while (!s.abandoned) {
    s.changed.wait(lock, [&] { return s.closed || !s.waiting.empty(); });
    if (s.waiting.empty()) break;
    auto record = std::exchange(s.waiting.front(), {});
    s.waiting.pop_front();
    if (!unlocked([&] { return write_record_to(*s.output, std::move(record)); })) ++s.lost;
    if (auto const lost = s.lost; lost != 0 && s.waiting.empty() && !s.abandoned)
      if (unlocked([&] { return tell_of_lost(*s.output, lost); })) s.lost -= lost;
    ++s.done;
    s.changed.notify_all();
  }
  s.finished = true;
  s.changed.notify_all();
}

}  // namespace reeve
