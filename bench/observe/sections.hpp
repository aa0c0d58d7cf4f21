// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

namespace reeve::bench {

/// What tracing costs the pool: at 1 %, and with a collector that is not there.
void measure_traces();

/// How long a scrape of 1,000 workers takes.
void measure_scrape();

}  // namespace reeve::bench
