// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/restart_options.hpp"
#include "reeve/supervisor_params.hpp"
#include "reeve/worker_spec.hpp"

#include <optional>
#include <string>

namespace reeve {

/// A field that is wrong, and what to write instead.
struct field_error {
  std::string field;
  std::string message;
};

/// The first wrong field of a spec, if any. `prefix` goes before its name.
std::optional<field_error> validate(worker_spec const& spec, std::string const& prefix = {});

/// The same of what `for_instance` made of a spec's command and environment.
std::optional<field_error> validate(command const& c, environment const& env);

/// The same of what `for_start` made of what the operating system is told.
std::optional<field_error> validate(process_params const& process);

/// The same of a restart's options.
std::optional<field_error> validate(restart_options const& options);

/// The first wrong field of a group or of one of its workers, if any.
std::optional<field_error> validate(group_spec const& spec);

}  // namespace reeve
