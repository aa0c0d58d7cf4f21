// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace reeve::detail {

/// A socket that listens there, without blocking. Throws `boost::system::system_error`.
unique_fd listen_at(boost::asio::ip::tcp::endpoint const& where);

/// The next connection; none, with errno, where there is none or it cannot be had.
unique_fd accept_from(int listener) noexcept;

}  // namespace reeve::detail
