// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/reeve.hpp>
#include "faults.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <string>

/// What the user sees: a table redrawn in place on a terminal, plain lines elsewhere.
class screen {
 public:
  screen(reeve::supervisor const& supervisor, fault_list const& faults, fault::time_point begin,
         std::chrono::steady_clock::duration show, bool plain);
  screen(screen const&) = delete;
  ~screen();

  /// Redraws the table until it is cancelled. Only waits in plain mode.
  boost::asio::awaitable<void> keep_drawing();
  /// Draws it once; in plain mode too.
  void draw();
  /// The end: what happened to each worker, from the exit records, and which faults were healed.
  void draw_end();

  /// Plain mode: a line for what happened. On a terminal the table shows it.
  void tell(reeve::worker_event const& event);
  void tell(std::string const& text);

 private:
  std::string styled(char const* style, std::string const& text) const;
  std::string table() const;
  std::string row(reeve::worker_status const& worker) const;
  std::string fault_row(fault const& fault) const;
  std::string account_of(reeve::worker_status const& worker) const;
  std::string verdict_on(fault const& fault) const;

  reeve::supervisor const& supervisor_;
  fault_list const& faults_;
  fault::time_point begin_;
  std::chrono::steady_clock::duration show_;
  bool terminal_;
  /// Of the table that is on the terminal.
  std::size_t lines_drawn_ = 0;
};
