// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_names.hpp"

#include <algorithm>

namespace reeve::detail {
namespace {

// Without the locale.
std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

}  // namespace

nats_names::nats_names(nats_params const& params) {
  auto const streams = in_capitals(params.prefix) + '_' + params.queue;
  auto const subjects = params.prefix + '.' + params.queue;
  tasks = streams + "_TASKS";
  results = streams + "_RESULTS";
  dead = streams + "_DEAD";
  nodes = streams + "_NODES";
  task_prefix = subjects + ".task.";
  result_prefix = subjects + ".result.";
  dead_prefix = subjects + ".dead.";
  node_prefix = "$KV." + nodes + '.';
  next_subject = "$JS.API.CONSUMER.MSG.NEXT." + tasks + '.' + consumer;
}

}  // namespace reeve::detail
