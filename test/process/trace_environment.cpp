// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Workers in other languages read their trace from the environment.

#include "preconditions.hpp"
#include "supervisor_test.hpp"

#include <cstdlib>
#include <utility>

BOOST_AUTO_TEST_SUITE(trace_environment)

namespace {

using namespace reeve;
using namespace reeve::test;
using texts = std::vector<std::string>;

struct language {
  char const* program;
  char const* option;
  char const* script;
};
constexpr language python{
    "python3", "-c",
    "import os\nfor name in ('TRACEPARENT', 'TRACESTATE', 'BAGGAGE'): print(os.environ.get(name, '-'))"};
constexpr language node{
    "node", "-e",
    "for (const name of ['TRACEPARENT', 'TRACESTATE', 'BAGGAGE']) console.log(process.env[name] ?? '-')"};

texts lines_in(language const& of, trace_context trace) {
  supervisor_fixture f;
  texts lines;
  worker_spec spec;
  spec.name = of.program;
  spec.command = {"/usr/bin/env", of.program, of.option, of.script};
  spec.restart = {.mode = restart_mode::never};
  spec.stdio.out = stdio_target::pipe();
  spec.output.on_line = [&](output_line const& line) { lines.push_back(line.text); };
  spec.trace = std::move(trace);
  f.start(std::move(spec));
  f.until([&] { return lines.size() == 3; });
  return lines;
}

void check_language(language const& of) {
  auto const trace = parse_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                 "vendor=1,other=2", "tenant=acme,note=a%20b");
  texts const wanted{trace.traceparent(), trace.state, trace.baggage};
  BOOST_TEST((lines_in(of, trace) == wanted));
  BOOST_TEST((lines_in(of, {}) == texts{"-", "-", "-"}));
}

char const* with_node() {
  return std::system("node -e '' >/dev/null 2>&1") == 0 ? nullptr : "there is no Node here";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_python_worker_reads_its_trace) { check_language(python); }

BOOST_AUTO_TEST_CASE(a_node_worker_reads_its_trace, *only_if<with_node>()) { check_language(node); }

BOOST_AUTO_TEST_SUITE_END()
