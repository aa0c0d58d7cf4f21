// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What the export leaves alone: the application's signals, its descriptors, its time.

#include "observe/host_lookup.hpp"
#include "otlp_collector.hpp"
#include "span_recorder.hpp"
#include "tracing_test.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(tracing_thread)

namespace {

using namespace reeve;
using namespace reeve::test;

namespace fs = std::filesystem;

// The signals that the thread of that name blocks; nothing: there is none.
std::optional<std::uint64_t> blocked_by_thread(std::string const& name) {
  for (auto const& task : fs::directory_iterator{"/proc/self/task"}) {
    std::ifstream status{task.path() / "status"};
    bool found = false;
    for (std::string line; std::getline(status, line);) {
      if (line == "Name:\t" + name) found = true;
      if (found && line.starts_with("SigBlk:")) return std::stoull(line.substr(7), nullptr, 16);
    }
  }
  return std::nullopt;
}

// Those that a program that is started would inherit.
std::set<std::string> inheritable_descriptors() {
  std::set<std::string> found;
  for (int fd = 0; fd < 1024; ++fd) {
    int const flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) found.insert(std::to_string(fd));
  }
  return found;
}

}  // namespace

// It would wait for a thread that is in another process.
BOOST_AUTO_TEST_CASE(a_forked_process_gets_rid_of_it_and_makes_other_ids) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  std::optional<tracing> traces{std::in_place, tracing_params{.exporter = exporter}};
  make_spans(1);
  test_pipe pipe;
  auto const child = ::fork();
  BOOST_TEST_REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(20);  // ends a child that hangs
    auto const id = new_trace(true).trace_id_text();
    make_spans(1);
    bool const flushed = traces->flush(std::chrono::hours{1});
    traces.reset();
    span_recorder const next;
    make_spans(1);  // now nobody keeps the one before
    bool const told = ::write(pipe.write_end.get(), id.data(), id.size()) == static_cast<ssize_t>(id.size());
    ::_exit(!flushed && told ? 0 : 1);
  }
  pipe.write_end.reset();
  auto const id_there = read_all(pipe.read_end.get());
  BOOST_TEST(id_there.size() == 32u);
  BOOST_TEST(new_trace(true).trace_id_text() != id_there);
  int status = -1;
  BOOST_TEST(::waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  traces.reset();
  BOOST_TEST(exporter->names().size() == 1u);
}

BOOST_AUTO_TEST_CASE(its_thread_hears_no_signals) {
  otel_variables_set const none;
  auto const exporter = std::make_shared<test_exporter>();
  {
    tracing traces{{.exporter = exporter}};
    make_spans(1);
    BOOST_TEST(traces.flush(patience));
    auto const blocked = blocked_by_thread("reeve-tracing");
    BOOST_REQUIRE(blocked.has_value());
    for (int const signal : {SIGTERM, SIGINT, SIGCHLD, SIGUSR1, SIGPIPE})
      BOOST_TEST((*blocked >> static_cast<unsigned>(signal - 1) & 1U) == 1U, signal);
  }
  BOOST_TEST(!blocked_by_thread("reeve-tracing").has_value());
}

BOOST_AUTO_TEST_CASE(what_it_opens_is_closed_at_exec) {
  otel_variables_set const none;
  otlp_collector collector;
  auto const before = inheritable_descriptors();
  tracing traces{{.exporter = make_otlp_exporter({.endpoint = collector.url("localhost")})}};
  make_spans(1);
  BOOST_TEST(traces.flush(patience));
  auto opened = inheritable_descriptors();
  for (auto const& fd : before) opened.erase(fd);
  // The collector of this test takes its connection by Asio, which is not closed at exec.
  BOOST_TEST(opened.size() == collector.connections());
}

BOOST_AUTO_TEST_CASE(a_lookup_that_nobody_waits_for_any_more_does_no_harm) {
  for (int i = 0; i < 50; ++i) {
    boost::asio::io_context context;
    host_lookup const lookup{
        "localhost", "4318", {.context = &context, .wake = [] { BOOST_ERROR("it was woken"); }}};
  }
}

BOOST_AUTO_TEST_CASE(a_lookup_tells_what_it_found) {
  boost::asio::io_context context;
  bool woken = false;
  host_lookup const lookup{"127.0.0.1", "4318", {.context = &context, .wake = [&] { woken = true; }}};
  auto const work = boost::asio::make_work_guard(context);
  run_until(context, [&] { return woken; });
  BOOST_TEST(lookup.is_over());
  std::string problem;
  auto const found = lookup.found(problem);
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].port() == 4318);
  BOOST_TEST(problem.empty());
}

BOOST_AUTO_TEST_SUITE_END()
