// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/task_fn.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/json/conversion.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/mp11/algorithm.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

// Values of C++ and JSON text.

namespace reeve::detail {

struct from_json {};
struct to_json {};

template <class Direction, class T>
inline constexpr bool has_json_conversion = boost::json::has_value_to<T>::value;
template <class T>
inline constexpr bool has_json_conversion<to_json, T> = boost::json::has_value_from<T>::value;

template <class Direction, class T>
concept has_tag_invoke =
    (std::same_as<Direction, to_json> && requires(boost::json::value& json, T const& value) {
      tag_invoke(boost::json::value_from_tag{}, json, value);
    }) || (std::same_as<Direction, from_json> && requires(boost::json::value const& json) {
      tag_invoke(boost::json::value_to_tag<T>{}, json);
    }) || (std::same_as<Direction, from_json> && requires(boost::json::value const& json) {
      tag_invoke(boost::json::try_value_to_tag<T>{}, json);
    });

/// Of the types inside of a type that Boost.JSON converts by its parts.
template <class Direction, class T>
struct json_parts {
  template <class F>
  static void for_each(F const& f) {
    using namespace boost::json;
    if constexpr (has_tag_invoke<Direction, T> || is_string_like<T>::value) {
      return;
    } else if constexpr (is_map_like<T>::value) {
      f(std::type_identity<typename element<T>::second_type>{});
    } else if constexpr (is_sequence_like<T>::value) {
      f(std::type_identity<element<T>>{});
    } else if constexpr (is_described_class<T>::value) {
      using members = boost::describe::describe_members<T, boost::describe::mod_public>;
      boost::mp11::mp_for_each<members>([&f]<class Member>(Member) {
        f(std::type_identity<std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>>{});
      });
    }
  }

 private:
  template <class Range>
  using element = typename std::iterator_traits<decltype(std::begin(std::declval<Range&>()))>::value_type;
};
template <class Direction, class... T>
struct several_json_parts {
  template <class F>
  static void for_each(F const& f) {
    (f(std::type_identity<std::remove_cv_t<T>>{}), ...);
  }
};
template <class Direction, class T>
struct json_parts<Direction, std::optional<T>> : several_json_parts<Direction, T> {};
template <class Direction, class... T>
struct json_parts<Direction, std::variant<T...>> : several_json_parts<Direction, T...> {};
template <class Direction, class... T>
struct json_parts<Direction, std::tuple<T...>> : several_json_parts<Direction, T...> {};
template <class Direction, class T, class U>
struct json_parts<Direction, std::pair<T, U>> : several_json_parts<Direction, T, U> {};

/// Says what is missing, wherever in the type it is. Types may contain themselves: their parts' functions are
/// instantiated by it, and not called.
template <class Direction, class T>
void assert_json_conversion() {
  static_assert(has_json_conversion<Direction, T>,
                "reeve: nothing says how this type is converted from and to JSON: describe it with "
                "BOOST_DESCRIBE_STRUCT (an enum with BOOST_DESCRIBE_ENUM), or write tag_invoke for "
                "boost::json::value_to_tag and boost::json::value_from_tag");
  json_parts<Direction, T>::for_each([]<class Part>(std::type_identity<Part>) {
    static_cast<void>(&assert_json_conversion<Direction, Part>);
  });
}

/// The arguments of a call.
class REEVE_DECL json_arguments {
 public:
  /// Throws codec_error, unless the text is JSON and has as many arguments as the function has parameters.
  json_arguments(std::string_view text, std::size_t parameters);
  json_arguments(json_arguments const&) = delete;
  json_arguments& operator=(json_arguments const&) = delete;

  boost::json::value const& operator[](std::size_t index) const noexcept { return first_[index]; }

 private:
  boost::json::value root_;
  boost::json::value const* first_;
};

/// In a handler of what a conversion threw: throws the codec_error that says so. The argument is counted from 0.
[[noreturn]] REEVE_DECL void bad_json_argument(std::size_t index);
/// The same of a result.
[[noreturn]] REEVE_DECL void bad_json_result();

/// Appends its text. Throws codec_error where it has none: numbers that are not finite, strings that are not UTF-8.
REEVE_DECL void append_json(boost::json::value const& value, std::string& out);

template <class T>
T json_argument(json_arguments const& all, std::size_t index) {
  assert_json_conversion<from_json, T>();
  if constexpr (has_json_conversion<from_json, T>) {
    try {
      return boost::json::value_to<T>(all[index]);
    } catch (...) {
      bad_json_argument(index);
    }
  }
}

/// What the arguments and the result of a json_task_fn travel as.
struct json_form {
  static constexpr task_form form = task_form::json;
  template <class Tuple>
  static Tuple decode(std::string_view text) {
    constexpr auto count = std::tuple_size_v<Tuple>;
    [[maybe_unused]] json_arguments const all{text, count};
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      return Tuple{json_argument<std::tuple_element_t<Index, Tuple>>(all, Index)...};
    }(std::make_index_sequence<count>{});
  }

  template <class R>
  static void encode(R const& value, std::string& out) {
    assert_json_conversion<to_json, R>();
    if constexpr (has_json_conversion<to_json, R>) {
      boost::json::value json;
      try {
        boost::json::value_from(value, json);
      } catch (...) {
        bad_json_result();
      }
      append_json(json, out);
    }
  }
  static void encode_nothing(std::string& out) { out.append("null"); }
};

}  // namespace reeve::detail
