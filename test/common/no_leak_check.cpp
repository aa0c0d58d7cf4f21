// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The child programs end by signals at any moment. LeakSanitizer stops its process at its exit; the SIGCONT that
// a stop sends after its signal undoes that, and then it waits for good. So it is the tests' parent that is
// checked for leaks, not its children.
extern "C" int __lsan_is_turned_off() {  // NOLINT(bugprone-reserved-identifier): asked for by LeakSanitizer
  return 1;
}
