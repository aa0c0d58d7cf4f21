// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pool/batch.hpp"
#include "pool/dispatch_fsm.hpp"
#include "pool/limit_watch.hpp"
#include "reeve/call_options.hpp"
#include "reeve/detail/pool_ops.hpp"
#include "reeve/span.hpp"
#include "shm/pool_channel.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// A task of a pool: one call, or a batch of calls of one function.
struct pool_task : dispatch_task {
  std::uint64_t id = 0;
  std::uint32_t function = 0;
  /// The encoded arguments; of a batch its frames.
  std::string arguments{};
  /// Null where nothing was said.
  std::shared_ptr<call_options const> options{};

  /// What goes to the worker before the arguments: the trace's block, where that is sent, and the correlation id.
  std::string preface{};
  task_trace trace = task_trace::none;
  /// Of a single call in a trace that is recorded.
  std::optional<reeve::span> span{};
  /// When it was submitted, where it has a span or its wait is measured: for as many tasks as it stands for.
  std::chrono::steady_clock::time_point submitted{};
  std::uint8_t stands_for = 0;

  /// Who is told: of a batch its sink, else the other.
  std::unique_ptr<detail::task_sink> sink{};
  std::shared_ptr<batch_sink> batch{};
  /// Of a batch: its elements, how many of them have ended, and where the frame of one of them begins.
  std::uint32_t count = 1;
  std::uint32_t first = 0;
  /// `first` when it was handed over.
  std::uint32_t base = 0;
  std::size_t offset = 0;
  std::uint32_t offset_is_of = 0;

  /// Where the pool keeps it.
  std::size_t position = 0;
  bool cancellable = false;
  /// A pool that is closing takes it: its map has kept it open.
  bool kept_open = false;
  /// Its worker is being killed because of it.
  bool condemned = false;
  /// Who wants to know was told that it has begun.
  bool accepted = false;
  /// The element that was asked to stop because of its worker's memory.
  std::optional<std::uint32_t> asked_for_memory{};
  double progress = 0;
  slot_ref slot{};
  limit_watch limits{};

  /// The arguments; of a batch the frames from that at `first` on.
  std::string_view rest() noexcept;
  std::size_t attempt() const noexcept { return losses + 1; }
  /// So many elements from `first` on have ended. False, and nothing changes: there are no others.
  bool advance(std::uint32_t ended = 1) noexcept;
};

}  // namespace reeve
