// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_trace.hpp"

#include "core/span_record.hpp"

#include <boost/core/demangle.hpp>

#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

namespace reeve {
namespace {

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

std::int64_t as_number(std::uint64_t number) { return static_cast<std::int64_t>(number); }

void add(span_data& to, std::string_view attribute, attribute_value value) {
  to.attributes.push_back({std::string{attribute}, std::move(value)});
}

void name(span_data& span, std::string_view kind, detail::task_entry const& task) {
  span.name = kind;
  span.name += task.name;
  add(span, "reeve.task.name", task.name);
}

}  // namespace

void say_error(span& span, std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    span.error(e.what(), boost::core::demangle(typeid(e).name()));
  } catch (...) {
    span.error("unknown", "unknown");
  }
}

void describe_task(span& span, detail::task_entry const& task) {
  struct task_facts {
    detail::task_entry const* task;
  };
  span_access::describe_later(span, {task_facts{.task = &task}, [](task_facts const& of, span_data& data) {
                                       name(data, "task ", *of.task);
                                     }});
}

void describe_run(span& span, detail::task_entry const& task, std::uint64_t id, std::uint64_t attempt) {
  struct run_facts {
    detail::task_entry const* task;
    std::uint64_t id;
    std::uint64_t attempt;
  };
  span_access::describe_later(span, {run_facts{.task = &task, .id = id, .attempt = attempt},
                                     [](run_facts const& run, span_data& data) {
                                       name(data, "run ", *run.task);
                                       add(data, "reeve.task.id", as_number(run.id));
                                       add(data, "reeve.task.attempt", as_number(run.attempt));
                                     }});
}

void end_task_span(span& span, task_end const& end, std::exception_ptr const& error) {
  if (error)
    say_error(span, error);
  else
    span.ok();
  span_access::describe_later(span, {end, [](task_end const& of, span_data& data) {
                                       name(data, "task ", *of.task);
                                       add(data, "reeve.task.id", as_number(of.id));
                                       add(data, "reeve.task.attempts", as_number(of.attempts));
                                       add(data, "reeve.task.wait", seconds(of.wait_time));
                                       add(data, "reeve.task.run", seconds(of.run_time));
                                     }});
  span.end();
}

}  // namespace reeve
