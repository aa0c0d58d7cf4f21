// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace reeve::detail {

/// The things of one kind that are watched, each by its name, until they have gone. Thread-safe.
template <class Status>
class watch_list {
 public:
  /// Nothing once the thing has gone.
  using reader = std::function<std::optional<Status>()>;

  /// `kind`: what such things are called.
  explicit watch_list(char const* kind) : kind_{kind} {}

  /// Throws `std::invalid_argument` where there still is one of that name.
  void add(std::string name, reader read) {
    this->read();  // one that has gone leaves its name
    auto added = std::make_shared<entry>(entry{std::move(name), std::move(read)});
    std::lock_guard const lock{mutex_};
    if (std::ranges::any_of(entries_, [&added](auto const& e) { return e->name == added->name; }))
      throw std::invalid_argument{std::string{"reeve: metrics_server: a "} + kind_ + " named \"" +
                                  added->name + "\" is watched already: give it a name of its own"};
    entries_.push_back(std::move(added));
  }

  struct named_status {
    std::string name;
    Status status;
  };

  /// Those that are there. The readers are called without the lock: one may be the last to hold what it reads, and so
  /// destroy it.
  std::vector<named_status> read() {
    std::unique_lock lock{mutex_};
    auto const entries = entries_;
    lock.unlock();
    std::vector<named_status> found;
    found.reserve(entries.size());
    for (auto const& e : entries) {
      if (auto status = e->read()) {
        found.push_back({e->name, *std::move(status)});
      } else {
        lock.lock();
        std::erase(entries_, e);
        lock.unlock();
      }
    }
    return found;
  }

 private:
  struct entry {
    std::string name;
    reader read;
  };

  char const* kind_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<entry>> entries_;
};

}  // namespace reeve::detail
