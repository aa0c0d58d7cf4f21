// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

/// @file
/// All of reeve.

/// @namespace reeve
/// Worker processes that are supervised, and the supervisor.

#include <reeve/baggage.hpp>
#include <reeve/command.hpp>
#include <reeve/counter_value.hpp>
#include <reeve/diagnostics.hpp>
#include <reeve/environment.hpp>
#include <reeve/error.hpp>
#include <reeve/event_stream.hpp>
#include <reeve/exit_record.hpp>
#include <reeve/exit_status.hpp>
#include <reeve/health_policy.hpp>
#include <reeve/output_policy.hpp>
#include <reeve/process_params.hpp>
#include <reeve/ready_when.hpp>
#include <reeve/restart_options.hpp>
#include <reeve/restart_policy.hpp>
#include <reeve/span.hpp>
#include <reeve/stop_policy.hpp>
#include <reeve/supervisor.hpp>
#include <reeve/supervisor_params.hpp>
#include <reeve/trace_context.hpp>
#include <reeve/worker.hpp>
#include <reeve/worker_event.hpp>
#include <reeve/worker_id.hpp>
#include <reeve/worker_spec.hpp>
#include <reeve/worker_status.hpp>
#include <reeve/worker_totals.hpp>
