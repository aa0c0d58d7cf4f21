// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <exception>

// Boost 1.81 cannot `co_await` a deferred operation that completes with an exception_ptr and a value: it asks
// `*result` where it means `*result.ex_`. This is the operator that it asks for; a Boost that is mended does not
// call it.
namespace boost::asio::detail {

template <class Result>
  requires requires(Result const& result) {
    { result.ex_ } -> std::same_as<std::exception_ptr* const&>;
    result.value_;
  }
bool operator*(Result const& result) noexcept {
  return static_cast<bool>(*result.ex_);
}

}  // namespace boost::asio::detail
