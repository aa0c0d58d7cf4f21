// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/reeve.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// One thing that goes wrong, what the supervisor is expected to find, and what became of it.
struct fault {
  using time_point = std::chrono::steady_clock::time_point;

  reeve::worker_id worker;
  /// When it is due.
  time_point at;
  std::string what;
  /// The signal that does it; 0: it comes from the worker itself.
  int signal = 0;
  /// What the exit record must say.
  reeve::exit_cause expected_cause{};
  std::optional<reeve::exit_status> expected_status{};

  std::optional<time_point> struck{};
  std::shared_ptr<reeve::exit_record const> exit{};
  /// When its successor was ready.
  std::optional<time_point> replaced{};

  bool as_expected() const;
  bool healed() const { return replaced && as_expected(); }
  /// In words: how far it has come.
  std::string progress() const;
};

/// All that goes wrong in the demo.
class fault_list {
 public:
  fault_list(fault::time_point begin, std::chrono::steady_clock::duration show);

  /// When the order book is to crash.
  fault::time_point crash_at() const { return faults_.back().at; }

  /// Does what is to be done by signals, each at its time.
  boost::asio::awaitable<void> strike(reeve::supervisor& supervisor,
                                      std::function<void(fault const&)> on_strike);

  /// Takes note of what an event says.
  void hear(reeve::worker_event const& event);

  bool all_healed() const;
  std::vector<fault> const& list() const { return faults_; }

 private:
  std::vector<fault> faults_;
};

/// "0.42 s".
std::string seconds(std::chrono::steady_clock::duration time);
