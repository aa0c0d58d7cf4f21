// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Uses the codec of REEVE_TEST_TYPE, which the command line names.
#include <reeve/codec.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

struct unknown {
  int number;
};

struct raw_string {
  std::string text;
};
template <>
inline constexpr bool reeve::enable_raw_codec<raw_string> = true;

struct no_default {
  explicit no_default(int) {}
  void serialize(auto&) {}
};

std::string encode(REEVE_TEST_TYPE const& value) {
  std::string bytes;
  reeve::codec<REEVE_TEST_TYPE>::encode(value, bytes);
  return bytes;
}

REEVE_TEST_TYPE decode(std::string_view bytes) { return reeve::codec<REEVE_TEST_TYPE>::decode(bytes); }
