// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/archive.hpp>
#include <reeve/detail/plain.hpp>
#include <reeve/raw_codec.hpp>
#include <reeve/task_error.hpp>

#include <algorithm>
#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace reeve {

namespace detail {

template <class T>
concept address = is_function<T> || is_pointer<T> || is_view<T>;

template <class T>
concept serializable =
    std::is_empty_v<T> || (cereal::traits::is_output_serializable<T, output_archive>::value &&
                           cereal::traits::is_input_serializable<T, input_archive>::value);

template <class T>
concept encodable = !address<T> && std::default_initializable<T> && (plain<T> || serializable<T>);

/// Says why it is not encodable, where it is not.
template <class T>
void assert_encodable() {
  assert_no_address<T>();
  static_assert(std::is_trivially_copyable_v<T> || !enable_raw_codec<T>,
                "reeve: enable_raw_codec is for trivially copyable types");
  static_assert(
      address<T> || plain<T> || serializable<T>,
      "reeve: nothing says how this type is encoded: include its header of cereal/types/ if it is a "
      "standard type, or give it a serialize function as for cereal; enable_raw_codec if it is trivially "
      "copyable; or a reeve::codec of its own");
  static_assert(address<T> || std::default_initializable<T>,
                "reeve: a type needs a default constructor to be decoded, or a reeve::codec of its own");
}

template <class Function>
void report_as_codec_error(Function function) {
  try {
    function();
  } catch (codec_error const&) {
    throw;
  } catch (std::exception const& e) {
    throw codec_error{e.what()};
  }
}

}  // namespace detail

/// How values of a type travel between the pool and its workers. For these there is one:
/// - arithmetic types, enums, and `std::array` of them: their bytes. So for other trivially copyable types that
///   opt in: see `enable_raw_codec`. Vectors of all these are copied as a whole.
/// - what cereal serialises: types with a `serialize` function (or `save` and `load`) as cereal wants it, and
///   standard types. This header includes those of cereal for string, vector, array, pair, tuple, optional,
///   variant, map, set, their unordered kin, and chrono; for another one include it: cereal/types/memory.hpp for
///   `std::unique_ptr`. (It has `std::shared_ptr`, too, but a damaged value with shared objects of several types
///   may come out as one of the wrong type.)
/// - empty classes.
///
/// Pointers, views and functions do not compile. Types need a default constructor.
///
/// Specialise it for a type that needs another way:
///
///     template <>
///     struct reeve::codec<matrix> {
///       static void encode(matrix const& value, std::string& out);  // appends
///       static matrix decode(std::string_view& in);                 // takes off the front
///     };
///
/// `decode` may be given any bytes: it throws `codec_error` where they do not suffice or make no sense, and takes
/// no memory for lengths that they only claim. What is nested deeper than some hundred levels is refused by both.
/// The two sides are the same program, or built alike: byte order and layout are the machine's.
template <class T>
struct codec : detail::built_in_codec {
  /// Appends it. Throws `codec_error`.
  static void encode(T const& value, std::string& out) {
    detail::assert_encodable<T>();
    if constexpr (detail::plain<T>) {
      detail::append_bytes(out, &value, sizeof value);
    } else if constexpr (detail::encodable<T>) {
      detail::report_as_codec_error([&] {
        detail::output_archive archive{out};
        archive(value);
        archive.finish();
      });
    }
  }

  /// Takes it off the front. Throws `codec_error`.
  static T decode(std::string_view& in) {
    detail::assert_encodable<T>();
    if constexpr (detail::plain<T>) {
      return detail::take_plain<T>(in);
    } else if constexpr (detail::encodable<T>) {
      T value{};
      detail::report_as_codec_error([&] {
        detail::input_archive archive{in};
        archive(value);
        archive.finish();
      });
      return value;
    }
  }
};

/// The length, in 8 bytes, and the characters.
template <>
struct codec<std::string> : detail::built_in_codec {
  /// Appends it.
  static void encode(std::string const& value, std::string& out) {
    std::uint64_t const size = value.size();
    detail::append_bytes(out, &size, sizeof size);
    out.append(value);
  }

  /// Takes it off the front. Throws `codec_error`.
  static std::string decode(std::string_view& in) {
    auto const size = detail::take_plain<std::uint64_t>(in);
    return std::string{detail::take_bytes(in, size)};
  }
};

/// The length, in 8 bytes, and the bytes of the elements.
template <detail::plain T, class Allocator>
  requires(!std::same_as<T, bool>)
struct codec<std::vector<T, Allocator>> : detail::built_in_codec {
  /// Appends it.
  static void encode(std::vector<T, Allocator> const& value, std::string& out) {
    detail::assert_encodable<T>();
    std::uint64_t const size = value.size();
    detail::append_bytes(out, &size, sizeof size);
    detail::append_bytes(out, value.data(), size * sizeof(T));
  }

  /// Takes it off the front. Throws `codec_error`.
  static std::vector<T, Allocator> decode(std::string_view& in) {
    detail::assert_encodable<T>();
    auto const size = detail::take_plain<std::uint64_t>(in);
    if (size > in.size() / sizeof(T)) throw codec_error{"a length is larger than the bytes allow"};
    auto bytes = detail::take_bytes(in, size * sizeof(T));
    detail::check_bytes<T>(bytes);

    // In blocks, so that a block's zeros are still in the cache when its bytes replace them.
    constexpr std::size_t block = std::max<std::size_t>(1, 8192 / sizeof(T));
    std::vector<T, Allocator> value;
    value.reserve(size);
    while (!bytes.empty()) {
      auto const done = value.size();
      value.resize(std::min<std::size_t>(size, done + block));
      detail::copy_bytes(value.data() + done, detail::take_bytes(bytes, (value.size() - done) * sizeof(T)));
    }
    return value;
  }
};

}  // namespace reeve
