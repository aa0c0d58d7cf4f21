// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/json_values.hpp>
#include <reeve/task_fn.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace reeve {

/// A JSON text: what a call by name gives.
struct json_text {
  /// The text.
  std::string text{};

  friend bool operator==(json_text const&, json_text const&) = default;
};

/// As it is: of several arguments it can only be the last.
template <>
struct codec<json_text> {
  /// Appends it.
  static void encode(json_text const& value, std::string& out) { out.append(value.text); }
  /// Takes all there is.
  static json_text decode(std::string_view& in) { return {std::string{std::exchange(in, {})}}; }
};

/// A `task_fn` that can be called by its name, too, with arguments as JSON: what a `pipeline` runs.
///
///     reeve::json_task_fn<int(int, int)> const add{"add", [](int a, int b) { return a + b; }};
///     reeve::json_text five = co_await pool.async_apply(reeve::json_call("add", "[2, 3]"));
///
/// Arguments and result are converted by Boost.JSON: arithmetic types, strings, containers, tuples,
/// optionals, variants, and those of the user that are described (`BOOST_DESCRIBE_STRUCT`,
/// `BOOST_DESCRIBE_ENUM`) or have `tag_invoke` for `boost::json::value_to_tag` and `value_from_tag`. They
/// need a `codec`, too, as for any `task_fn`. The function is copied: calls by name have one of their own.
///
/// The arguments are a JSON array; a function of one parameter may be given its argument alone, if that is no
/// array; no text at all is an empty array. The worker parses them: what is wrong with them is a
/// `codec_error` of the task that names the argument, from 1. No number is cut: 3.5, 1e30 and true are no
/// `int`, -1 is not unsigned, and 3.0 is 3. But a `float` takes any number, rounded or infinite. The object
/// of a described struct has all of its members and no others: an optional one is null, not left out. (For
/// another rule write `tag_invoke`.) More than 500 levels of nesting are refused.
///
/// The result of a function that returns nothing is `null`. One with a number that is not finite, or with a
/// string that is not UTF-8, is a `codec_error` of the task. What the function itself throws is a
/// `task_failed`, even if it is a `codec_error`.
template <class Signature>
class json_task_fn;

/// The one that is used.
template <class R, class... Args>
class json_task_fn<R(Args...)> : public task_fn<R(Args...)> {
 public:
  /// Registers `function` under `name`, as `task_fn` does, and for calls by name.
  template <class F>
    requires std::is_invocable_r_v<R, F&, Args...> && std::is_copy_constructible_v<F>
  json_task_fn(std::string name, F function) : task_fn<R(Args...)>{name, function} {
    detail::register_task(entry(std::move(name), std::move(function)));
  }

 private:
  template <class F>
  static detail::task_entry entry(std::string name, F function);
};

/// A call of the `json_task_fn` of this name, with these arguments as JSON. Where this program has none the
/// operation that is to run it fails with `codec_error`. Takes a lock.
REEVE_DECL task_call<json_text> json_call(std::string_view name, std::string arguments);

/// Whether this program has a `json_task_fn` of this name. Takes a lock.
REEVE_DECL bool has_json_task(std::string_view name);

/// Thrown by a task of a pipeline that wants to be tried again later; it itself, and not what is derived from
/// it. Out of a pipeline it is an exception like others.
///
///     throw reeve::retry_task{"the server is busy"};
class REEVE_DECL retry_task : public std::runtime_error {
 public:
  /// Of the reason.
  using std::runtime_error::runtime_error;
  /// Its virtual table is the library's.
  ~retry_task() override;
};

template <class R, class... Args>
template <class F>
detail::task_entry json_task_fn<R(Args...)>::entry(std::string name, F function) {
  return detail::make_task_entry<detail::json_form, R, Args...>(std::move(name), std::move(function));
}

}  // namespace reeve
