// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/process_params.hpp"

#include <optional>
#include <vector>
#include <sys/types.h>

namespace reeve {

/// Whom a child runs as, in numbers.
struct credentials {
  std::optional<uid_t> user;
  std::optional<gid_t> group;
  /// The supplementary groups; empty where they stay as they are.
  std::optional<std::vector<gid_t>> groups;

  bool change_anything() const noexcept { return user || group; }
};

/// Looks up the names in `params`; blocks, as a directory service may be asked. Returns 0 or errno, and then
/// the `step` that failed: ENOENT for a name that does not exist, and for a user that is no more than a
/// number, so that nobody knows its group, when none is given.
///
/// A user alone brings the group and the supplementary groups of its account. With a group beside it the
/// child is in that group only. A group alone leaves the supplementary groups as they are.
int resolve_credentials(process_params const& params, credentials& found, char const*& step);

/// Keeps this process dumpable while a child takes other credentials in its memory.
///
/// The kernel makes that memory, and so this process, not dumpable then, which is right until the exec: the
/// child's new user must not trace it. But nothing would make it dumpable again.
class keep_dumpable {
 public:
  keep_dumpable() noexcept;
  keep_dumpable(keep_dumpable const&) = delete;
  keep_dumpable& operator=(keep_dumpable const&) = delete;
  ~keep_dumpable();

 private:
  bool was_dumpable_;
};

}  // namespace reeve
