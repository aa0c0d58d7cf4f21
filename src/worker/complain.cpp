// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/complain.hpp"

#include <algorithm>
#include <cstdio>

namespace reeve {

void complain(std::string what) {
  std::replace(what.begin(), what.end(), '\n', ' ');
  what = "reeve: " + what + '\n';
  std::fwrite(what.data(), 1, what.size(), stderr);
}

std::string describe(std::exception_ptr const& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (std::exception const& e) {
    return e.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

}  // namespace reeve
