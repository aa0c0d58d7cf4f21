// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// REEVE_DECL marks what a shared libreeve exports; all else is hidden.
#if defined(REEVE_SHARED)
#define REEVE_DECL __attribute__((visibility("default")))
#else
#define REEVE_DECL
#endif
