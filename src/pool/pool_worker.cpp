// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_worker.hpp"

#include "core/unique_fd.hpp"
#include "pool/task_loop.hpp"
#include "pool/task_registry.hpp"
#include "shm/worker_channel.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace reeve {
namespace {

namespace layout = task_channel_layout;

std::unique_ptr<worker_channel> attach_channel() {
  error_code ec;
  auto channel = worker_channel::attach(unique_fd{layout::segment_fd}, unique_fd{layout::work_fd},
                                        unique_fd{layout::news_fd}, unique_fd{layout::attention_fd}, ec);
  if (ec) throw std::runtime_error{"its task channel cannot be used: " + ec.message()};
  return channel;
}

// The pool's functions, as this program has them, in the pool's order.
std::vector<detail::task_entry const*> find_functions(worker_channel const& channel) {
  auto const& registry = task_registry::global();
  if (auto const problem = registry.problem()) throw std::runtime_error{*problem};
  std::vector<detail::task_entry const*> found;
  for (auto const& [name, type] : channel.functions()) {
    auto const number = registry.find(name);
    if (!number) throw std::runtime_error{"the task \"" + name + "\" is not registered in this program"};
    found.push_back(registry.entry(*number));
    if (found.back()->signature != type)
      throw std::runtime_error{"the task \"" + name + "\" has another type in this program"};
  }
  return found;
}

}  // namespace

int pool_worker_main(worker& self) {
  auto const channel = attach_channel();
  task_loop loop{self, *channel, find_functions(*channel)};
  loop.run();
  return 0;
}

}  // namespace reeve
