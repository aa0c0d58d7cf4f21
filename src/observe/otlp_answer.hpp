// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// What came of a request.
struct otlp_answer {
  /// 0: none came, and `problem` says why.
  unsigned status = 0;
  std::string problem{};
  /// Without an answer: another try is no use.
  bool permanent = false;
  std::string retry_after{};
  std::string body{};
};

/// What that means.
struct otlp_verdict {
  /// So many were taken.
  std::size_t taken = 0;
  /// Why the others were not; empty: all were.
  std::string error{};
  /// The request may be tried again.
  bool retry = false;
  /// The other side wants to be left in peace for so long.
  std::optional<std::chrono::seconds> retry_after{};
};

/// By OTLP's rules; of a request with `count` spans.
otlp_verdict judge_otlp_answer(otlp_answer const& answer, std::size_t count,
                               std::chrono::system_clock::time_point now);

/// The header Retry-After: a number of seconds, or a date of HTTP. Nothing: it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::chrono::system_clock::time_point now);

}  // namespace reeve
