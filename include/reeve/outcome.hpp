// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace reeve {

/// What became of one of several tasks: its result, or the error that it ended with. The result of a task that
/// returns nothing is `std::monostate`.
template <class R>
class outcome {
 public:
  /// The type of its value.
  using value_type = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  /// A default result.
  outcome() = default;
  /// A result.
  explicit outcome(value_type value) : value_{std::move(value)} {}
  /// An error: not null.
  explicit outcome(std::exception_ptr error) noexcept : error_{std::move(error)} {}

  /// Whether it is a result.
  bool has_value() const noexcept { return !error_; }
  /// The same.
  explicit operator bool() const noexcept { return has_value(); }

  /// The result. Throws the error where there is none.
  value_type const& value() const& {
    if (error_) std::rethrow_exception(error_);
    return value_;
  }
  /// The same.
  value_type&& value() && {
    if (error_) std::rethrow_exception(error_);
    return std::move(value_);
  }

  /// The error; null where it is a result.
  std::exception_ptr const& error() const noexcept { return error_; }

 private:
  value_type value_{};
  std::exception_ptr error_;
};

}  // namespace reeve
