// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pool/task_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace reeve {

/// An executor on which a coroutine task runs: `this_task` knows the task whenever it is resumed.
template <class Inner>
class task_executor {
 public:
  task_executor(Inner inner, std::shared_ptr<task_context> task)
      : inner_{std::move(inner)}, task_{std::move(task)} {}

  template <class F>
  void execute(F&& f) const {
    inner_.execute([task = task_, f = std::forward<F>(f)]() mutable {
      task_scope const scope{task.get()};
      std::move(f)();
    });
  }

  template <class Property>
    requires boost::asio::can_query_v<Inner const&, Property>
  decltype(auto) query(Property const& property) const {
    return boost::asio::query(inner_, property);
  }

  template <class Property>
    requires boost::asio::can_require_v<Inner const&, Property>
  auto require(Property const& property) const {
    using changed = std::decay_t<decltype(boost::asio::require(inner_, property))>;
    return task_executor<changed>{boost::asio::require(inner_, property), task_};
  }

  template <class Property>
    requires boost::asio::can_prefer_v<Inner const&, Property>
  auto prefer(Property const& property) const {
    using changed = std::decay_t<decltype(boost::asio::prefer(inner_, property))>;
    return task_executor<changed>{boost::asio::prefer(inner_, property), task_};
  }

  friend bool operator==(task_executor const& a, task_executor const& b) noexcept {
    return a.inner_ == b.inner_ && a.task_ == b.task_;
  }

 private:
  Inner inner_;
  std::shared_ptr<task_context> task_;
};

}  // namespace reeve
