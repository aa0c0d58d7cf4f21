// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/gzip.hpp"

#ifdef REEVE_OBSERVE_WITH_GZIP

#include "observe/kept_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <zlib.h>

namespace reeve {

namespace {

// What is compressed at a time: that takes some ten microseconds.
constexpr std::size_t gzip_step = 1024;
// The numbers of zlib have 32 bits.
constexpr std::size_t most_gzip_room = std::size_t{1} << 30U;
constexpr int gzip_window_bits = 15 + 16;  // the most, and gzip's header instead of zlib's
constexpr int default_memory_level = 8;

}  // namespace

bool gzip::is_there() noexcept { return true; }

void gzip::end_of_stream::operator()(z_stream_s* stream) const noexcept {
  ::deflateEnd(stream);
  delete stream;
}

gzip::gzip() {
  auto made = std::make_unique<z_stream_s>();
  // Spans repeat themselves: the fastest way finds nearly all of it.
  if (::deflateInit2(made.get(), Z_BEST_SPEED, Z_DEFLATED, gzip_window_bits, default_memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc{};
  stream_.reset(made.release());
}

std::string const& gzip::compress(std::string_view text, giving_way* way) {
  auto& stream = *stream_;
  ::deflateReset(&stream);
  if (out_.capacity() > most_kept_memory) out_ = {};
  out_.resize(::deflateBound(&stream, text.size()));
  std::size_t written = 0;
  int state = Z_OK;
  do {
    auto const part = text.substr(0, gzip_step);
    text.remove_prefix(part.size());
    auto const room = std::min(out_.size() - written, most_gzip_room);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    stream.next_out = reinterpret_cast<Bytef*>(out_.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    state = ::deflate(&stream, text.empty() ? Z_FINISH : Z_NO_FLUSH);
    written += room - stream.avail_out;
    if (way) way->pause();
  } while (state == Z_OK);
  out_.resize(written);
  return out_;
}

}  // namespace reeve

#else

#include <stdexcept>

struct z_stream_s {};

namespace reeve {

bool gzip::is_there() noexcept { return false; }

void gzip::end_of_stream::operator()(z_stream_s* stream) const noexcept { delete stream; }

gzip::gzip() { throw std::logic_error{"reeve::observe was built without zlib"}; }

std::string const& gzip::compress(std::string_view /*text*/, giving_way* /*way*/) { return out_; }

}  // namespace reeve

#endif
