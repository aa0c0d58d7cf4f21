// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/nats_params.hpp"

#include <string>

namespace reeve::detail {

/// What a queue's parts are called on the server: `nats_params` has the table.
struct nats_names {
  explicit nats_names(nats_params const& params);

  std::string tasks;
  std::string results;
  std::string dead;
  /// Of the key-value bucket; its stream is "KV_" and that.
  std::string nodes;
  /// What subjects begin with; the rest is the task's name.
  std::string task_prefix;
  std::string result_prefix;
  std::string dead_prefix;
  /// The rest is the node's key.
  std::string node_prefix;
  /// Where tasks are asked for.
  std::string next_subject;

  static constexpr char const* consumer = "reeve_workers";
};

}  // namespace reeve::detail
