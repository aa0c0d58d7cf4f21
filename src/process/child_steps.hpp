// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/process_params.hpp"

#include <span>
#include <string>
#include <vector>
#include <sys/types.h>

// The steps a child takes before its exec. Each returns 0 or errno, and keeps to the rules of child_side.hpp.
namespace reeve::child_side {

int lead(process_isolation isolation) noexcept;

/// `value` as it is written to /proc; nothing when it is empty. Before the limits, which may forbid an open.
int set_oom_score_adj(std::string const& value) noexcept;

int set_limits(std::vector<resource_limit> const& limits) noexcept;
int set_nice(int value) noexcept;

/// A bit for each CPU; nothing when it is empty.
int set_affinity(std::vector<unsigned long> const& mask) noexcept;

int set_umask(unsigned mask) noexcept;

int set_groups(std::vector<gid_t> const& groups) noexcept;
int set_group(gid_t group) noexcept;
int set_user(uid_t user) noexcept;

/// After the change of user, as systemd does it: that user's rights decide, not ours.
int change_directory(char const* directory) noexcept;

int forbid_new_privileges() noexcept;

/// SIGKILL for the child when the thread that started it exits. After the change of user, which disarms it.
/// Fails where `parent` has died before this was armed.
int die_with(pid_t parent) noexcept;

/// Marks every descriptor but these (ascending) to be closed at exec.
int close_all_but(std::span<int const> kept) noexcept;

}  // namespace reeve::child_side
