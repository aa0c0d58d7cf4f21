// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

namespace reeve::bench {

// Each measures, and prints what it found.

void measure_memory();
void measure_round_trip();
void measure_submit();
void measure_map();
void measure_echo();
void measure_loss();
void measure_hard_limit();
void measure_start();
void measure_idle();

/// The argument that asks this program to end its main where `measure_start` wants it to; the next one is the
/// descriptor to write to.
inline constexpr char const* raw_start_argument = "--raw-start";
int be_started(char const* descriptor);

/// What this program is for `count_idle_calls`.
int be_idle_pool();

}  // namespace reeve::bench
