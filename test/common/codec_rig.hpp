// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/codec.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

template <class T>
std::string encoded(T const& value) {
  std::string bytes;
  reeve::codec<T>::encode(value, bytes);
  return bytes;
}

// Of all the bytes.
template <class T>
T decoded(std::string_view bytes) {
  T value = reeve::codec<T>::decode(bytes);
  BOOST_TEST(bytes.size() == 0U);
  return value;
}

// A value comes back as it was, from between other bytes, and from no beginning of its bytes.
template <class T>
void check_round_trip(T const& value) {
  auto const bytes = encoded(value);
  BOOST_TEST((decoded<T>(bytes) == value));

  std::string more = "before";
  reeve::codec<T>::encode(value, more);
  BOOST_TEST(more == "before" + bytes);
  more += "after";
  auto view = std::string_view{more}.substr(6);
  BOOST_TEST((reeve::codec<T>::decode(view) == value));
  BOOST_TEST(view == "after");

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // Of its own, so that a sanitizer sees who reads on.
    std::vector<char> const begin(bytes.data(), bytes.data() + size);
    std::string_view in{begin.data(), begin.size()};
    BOOST_CHECK_THROW(reeve::codec<T>::decode(in), reeve::codec_error);
  }
}

// What containers with counting_allocator have allocated, all in all.
inline std::size_t allocated_bytes = 0;

template <class T>
struct counting_allocator {
  using value_type = T;
  counting_allocator() = default;
  template <class U>
  counting_allocator(counting_allocator<U> const&) {}

  T* allocate(std::size_t n) {
    allocated_bytes += n * sizeof(T);
    return std::allocator<T>{}.allocate(n);
  }
  void deallocate(T* p, std::size_t n) { std::allocator<T>{}.deallocate(p, n); }
  bool operator==(counting_allocator const&) const = default;
};

template <class T>
using counted_vector = std::vector<T, counting_allocator<T>>;
