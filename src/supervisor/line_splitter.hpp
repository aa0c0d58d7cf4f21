// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace reeve {

/// Cuts a stream of bytes into lines. Pure; holds at most one line's bytes.
///
/// A line longer than the limit comes in pieces of the limit's size, each of them not complete, and ends
/// with a last piece of its own: nothing is lost. Any byte but '\n' is kept as it is, '\r' and '\0' too.
class line_splitter {
 public:
  /// Takes a line's bytes without the '\n'; `complete` is false where no '\n' follows them. The view is valid
  /// during the call.
  using line_handler = std::function<void(std::string_view text, bool complete)>;

  /// A limit of 0 counts as 1.
  explicit line_splitter(std::size_t max_line_bytes);

  /// Takes the next bytes and calls `line` for each line that they end or cut. What it throws leaves `feed`:
  /// the rest of `bytes` is lost then, and the splitter is good for the next ones.
  void feed(std::string_view bytes, line_handler const& line);

  /// The stream has ended: calls `line` for an unterminated last line, if there is one.
  void flush(line_handler const& line);

 private:
  void emit(std::string_view end, bool complete, line_handler const& line);

  std::size_t max_line_bytes_;
  /// The start of a line whose end has not come yet: at most `max_line_bytes_`.
  std::string pending_;
};

}  // namespace reeve
