// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_registry.hpp"
#include "reeve/json_task_fn.hpp"
#include "reeve/task_error.hpp"

#include <exception>
#include <utility>

namespace reeve {

using detail::task_form;

namespace {

std::string why_unknown(std::string_view name) {
  auto const text = quoted(std::string{name});
  if (task_registry::global().find(name))
    return text + " is a task_fn, which cannot be called with JSON: make it a json_task_fn";
  return "no json_task_fn is registered as " + text +
         ": define one of this name at namespace scope, in this program and in that of the workers";
}

}  // namespace

// Here so that the type is the library's.
retry_task::~retry_task() = default;

task_call<json_text> json_call(std::string_view name, std::string arguments) {
  detail::call_data data{.arguments = std::move(arguments)};
  if (auto const number = task_registry::global().find(name, task_form::json))
    data.function = *number;
  else
    data.failure = std::make_exception_ptr(codec_error{why_unknown(name)});
  return detail::call_access::make<json_text>(std::move(data));
}

bool has_json_task(std::string_view name) {
  return task_registry::global().find(name, task_form::json).has_value();
}

}  // namespace reeve
