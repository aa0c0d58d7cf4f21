// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/giving_way.hpp"

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace reeve {

/// Compresses texts by gzip (RFC 1952), one after the other, with memory that it keeps. For one thread at a time.
class gzip {
 public:
  /// Whether reeve::observe was built with zlib. Where it was not, none can be made.
  static bool is_there() noexcept;

  /// Throws std::bad_alloc.
  gzip();

  /// Good until the next one. Gives way where there is somebody to give way to. Throws std::bad_alloc.
  std::string const& compress(std::string_view text, giving_way* way);

 private:
  struct end_of_stream {
    void operator()(z_stream_s* stream) const noexcept;
  };

  std::unique_ptr<z_stream_s, end_of_stream> stream_;
  std::string out_;
};

}  // namespace reeve
