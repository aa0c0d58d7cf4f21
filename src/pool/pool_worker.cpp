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

std::string why_missing(task_signature const& wanted) {
  if (wanted.form == detail::task_form::json && task_registry::global().find(wanted.name))
    return "is a json_task_fn in the pool's program, and only a task_fn in this one: make it a json_task_fn "
           "here, too";
  return "is not registered in this program";
}

// The pool's functions, as this program has them, in the pool's order.
std::vector<detail::task_entry const*> find_functions(worker_channel const& channel) {
  auto const& registry = task_registry::global();
  if (auto const problem = registry.problem()) throw std::runtime_error{*problem};
  std::vector<detail::task_entry const*> found;
  for (auto const& [name, text] : channel.functions()) {
    auto const wanted = read_signature(name, text);
    auto const number = registry.find(name, wanted.form);
    if (!number) throw std::runtime_error{"the task \"" + name + "\" " + why_missing(wanted)};
    found.push_back(registry.entry(*number));
    if (found.back()->signature != wanted.type)
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
