// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of maps and streams have in common.

#include "pool_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace reeve::test {

/// A pool that was started.
struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers = 2) : pool_rig{pool_of(workers)} { start(); }
};

/// Whether it is an error of that type.
template <class Error>
bool is(std::exception_ptr const& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (Error const&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// How a map ended.
template <class Item>
struct map_end {
  std::exception_ptr error;
  std::vector<Item> items;
};

/// A map that was begun, and that its signal cancels.
template <class Item>
struct begun_map {
  template <class Operation>
  explicit begun_map(Operation operation) {
    std::move(operation)(boost::asio::bind_cancellation_slot(
        signal->slot(), [end = end, keep = signal](std::exception_ptr error, std::vector<Item> items) {
          *end = map_end<Item>{error, std::move(items)};
        }));
  }
  std::shared_ptr<std::optional<map_end<Item>>> end = std::make_shared<std::optional<map_end<Item>>>();
  std::shared_ptr<boost::asio::cancellation_signal> signal =
      std::make_shared<boost::asio::cancellation_signal>();
};

/// Carries a map out.
template <class Item, class Operation>
map_end<Item> finish(pool_rig& pool, Operation operation) {
  begun_map<Item> const map{std::move(operation)};
  pool.until([&] { return map.end->has_value(); });
  return **map.end;
}

}  // namespace reeve::test
