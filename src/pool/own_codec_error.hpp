// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/task_error.hpp"

#include <exception>

namespace reeve {

/// Stands for a codec_error that a task's function has thrown itself: nothing is wrong with its arguments and
/// its result.
class own_codec_error final : public codec_error {
 public:
  /// In a handler of it.
  explicit own_codec_error(codec_error const& e) : codec_error{e}, thrown_{std::current_exception()} {}
  ~own_codec_error() override;

  std::exception_ptr const& thrown() const noexcept { return thrown_; }

 private:
  std::exception_ptr thrown_;
};

}  // namespace reeve
