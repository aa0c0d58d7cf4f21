// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/own_codec_error.hpp"

#include "reeve/task_fn.hpp"

namespace reeve {

own_codec_error::~own_codec_error() = default;

void detail::rethrow_as_the_functions() {
  try {
    throw;
  } catch (codec_error const& e) {
    throw own_codec_error{e};
  }
}

}  // namespace reeve
