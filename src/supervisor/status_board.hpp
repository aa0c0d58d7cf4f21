// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/worker_event.hpp"
#include "reeve/worker_status.hpp"
#include "reeve/worker_totals.hpp"
#include "shm/worker_page.hpp"
#include "supervisor/event_queue.hpp"
#include "supervisor/output_capture.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve {

/// What the world may see of a supervisor, at any time and from any thread: the state of every worker, its
/// last exits, and the event streams. The strand writes it, in one step with the events that tell of it, so
/// that a stream's snapshot and its first event leave no gap.
class status_board {
 public:
  /// One worker on the board. Written under the board's lock only.
  struct entry {
    worker_status status;
    std::shared_ptr<supervisor_page const> page;
    std::shared_ptr<output_capture const> output;
    std::deque<std::shared_ptr<exit_record const>> exits;
    /// When its present process was wished for.
    std::chrono::steady_clock::time_point asked_at{};
  };

  /// `found_nonsense` is called, under the board's lock, when somebody reads the status of a worker whose page
  /// makes no sense. What does not is never part of the status.
  explicit status_board(std::size_t exit_history, std::function<void(worker_id const&)> found_nonsense = {})
      : exit_history_{exit_history}, found_nonsense_{std::move(found_nonsense)} {}

  // The strand's side.
  /// A new entry, which takes the place of an older one of this name and index and goes on with its
  /// generation and its exits.
  std::shared_ptr<entry> add(worker_id const& id);
  /// Takes the entry off, unless another has taken its place.
  void remove(entry const& e);
  void set_group(std::string const& group, std::vector<std::string> names);
  void remove_group(std::string const& group);
  /// Changes an entry and publishes an event about it (an empty function, or no event, is fine).
  void update(entry& e, std::function<void(entry&)> const& change, worker_event const* event = nullptr);
  void add_exit(entry& e, std::shared_ptr<exit_record const> exit);
  void close_streams();

  // Everybody's side.
  std::vector<worker_status> status() const;
  std::vector<worker_status> status(std::string_view name) const;
  std::optional<worker_status> find(worker_id const& id) const;
  std::vector<std::shared_ptr<exit_record const>> exits(worker_id const& id) const;
  std::vector<pid_t> running_pids() const;
  worker_totals totals() const;
  std::vector<worker_status> subscribe(std::shared_ptr<detail::event_queue> const& queue);

 private:
  using key = std::pair<std::string, std::size_t>;

  void count(entry const& e, worker_event const& event);
  worker_status read(entry const& e) const;
  void append(std::string const& name, std::vector<worker_status>& out) const;
  std::vector<worker_status> all() const;

  std::size_t const exit_history_;
  std::function<void(worker_id const&)> const found_nonsense_;
  mutable std::mutex mutex_;
  std::map<key, std::shared_ptr<entry>> entries_;
  std::map<std::string, std::vector<std::string>, std::less<>> groups_;
  std::vector<std::weak_ptr<detail::event_queue>> streams_;
  worker_totals totals_;
  bool closed_ = false;
};

}  // namespace reeve
