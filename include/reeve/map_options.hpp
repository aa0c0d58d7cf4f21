// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/call_options.hpp>

#include <cstddef>
#include <functional>

namespace reeve {

/// How `process_pool::async_map` and `async_map_settled` run a function on the elements of a range.
struct map_options {
  /// So many elements are handed to a worker at a time: at most 65,536, and about 1 MiB of encoded arguments. Zero:
  /// chosen by the time that they take.
  std::size_t chunk = 0;
  /// How each element is run: limits and attempts are those of one element.
  call_options call{};
  /// Called on the pool's executor with how many elements have ended and how many there are (0 where the range does
  /// not know): about every 50 ms while elements end, one call at a time, and once more at the end, before the
  /// operation completes.
  std::function<void(std::size_t done, std::size_t total)> on_progress{};
};

/// In which order a stream gives its results.
enum class order {
  /// That of the elements.
  submission,
  /// That in which they end.
  completion,
};

/// How `process_pool::stream` runs a function on the elements of a range.
struct stream_options {
  /// In which order the results come.
  reeve::order order = reeve::order::submission;
  /// So many elements may be begun and not yet read. Zero: four chunks for each worker, which is what keeps them
  /// busy: with elements of a minute four for each, with quick ones thousands.
  std::size_t read_ahead = 0;
  /// As in `map_options`, but never more than `read_ahead`.
  std::size_t chunk = 0;
  /// As in `map_options`.
  call_options call{};
};

}  // namespace reeve
