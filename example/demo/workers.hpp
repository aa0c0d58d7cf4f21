// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/reeve.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>

// What the demo runs.

/// Web servers: real programs that know nothing of reeve. Their health is asked by HTTP.
reeve::worker_spec web_servers(boost::asio::any_io_executor executor, std::size_t count);

/// Class workers of this program, with heartbeat, counters and a flag.
reeve::worker_spec price_feeds(std::size_t count);

/// A class worker whose first incarnation crashes when it has run for a time.
reeve::worker_spec order_book(std::chrono::steady_clock::duration crash_after);
