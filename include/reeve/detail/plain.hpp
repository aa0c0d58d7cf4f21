// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/raw_codec.hpp>
#include <reeve/task_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

// Values that are encoded as their bytes.

namespace reeve::detail {

template <class T>
inline constexpr bool is_plain = std::is_arithmetic_v<T> || std::is_enum_v<T> || enable_raw_codec<T>;
template <class T, std::size_t N>
inline constexpr bool is_plain<std::array<T, N>> = is_plain<T> && N != 0;

template <class T>
concept plain = is_plain<T>;

// A bool whose byte is neither 0 nor 1 would be undefined behaviour.
template <class T>
struct is_boolean : std::is_same<T, bool> {};
template <class T>
  requires std::is_enum_v<T>
struct is_boolean<T> : std::is_same<std::underlying_type_t<T>, bool> {};
template <class T, std::size_t N>
struct is_boolean<std::array<T, N>> : is_boolean<T> {};

inline void append_bytes(std::string& out, void const* data, std::size_t size) {
  out.append(static_cast<char const*>(data), size);
}

/// Takes them off the front. Throws codec_error where there are not so many.
inline std::string_view take_bytes(std::string_view& in, std::size_t size) {
  if (size > in.size()) throw codec_error{"the bytes end in the middle of a value"};
  auto const taken = in.substr(0, size);
  in.remove_prefix(size);
  return taken;
}

inline void copy_bytes(void* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

/// Throws codec_error unless they are values of T.
template <class T>
void check_bytes(std::string_view bytes) {
  if constexpr (is_boolean<T>::value) {
    if (std::ranges::any_of(bytes, [](char c) { return c != 0 && c != 1; }))
      throw codec_error{"a bool is neither true nor false"};
  }
}

template <class T>
T take_plain(std::string_view& in) {
  auto const bytes = take_bytes(in, sizeof(T));
  check_bytes<T>(bytes);
  T value;
  copy_bytes(&value, bytes);
  return value;
}

}  // namespace reeve::detail
