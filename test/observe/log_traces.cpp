// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Reeve's own records about a worker that has a trace.

#include "core/log.hpp"
#include "log_rig.hpp"
#include "observe/log_thread_sink.hpp"

#include <boost/log/attributes/constant.hpp>
#include <boost/smart_ptr/make_shared.hpp>

BOOST_AUTO_TEST_SUITE(log_traces)

namespace {

using namespace reeve;
using namespace reeve::test;
namespace blog = boost::log;

// "TRACE_ID SPAN_ID" of each record.
class ids_output final : public log_output {
 public:
  explicit ids_output(std::vector<std::string>& ids) : ids_{ids} {}
  bool write(log_fields const& fields) override {
    ids_.push_back(std::string{text_in(fields.trace_id)} + ' ' + std::string{text_in(fields.span_id)});
    return true;
  }

 private:
  std::vector<std::string>& ids_;
};

// What a supervisor's records about a worker with that trace have.
std::vector<std::string> ids_of(trace_context const* trace) {
  std::vector<std::string> ids;
  auto sink = boost::make_shared<log_thread_sink>(std::make_unique<ids_output>(ids));
  blog::core::get()->add_sink(sink);
  logger{log_level::info}.write(log_level::info, {.name = "api"}, 812, "m", trace);
  blog::core::get()->remove_sink(sink);
  sink.reset();  // what waits is written first
  return ids;
}

// An attribute of all records, while it lives.
class global_text {
 public:
  global_text(char const* name, std::string text)
      : added_{blog::core::get()->add_global_attribute(
            name, blog::attributes::constant<std::string>{std::move(text)})} {}
  global_text(global_text const&) = delete;
  global_text& operator=(global_text const&) = delete;
  ~global_text() { blog::core::get()->remove_global_attribute(added_.first); }

 private:
  std::pair<blog::attribute_set::iterator, bool> added_;
};

using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_record_about_a_worker_has_that_workers_trace) {
  auto const trace = new_trace(true);
  BOOST_TEST((ids_of(&trace) == texts{trace.trace_id_text() + ' ' + trace.span_id_text()}));
}

BOOST_AUTO_TEST_CASE(without_a_trace_it_has_none) {
  trace_context const none;
  BOOST_TEST((ids_of(&none) == texts{" "}));
  BOOST_TEST((ids_of(nullptr) == texts{" "}));
}

BOOST_AUTO_TEST_CASE(the_workers_trace_goes_before_that_of_the_process) {
  global_text const trace_id{"TraceId", "process"};
  global_text const span_id{"SpanId", "process"};
  auto const trace = new_trace(true);
  BOOST_TEST((ids_of(&trace) == texts{trace.trace_id_text() + ' ' + trace.span_id_text()}));
  BOOST_TEST((ids_of(nullptr) == texts{"process process"}));
}

BOOST_AUTO_TEST_SUITE_END()
