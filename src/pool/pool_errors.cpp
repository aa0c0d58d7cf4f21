// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_errors.hpp"

#include "reeve/task_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cstdio>

namespace reeve {
namespace {

std::string in_seconds(limit_watch::duration d) {
  char text[48];
  std::snprintf(text, sizeof text, "%.3g s", std::chrono::duration<double>(d).count());
  return text;
}

}  // namespace

std::exception_ptr aborted_error() {
  return std::make_exception_ptr(boost::system::system_error{boost::asio::error::operation_aborted});
}

std::exception_ptr remote_error(std::string const& task, result_status status, std::string_view said,
                                limit_watch const& limits, limit_watch::duration ran) {
  auto const end = said.find('\0');
  std::string const type{said.substr(0, end)};
  std::string const message{end == std::string_view::npos ? std::string_view{} : said.substr(end + 1)};
  if (status == result_status::codec_error)
    return std::make_exception_ptr(codec_error{task + ": " + message});
  if (status == result_status::stopped) {
    if (limits.is_cancelled()) return aborted_error();
    auto const soft = limits.values().soft;
    // What was seen of the next element of a batch may have come before this one's result.
    if (limits.soft_passed() || (soft.count() > 0 && ran >= soft))
      return std::make_exception_ptr(
          task_timed_out{task + " passed its soft limit of " + in_seconds(soft), task_limit::soft, soft});
  }
  auto const text = task + " threw " + type + (message.empty() ? "" : ": " + message);
  return std::make_exception_ptr(task_failed{text, type, message});
}

std::exception_ptr limit_error(std::string const& task, limit_watch const& limits) {
  if (limits.is_cancelled()) return aborted_error();
  auto const hard = limits.values().hard;
  return std::make_exception_ptr(
      task_timed_out{task + " passed its hard limit of " + in_seconds(hard), task_limit::hard, hard});
}

std::exception_ptr loss_error(std::string const& task, loss_verdict verdict, std::size_t attempts,
                              exit_record const& exit) {
  if (verdict == loss_verdict::lost)
    return std::make_exception_ptr(worker_lost{task + ": its worker died: " + to_string(exit), exit});
  auto const text = task + " is quarantined: its workers died " + std::to_string(attempts) +
                    " times, the last: " + to_string(exit);
  return std::make_exception_ptr(task_quarantined{text, attempts, exit});
}

}  // namespace reeve
