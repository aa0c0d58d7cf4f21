// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace reeve {

line_splitter::line_splitter(std::size_t max_line_bytes)
    : max_line_bytes_{std::max<std::size_t>(max_line_bytes, 1)} {}

void line_splitter::feed(std::string_view bytes, line_handler const& line) {
  while (!bytes.empty()) {
    auto const newline = bytes.find('\n');
    bool const complete = newline != std::string_view::npos;
    auto piece = bytes.substr(0, newline);
    bytes.remove_prefix(complete ? newline + 1 : bytes.size());

    // A line of exactly the limit is held until the byte after it tells whether it was cut.
    while (pending_.size() + piece.size() > max_line_bytes_) {
      auto const room = max_line_bytes_ - pending_.size();
      emit(piece.substr(0, room), false, line);
      piece.remove_prefix(room);
    }
    if (complete) {
      emit(piece, true, line);
    } else {
      pending_ += piece;
    }
  }
}

void line_splitter::flush(line_handler const& line) {
  if (!pending_.empty()) emit({}, false, line);
}

void line_splitter::emit(std::string_view end, bool complete, line_handler const& line) {
  if (pending_.empty()) return line(end, complete);
  pending_ += end;
  // Taken out first: `line` may throw, and an idle worker shall hold no buffer.
  auto const text = std::exchange(pending_, {});
  line(text, complete);
}

}  // namespace reeve
