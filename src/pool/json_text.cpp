// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/utf8.hpp"
#include "reeve/detail/json_values.hpp"
#include "reeve/task_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serializer.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>
#include <new>

namespace reeve {

namespace json = boost::json;

namespace {

// Far more than data has, and far less than what fills a stack.
constexpr std::size_t deepest = 500;

json::value parse(std::string_view text) {
  json::parser parser{json::storage_ptr{}, json::parse_options{.max_depth = deepest}};
  boost::system::error_code ec;
  auto const end = parser.write(text.data(), text.size(), ec);
  if (!ec) return parser.release();
  auto const where = " at byte " + std::to_string(end + 1);
  if (ec == json::error::too_deep)
    throw codec_error{"the arguments are nested deeper than " + std::to_string(deepest) + " levels" + where};
  throw codec_error{"the arguments are no JSON: " + ec.message() + where};
}

bool is_finite(json::value const& value) {
  if (auto const* const number = value.if_double()) return std::isfinite(*number);
  if (auto const* const array = value.if_array()) return std::ranges::all_of(*array, is_finite);
  if (auto const* const object = value.if_object())
    return std::ranges::all_of(*object, [](auto const& member) { return is_finite(member.value()); });
  return true;
}

std::string counted(std::size_t count, char const* what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

[[noreturn]] void refuse_count(std::size_t parameters, std::size_t given) {
  auto text = "the function takes " + counted(parameters, "argument") + ", " + std::to_string(given) +
              (given == 1 ? " was" : " were") + " given";
  if (parameters == 1) text += "; an array as the argument stands in the array of arguments: [[1, 2]]";
  throw codec_error{text};
}

std::string in_words(boost::system::error_code const& ec) {
  static struct {
    json::error error;
    char const* words;
  } const all[] = {
      {json::error::not_number, "not a number"},
      {json::error::not_exact, "not a number that its type can hold"},
      {json::error::not_null, "not null"},
      {json::error::not_bool, "neither true nor false"},
      {json::error::not_array, "not an array"},
      {json::error::not_object, "not an object"},
      {json::error::not_string, "not a string"},
      {json::error::size_mismatch, "it has not as many elements or members as its type"},
      {json::error::unknown_name,
       "a member that its type has is missing, or a name is not one of its enum's"},
      {json::error::exhausted_variants, "none of its alternatives"},
      {json::error::exception, "its conversion threw an exception"},
  };
  for (auto const& [error, words] : all)
    if (ec == error) return words;
  return ec.message();
}

// What was thrown by a conversion; that there is no memory goes on as it is.
std::string thrown_in_words() {
  try {
    throw;
  } catch (std::bad_alloc const&) {
    throw;
  } catch (boost::system::system_error const& e) {
    return in_words(e.code());
  } catch (std::exception const& e) {
    return e.what();
  } catch (...) {
    return in_words(make_error_code(json::error::exception));
  }
}

}  // namespace

namespace detail {

json_arguments::json_arguments(std::string_view text, std::size_t parameters) {
  root_ = text.empty() ? json::value(json::array_kind) : parse(text);
  if (!is_finite(root_)) throw codec_error{"the arguments have a number that is too large for a double"};
  auto const* const array = root_.if_array();
  if (!array && parameters != 1)
    throw codec_error{"the arguments are no array, and the function takes " +
                      counted(parameters, "argument")};
  if (array && array->size() != parameters) refuse_count(parameters, array->size());
  first_ = array ? array->data() : &root_;
}

void bad_json_argument(std::size_t index) {
  throw codec_error{"argument " + std::to_string(index + 1) + ": " + thrown_in_words()};
}

void bad_json_result() { throw codec_error{"the result cannot be converted to JSON: " + thrown_in_words()}; }

void append_json(json::value const& value, std::string& out) {
  if (!is_finite(value))
    throw codec_error{"the result has a number that is not finite: JSON has no way to write it"};
  auto const begin = out.size();
  json::serializer serializer;
  serializer.reset(&value);
  for (char buffer[4096]; !serializer.done();) {
    auto const text = serializer.read(buffer, sizeof buffer);
    out.append(text.data(), text.size());
  }
  if (is_utf8(std::string_view{out}.substr(begin))) return;
  out.resize(begin);
  throw codec_error{"the result has a string that is not UTF-8"};
}

}  // namespace detail
}  // namespace reeve
