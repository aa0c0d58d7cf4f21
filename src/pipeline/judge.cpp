// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/judge.hpp"

#include "reeve/task_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace reeve {
namespace {

constexpr char const* retry_type = "reeve::retry_task";

verdict verdict_on(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (task_failed const& e) {
    return e.type() == retry_type ? verdict::retry : verdict::failed;
  } catch (task_timed_out const&) {
    return verdict::retry;
  } catch (worker_lost const&) {
    return verdict::retry;
  } catch (task_quarantined const&) {
    return verdict::dead_letter;
  } catch (codec_error const&) {
    return verdict::dead_letter;
  } catch (pool_closed const&) {
    return verdict::hand_back;
  } catch (boost::system::system_error const& e) {
    if (e.code() == boost::asio::error::operation_aborted) return verdict::hand_back;
    return verdict::failed;
  } catch (...) {
    return verdict::failed;
  }
}

}  // namespace

std::string text_of(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    return e.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

bool is_pool_closed(std::exception_ptr const& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (pool_closed const&) {
    return true;
  } catch (...) {
    return false;
  }
}

task_ending judge(pipeline_params const& params, task_message const& message,
                  std::exception_ptr const& error) {
  task_ending ending{.what = verdict_on(error), .reason = text_of(error)};
  if (!params.judge) return ending;
  try {
    ending.what = params.judge(message, error).value_or(ending.what);
    if (ending.what == verdict::complete) ending.result = "null";
  } catch (...) {
    ending.what = verdict::failed;
    ending.reason += " (and pipeline_params::judge threw: " + text_of(std::current_exception()) + ')';
  }
  return ending;
}

}  // namespace reeve
