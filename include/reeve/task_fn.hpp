// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/call_options.hpp>
#include <reeve/codec.hpp>
#include <reeve/detail/config.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace reeve {

namespace detail {

struct call_access;

/// What the arguments and the result of a function travel as. A name may have one function of each form.
enum class task_form {
  /// What their codecs make of them.
  binary,
  /// JSON text.
  json,
};

/// A registered function, as a worker runs it.
struct task_entry {
  std::string name{};
  /// Of its type: the two sides compare it.
  std::string signature{};
  task_form form = task_form::binary;
  /// Decodes the arguments, calls the function, appends its encoded result. One of the two is set.
  std::function<void(std::string_view arguments, std::string& result)> run{};
  std::function<boost::asio::awaitable<void>(std::string arguments, std::string& result)> run_coroutine{};
};

/// Remembers it, and gives its number in this program. Thread-safe.
REEVE_DECL std::uint32_t register_task(task_entry entry);

/// In a handler of a codec_error that the function itself threw: throws it on, so that it is not taken for one of
/// its arguments or its result.
[[noreturn]] REEVE_DECL void rethrow_as_the_functions();

/// What a call carries.
struct call_data {
  std::uint32_t function = 0;
  std::string arguments{};
  /// Why the arguments could not be encoded.
  std::exception_ptr failure{};
  /// Null where nothing was said.
  std::shared_ptr<call_options const> options{};
};

template <class R>
struct task_result {
  using type = R;
  static constexpr bool is_coroutine = false;
};
template <class R, class Executor>
struct task_result<boost::asio::awaitable<R, Executor>> {
  using type = R;
  static constexpr bool is_coroutine = true;
};

}  // namespace detail

/// A call of a registered function, to be run by a pool: the function's name, the encoded arguments, and how it
/// is to be run. A value: it may be copied, kept, and run more than once.
template <class R>
class task_call {
 public:
  /// The type of its result.
  using result_type = R;

  /// The same call, run in another way.
  task_call with(call_options options) const& {
    auto copy = *this;
    return std::move(copy).with(std::move(options));
  }
  /// The same.
  task_call with(call_options options) && {
    data_.options = std::make_shared<call_options const>(std::move(options));
    return std::move(*this);
  }

 private:
  friend struct detail::call_access;
  explicit task_call(detail::call_data data) noexcept : data_{std::move(data)} {}
  detail::call_data data_;
};

template <class Signature>
class task_fn;

/// A function that workers run, registered under a name: the same one in the program that calls and in the
/// program that works.
///
///     reeve::task_fn<int(int)> const square{"square", [](int x) { return x * x; }};
///     int nine = co_await pool.async_apply(square(3));
///
/// Define it at namespace scope, once: it must exist before `run_as_worker` is called. A name that is registered
/// twice is an error when a pool starts. A function that returns `boost::asio::awaitable<R>` is run as a
/// coroutine on its worker's event loop, where several may run at a time (`pool_params::concurrency`); its
/// executor is the worker's loop.
///
/// `Args` and `R` need a `codec`. Arguments are passed by value: a reference in `Args` refers to a decoded copy.
template <class R, class... Args>
class task_fn<R(Args...)> {
  using traits = detail::task_result<R>;

 public:
  /// What a caller gets.
  using result_type = typename traits::type;
  /// What is encoded.
  using arguments = std::tuple<std::remove_cvref_t<Args>...>;
  static_assert(std::is_void_v<result_type> || std::default_initializable<result_type>,
                "reeve: the result of a task needs a default constructor");
  static_assert(
      ((!std::is_lvalue_reference_v<Args> || std::is_const_v<std::remove_reference_t<Args>>)&&...),
      "reeve: a task cannot change its caller's arguments: take them by value or by const reference");

  /// Registers `function` under `name`: 1 to 128 bytes, without spaces and control characters.
  template <class F>
    requires std::is_invocable_r_v<R, F&, Args...>
  task_fn(std::string name, F function)
      : number_{detail::register_task(entry(std::move(name), std::move(function)))} {}

  /// A call of it. Does not run anything: give it to a pool. Arguments that cannot be encoded are an error of the
  /// operation that is to run it.
  task_call<result_type> operator()(std::type_identity_t<Args> const&... args) const;

 private:
  friend struct detail::call_access;
  template <class F>
  static detail::task_entry entry(std::string name, F function);

  std::uint32_t number_;
};

namespace detail {

/// The way in for the pool.
struct call_access {
  template <class R>
  static call_data& data(task_call<R>& call) noexcept {
    return call.data_;
  }
  template <class R>
  static call_data const& data(task_call<R> const& call) noexcept {
    return call.data_;
  }
  template <class R>
  static task_call<R> make(call_data data) {
    return task_call<R>{std::move(data)};
  }
  template <class Signature>
  static std::uint32_t number(task_fn<Signature> const& function) noexcept {
    return function.number_;
  }
};

template <class... Args>
std::string encode_all(Args const&... args) {
  std::string bytes;
  (codec<std::remove_cvref_t<Args>>::encode(args, bytes), ...);
  return bytes;
}

/// All of them, and not a byte more.
template <class... T>
std::tuple<T...> decode_all(std::type_identity<std::tuple<T...>>, std::string_view bytes) {
  std::tuple<T...> values{codec<T>::decode(bytes)...};  // in order: it is a braced list
  if (!bytes.empty()) throw codec_error{"bytes are left over: the two sides do not agree on the types"};
  return values;
}

/// What the arguments and the result of a task_fn travel as.
struct binary_form {
  static constexpr task_form form = task_form::binary;
  template <class Tuple>
  static Tuple decode(std::string_view bytes) {
    return decode_all(std::type_identity<Tuple>{}, bytes);
  }
  template <class R>
  static void encode(R const& value, std::string& out) {
    codec<R>::encode(value, out);
  }
  static void encode_nothing(std::string&) {}
};

/// Calls it with what was decoded.
template <class R, class... Args, class F, class Tuple>
R call_function(F& function, Tuple& values) {
  try {
    return std::apply(
        [&](auto&... v) -> R { return std::invoke(function, static_cast<Args>(std::move(v))...); }, values);
  } catch (codec_error const&) {
    rethrow_as_the_functions();
  }
}

template <class Form, class R, class... Args, class F>
auto coroutine_entry(F function) {
  using result_type = typename task_result<R>::type;
  return [function = std::move(function)](std::string bytes,
                                          std::string& result) mutable -> boost::asio::awaitable<void> {
    auto values = Form::template decode<std::tuple<std::remove_cvref_t<Args>...>>(bytes);
    if constexpr (std::is_void_v<result_type>) {
      try {
        co_await call_function<R, Args...>(function, values);
      } catch (codec_error const&) {
        rethrow_as_the_functions();
      }
      Form::encode_nothing(result);
    } else {
      std::optional<result_type> value;
      try {
        value.emplace(co_await call_function<R, Args...>(function, values));
      } catch (codec_error const&) {
        rethrow_as_the_functions();
      }
      Form::encode(*value, result);
    }
  };
}

template <class Form, class R, class... Args, class F>
auto function_entry(F function) {
  return [function = std::move(function)](std::string_view bytes, std::string& result) mutable {
    auto values = Form::template decode<std::tuple<std::remove_cvref_t<Args>...>>(bytes);
    if constexpr (std::is_void_v<R>) {
      call_function<R, Args...>(function, values);
      Form::encode_nothing(result);
    } else {
      Form::encode(call_function<R, Args...>(function, values), result);
    }
  };
}

/// How a worker calls it.
template <class Form, class R, class... Args, class F>
task_entry make_task_entry(std::string name, F function) {
  task_entry made{.name = std::move(name), .signature = typeid(R(Args...)).name(), .form = Form::form};
  if constexpr (task_result<R>::is_coroutine)
    made.run_coroutine = coroutine_entry<Form, R, Args...>(std::move(function));
  else
    made.run = function_entry<Form, R, Args...>(std::move(function));
  return made;
}

}  // namespace detail

template <class R, class... Args>
auto task_fn<R(Args...)>::operator()(std::type_identity_t<Args> const&... args) const
    -> task_call<result_type> {
  detail::call_data data{.function = number_};
  try {
    data.arguments = detail::encode_all<std::remove_cvref_t<Args>...>(args...);
  } catch (...) {
    data.failure = std::current_exception();
  }
  return detail::call_access::make<result_type>(std::move(data));
}

template <class R, class... Args>
template <class F>
detail::task_entry task_fn<R(Args...)>::entry(std::string name, F function) {
  return detail::make_task_entry<detail::binary_form, R, Args...>(std::move(name), std::move(function));
}

}  // namespace reeve
