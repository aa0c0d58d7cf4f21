// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve {

/// The process that a record of the kernel's log (see /dev/kmsg) says the OOM killer killed.
std::optional<pid_t> oom_victim(std::string_view kernel_record);

/// Begins to watch for the OOM killer's doings; what it did before is not told. The launch thread does so
/// when it starts.
void watch_oom_kills();

/// Whether the OOM killer killed this process since the watch began; true once for each kill. Ask about a
/// child that died of a SIGKILL that was not ours.
///
/// False, too, where it can't be known: /dev/kmsg may not be read, or this is a PID namespace of its own,
/// whose numbers the kernel's log does not use. Called on the launch thread only.
bool killed_by_oom(pid_t pid);

/// Whether `killed_by_oom` has anything to look at: where the kernel has logged nothing since it was last
/// called, and remembers no victim, it would say no. Thread-safe; one system call.
bool oom_watch_has_news() noexcept;

}  // namespace reeve
