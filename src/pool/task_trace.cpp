// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_trace.hpp"

#include <boost/core/demangle.hpp>

#include <typeinfo>

namespace reeve {
namespace {

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

}  // namespace

std::string task_span_name(std::string_view kind, std::string_view task) {
  return std::string{kind} + ' ' + std::string{task};
}

void say_error(span& span, std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    span.error(e.what(), boost::core::demangle(typeid(e).name()));
  } catch (...) {
    span.error("unknown", "unknown");
  }
}

void end_task_span(span& span, task_end const& end) {
  if (span.is_recording()) {
    span.set("reeve.task.name", end.task);
    span.set("reeve.task.id", end.id);
    span.set("reeve.task.attempts", end.attempts);
    span.set("reeve.task.wait_time", seconds(end.wait_time));
    span.set("reeve.task.run_time", seconds(end.run_time));
    if (!end.worker.name.empty()) span.set("reeve.worker", to_string(end.worker));
    if (end.error)
      say_error(span, end.error);
    else
      span.ok();
  }
  span.end();
}

}  // namespace reeve
