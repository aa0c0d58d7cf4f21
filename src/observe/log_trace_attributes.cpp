// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/log_format.hpp"
#include "reeve/this_task.hpp"
#include "shm/handshake.hpp"

#include <boost/log/attributes/attribute.hpp>
#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/attributes/constant.hpp>
#include <boost/log/core.hpp>

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <unistd.h>

namespace reeve {
namespace {

namespace blog = boost::log;

using trace_id_getter = std::string (trace_context::*)() const;

// One of the ids of the trace that the calling thread works for. Boost.Log's function attributes always have a value;
// this one has none where there is no trace.
class trace_attribute final : public blog::attribute::impl {
 public:
  trace_attribute(trace_context otherwise, trace_id_getter text)
      : otherwise_{std::move(otherwise)}, text_{text} {}

  blog::attribute_value get_value() override {
    auto const& task = this_task::trace();
    auto const& context = task.valid() ? task : otherwise_;
    if (!context.valid()) return {};
    return blog::attributes::make_attribute_value((context.*text_)());
  }

 private:
  trace_context otherwise_;
  trace_id_getter text_;
};

void add_global_log_attribute(char const* name, blog::attribute const& attribute) {
  blog::core::get()->add_global_attribute(name, attribute);
}

void add_worker_attributes() {
  auto const* const name = std::getenv(handshake::name);
  if (!name) return;
  auto const* const index = std::getenv(handshake::index);
  add_global_log_attribute(
      "Worker", blog::attributes::constant<std::string>{std::string{name} + '/' + (index ? index : "0")});
  std::uint64_t generation = 0;
  if (auto const* const text = std::getenv(handshake::generation))
    std::from_chars(text, text + std::string_view{text}.size(), generation);
  add_global_log_attribute("Generation", blog::attributes::constant<std::uint64_t>{generation});
  add_global_log_attribute("Pid", blog::attributes::constant<pid_t>{::getpid()});
}

}  // namespace

void add_trace_attributes() {
  auto const started_in = trace_of_environment();
  add_global_log_attribute("TraceId",
                           blog::attribute{new trace_attribute{started_in, &trace_context::trace_id_text}});
  add_global_log_attribute("SpanId",
                           blog::attribute{new trace_attribute{started_in, &trace_context::span_id_text}});
  add_worker_attributes();
}

}  // namespace reeve
