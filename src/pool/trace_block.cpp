// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/trace_block.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace reeve {
namespace {

std::size_t size_at(std::string_view in, std::size_t at) noexcept {
  auto const byte = [in](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(in[i]));
  };
  return byte(at) | byte(at + 1) << 8U;
}

template <std::size_t N>
void take_bytes(std::string_view& in, std::array<std::uint8_t, N>& bytes) noexcept {
  std::copy_n(in.begin(), N, reinterpret_cast<char*>(bytes.data()));
  in.remove_prefix(N);
}

}  // namespace

void append_trace_block(std::string& out, trace_context const& trace) {
  assert(trace.state.size() <= 0xffff && trace.baggage.size() <= 0xffff);
  std::array<char, trace_block_head> head;
  std::memcpy(head.data(), trace.trace_id.data(), trace.trace_id.size());
  std::memcpy(head.data() + trace.trace_id.size(), trace.span_id.data(), trace.span_id.size());
  auto* at = head.data() + trace.trace_id.size() + trace.span_id.size();
  *at++ = static_cast<char>(trace.flags);
  for (auto const size : {trace.state.size(), trace.baggage.size()}) {
    *at++ = static_cast<char>(size & 0xffU);
    *at++ = static_cast<char>(size >> 8U & 0xffU);
  }
  out.reserve(out.size() + head.size() + trace.state.size() + trace.baggage.size());
  out.append(head.data(), head.size()).append(trace.state).append(trace.baggage);
}

std::optional<trace_context> take_trace_block(std::string_view& in) {
  if (in.size() < trace_block_head) return std::nullopt;
  auto const state_size = size_at(in, trace_block_head - 4);
  auto const baggage_size = size_at(in, trace_block_head - 2);
  if (in.size() - trace_block_head < state_size + baggage_size) return std::nullopt;
  std::optional<trace_context> trace{std::in_place};
  take_bytes(in, trace->trace_id);
  take_bytes(in, trace->span_id);
  trace->flags = static_cast<std::uint8_t>(in.front());
  in.remove_prefix(5);
  trace->state = in.substr(0, state_size);
  trace->baggage = in.substr(state_size, baggage_size);
  in.remove_prefix(state_size + baggage_size);
  return trace;
}

}  // namespace reeve
