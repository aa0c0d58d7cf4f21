// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

/// @file
/// The pool: typed tasks on worker processes. Link reeve::pool.

#include <reeve/call_options.hpp>
#include <reeve/codec.hpp>
#include <reeve/map_options.hpp>
#include <reeve/outcome.hpp>
#include <reeve/pool_params.hpp>
#include <reeve/pool_status.hpp>
#include <reeve/process_pool.hpp>
#include <reeve/raw_codec.hpp>
#include <reeve/result_stream.hpp>
#include <reeve/task_error.hpp>
#include <reeve/task_fn.hpp>
#include <reeve/this_task.hpp>
#include <reeve/worker.hpp>
