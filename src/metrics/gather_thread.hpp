// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace reeve::detail {

/// What the thread found.
struct gathered {
  /// Else `text` says what went wrong.
  bool good = false;
  std::string text;
};

/// Answers questions that take time, on a thread of its own. Those who ask the same while it is busy get one answer
/// together, which is begun after the last of them has asked: so nobody hears what was true before he asked, and
/// however many ask, one answer is under way and one of each kind to come.
class gather_thread {
 public:
  using question = std::function<std::string()>;
  /// Called on the thread, once; with nothing where the thread has ended.
  using listener = std::function<void(std::shared_ptr<gathered const>)>;

  explicit gather_thread(std::vector<question> questions);
  gather_thread(gather_thread const&) = delete;
  gather_thread& operator=(gather_thread const&) = delete;
  /// As `stop`.
  ~gather_thread();

  /// Once is enough. Throws `std::system_error` where the system has no thread for it.
  void start();
  /// Waits for the answer that is under way. Those that wait for another hear that there will be none. For good.
  void stop() noexcept;

  /// Asks the question of that number. Thread-safe.
  void ask(std::size_t number, listener who);

 private:
  struct inquiry {
    question answer;
    std::vector<listener> waiting;
  };

  void run();
  bool anybody_waits() const noexcept;
  void answer_all(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<inquiry> inquiries_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace reeve::detail
