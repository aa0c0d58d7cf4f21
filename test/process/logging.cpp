// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What is written to Boost.Log, and that nothing is where it is off.

#include "live_supervisor.hpp"

#include <boost/log/attributes/value_extraction.hpp>
#include <boost/log/core.hpp>
#include <boost/log/expressions.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/trivial.hpp>
#include <boost/make_shared.hpp>

#include <fcntl.h>
#include <sys/mman.h>

BOOST_AUTO_TEST_SUITE(logging)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace blog = boost::log;

struct record {
  std::string message;
  std::string channel;
  std::string worker;
  std::uint64_t generation = 0;
  pid_t pid = -1;
  blog::trivial::severity_level severity{};
};

// Keeps the records while it lives.
class recorder {
 public:
  recorder() { blog::core::get()->add_sink(sink_); }
  recorder(recorder const&) = delete;
  recorder& operator=(recorder const&) = delete;
  ~recorder() { blog::core::get()->remove_sink(sink_); }
  std::vector<record> const& records() const { return sink_->locked_backend()->records; }

 private:
  struct backend : blog::sinks::basic_sink_backend<blog::sinks::synchronized_feeding> {
    std::vector<record> records;
    void consume(blog::record_view const& view) {
      auto const get = [&]<class T>(char const* name, T fallback) {
        return blog::extract_or_default<T>(name, view, std::move(fallback));
      };
      records.push_back({.message = get("Message", std::string{}),
                         .channel = get("Channel", std::string{}),
                         .worker = get("Worker", std::string{}),
                         .generation = get("Generation", std::uint64_t{0}),
                         .pid = get("Pid", pid_t{-1}),
                         .severity = get("Severity", blog::trivial::trace)});
    }
  };
  using sink = blog::sinks::synchronous_sink<backend>;
  boost::shared_ptr<sink> sink_ = boost::make_shared<sink>();
};

// Runs a supervisor with logging of that level through the life of a worker that crashes once.
std::vector<worker_event> run_life(log_level level, worker_spec spec = child_spec("hang")) {
  boost::asio::io_context io;
  std::vector<worker_event> events;
  bool done = false;
  auto const name = spec.name;
  supervisor sup{io.get_executor(),
                 {.on_event = [&](worker_event const& e) { events.push_back(e); }, .logging = level}};
  auto const count = [&](event_kind kind) { return std::ranges::count(events, kind, &worker_event::kind); };
  sup.async_start(std::move(spec), [&](error_code) { done = true; });
  run_until(io, [&] { return done; });
  ::kill(sup.status(name).at(0).pid, SIGKILL);
  run_until(io, [&] { return count(event_kind::ready) == 2; });
  sup.async_stop_all([](error_code) {});
  run_until(io, [&] { return count(event_kind::stopped) == 1; });
  return events;
}

// What this process and its children print while it lives.
class printed {
 public:
  printed() {
    std::fflush(nullptr);
    for (int fd : {1, 2}) {
      kept_.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
      ::dup2(file_.get(), fd);
    }
  }
  printed(printed const&) = delete;
  printed& operator=(printed const&) = delete;
  ~printed() { restore(); }
  std::string end() {
    restore();
    std::string all(65536, '\0');
    auto const size = ::pread(file_.get(), all.data(), all.size(), 0);
    all.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return all;
  }

 private:
  void restore() {
    std::fflush(nullptr);
    for (std::size_t i = 0; i < kept_.size(); ++i) ::dup2(kept_[i].get(), static_cast<int>(i + 1));
    kept_.clear();
  }
  unique_fd file_{::memfd_create("printed", MFD_CLOEXEC)};
  std::vector<unique_fd> kept_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(with_logging_off_nothing_is_written) {
  recorder const r;
  run_life(log_level::off);
  BOOST_TEST(r.records().empty());
}

BOOST_AUTO_TEST_CASE(with_logging_off_nothing_is_printed) {
  printed p;
  run_life(log_level::off);
  BOOST_TEST(p.end() == "");
}

BOOST_AUTO_TEST_CASE(each_record_carries_worker_generation_and_pid) {
  recorder const r;
  auto const events = run_life(log_level::debug);
  BOOST_TEST(r.records().size() == events.size());
  for (std::size_t i = 0; i < std::min(r.records().size(), events.size()); ++i) {
    auto const& record = r.records()[i];
    auto const& event = events[i];
    BOOST_TEST(record.channel == "reeve");
    BOOST_TEST(record.worker == "hang/0");
    BOOST_TEST(record.generation == event.worker.generation);
    BOOST_TEST(record.pid == (event.exit ? event.exit->pid : event.pid));
    BOOST_TEST(record.message == to_string(event));
  }
}

BOOST_AUTO_TEST_CASE(a_record_names_its_worker_for_sinks_that_show_no_attributes) {
  recorder const r;
  run_life(log_level::debug);
  for (auto const& record : r.records()) {
    auto const name = record.worker + '#' + std::to_string(record.generation);
    BOOST_TEST(record.message.find(name) != std::string::npos, record.message);
    if (record.pid != 0)
      BOOST_TEST(record.message.find(std::to_string(record.pid)) != std::string::npos, record.message);
  }
}

BOOST_AUTO_TEST_CASE(records_below_the_level_are_left_out) {
  recorder const r;
  run_life(log_level::warning);
  BOOST_REQUIRE(r.records().size() == 1u);  // the crash; the stop is no surprise
  BOOST_TEST(r.records()[0].severity == blog::trivial::warning);
  BOOST_TEST(r.records()[0].generation == 1u);
  BOOST_TEST(r.records()[0].pid > 0);
  BOOST_TEST(r.records()[0].message.find("SIGKILL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_worker_that_fails_is_an_error) {
  recorder const r;
  boost::asio::io_context io;
  supervisor sup{io.get_executor()};
  auto spec = spec_of("lost", "/no/such/program");
  spec.restart.max_restarts = 0;
  std::optional<error_code> result;
  sup.async_start(spec, [&](error_code ec) { result = ec; });
  run_until(io, [&] { return result && sup.status("lost").at(0).state == worker_state::failed; });
  BOOST_REQUIRE(!r.records().empty());
  BOOST_TEST(r.records().back().severity == blog::trivial::error);
  BOOST_TEST(r.records().back().worker == "lost/0");
}

BOOST_AUTO_TEST_CASE(captured_lines_are_records_of_their_worker) {
  recorder const r;
  auto spec = spec_of("chatty", "/bin/sh", {"-c", "echo to the log; echo up; exec sleep 1000"});
  ready_when_up(spec);  // it is killed only when both lines were taken
  spec.output.to_log = true;
  run_life(log_level::info, spec);
  std::vector<std::uint64_t> generations;
  for (auto const& record : r.records()) {
    if (record.message.find("to the log") == std::string::npos) continue;
    BOOST_TEST(record.worker == "chatty/0");
    BOOST_TEST(record.pid > 0);
    generations.push_back(record.generation);
  }
  BOOST_TEST(generations == (std::vector<std::uint64_t>{1, 2}));
}

BOOST_AUTO_TEST_CASE(where_the_application_has_a_sink_nothing_is_printed_beside_it) {
  recorder const r;
  printed p;
  run_life(log_level::info);
  BOOST_TEST(p.end() == "");
  BOOST_TEST(!r.records().empty());
}

BOOST_AUTO_TEST_CASE(the_applications_filter_rules_before_and_after) {
  recorder const r;
  auto const core = blog::core::get();
  core->set_filter(blog::trivial::severity >= blog::trivial::warning);
  auto const say = [] {
    BOOST_LOG_TRIVIAL(info) << "the application's own";
    BOOST_LOG_TRIVIAL(warning) << "the application's own";
  };
  say();
  run_life(log_level::debug);
  say();
  core->reset_filter();
  BOOST_REQUIRE(r.records().size() == 3u);
  for (auto const& record : r.records()) BOOST_TEST(record.severity == blog::trivial::warning);
  BOOST_TEST(r.records()[1].worker == "hang/0");
}

BOOST_AUTO_TEST_SUITE_END()
