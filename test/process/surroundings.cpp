// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "self_report.hpp"
#include "supervisor_test.hpp"

#include <csignal>
#include <fstream>
#include <map>
#include <sys/resource.h>

// What a worker finds around it: exactly what its spec says.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

struct surroundings_rig : supervisor_fixture {
  std::map<worker_id, std::string> text;

  /// A worker that shows itself, once; what it prints goes to `text`.
  worker_spec show_self(std::size_t count = 1) {
    auto spec = spec_of("show", "show_self", {}, count);
    spec.restart.mode = restart_mode::never;
    spec.stdio.out = stdio_target::pipe();
    spec.output.on_line = [this](output_line const& line) { text[line.worker] += line.text + '\n'; };
    return spec;
  }

  /// What each of them showed.
  std::vector<self_report> reports_of(worker_spec const& spec) {
    start(spec);
    until(kind::finished, spec.name, spec.count);
    std::vector<self_report> out;
    for (auto const& [id, lines] : text) out.emplace_back(lines);
    BOOST_REQUIRE(out.size() == spec.count);
    return out;
  }

  self_report report_of(worker_spec const& spec) { return reports_of(spec).at(0); }
};

/// A disposition that is put back.
struct disposition {
  int number;
  void (*old)(int);
  disposition(int n, void (*handler)(int)) : number{n}, old{std::signal(n, handler)} {}
  disposition(disposition const&) = delete;
  disposition& operator=(disposition const&) = delete;
  ~disposition() { std::signal(number, old); }
};

bool has_signal(std::string const& mask, int number) {
  return (std::stoull(mask, nullptr, 16) >> (number - 1) & 1) != 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(surroundings, surroundings_rig)

BOOST_AUTO_TEST_CASE(the_arguments_arrive_as_they_are) {
  auto spec = show_self();
  spec.command.args = {"plain", "two words", "", "$HOME", "*"};
  auto const report = report_of(spec);
  BOOST_TEST(report.all("arg") ==
                 (std::vector<std::string>{spec.command.program, "plain", "two words", "", "$HOME", "*"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_environment_is_inherited_added_to_and_taken_from) {
  ::setenv("TEST_INHERITED", "yes", 1);
  ::setenv("TEST_UNWANTED", "yes", 1);
  auto spec = show_self();
  spec.env = {{"TEST_ADDED", "with spaces = and more"}};
  spec.env.unset("TEST_UNWANTED");
  auto const report = report_of(spec);
  BOOST_TEST(report.has("env", "TEST_INHERITED=yes"));
  BOOST_TEST(report.has("env", "TEST_ADDED=with spaces = and more"));
  BOOST_TEST(!report.has("env", "TEST_UNWANTED=yes"));
  ::unsetenv("TEST_INHERITED");
  ::unsetenv("TEST_UNWANTED");
}

BOOST_AUTO_TEST_CASE(a_cleared_environment_has_what_was_set_and_what_reeve_adds) {
  auto spec = show_self();
  spec.env.clear().set("ONLY", "this");
  auto const report = report_of(spec);
  for (auto const& variable : report.all("env"))
    BOOST_TEST((variable == "ONLY=this" || variable.starts_with("REEVE_")), variable);
  BOOST_TEST(report.has("env", "ONLY=this"));
}

BOOST_AUTO_TEST_CASE(a_worker_is_told_who_it_is) {
  auto const reports = reports_of(show_self(2));
  for (std::size_t i = 0; i < 2; ++i) {
    auto const variables = reports[i].all("env");
    BOOST_TEST(std::ranges::any_of(variables, [](auto const& v) { return v.ends_with("=show"); }));
    auto const index = "=" + std::to_string(i);
    BOOST_TEST(std::ranges::any_of(
        variables, [&](auto const& v) { return v.starts_with("REEVE_") && v.ends_with(index); }));
  }
}

BOOST_AUTO_TEST_CASE(for_instance_adapts_each_start_of_each_instance) {
  auto spec = show_self(3);
  spec.command.args = {"common"};
  spec.for_instance = [](std::size_t index, command& c, environment& env) {
    c.args.push_back(std::to_string(8080 + index));
    env.set("PORT", std::to_string(8080 + index));
  };
  auto const reports = reports_of(spec);
  for (std::size_t i = 0; i < 3; ++i) {
    auto const port = std::to_string(8080 + i);
    BOOST_TEST(reports[i].all("arg").size() == 3U);  // of an earlier instance nothing is left
    BOOST_TEST(reports[i].all("arg").at(2) == port);
    BOOST_TEST(reports[i].has("env", "PORT=" + port));
  }
}

BOOST_AUTO_TEST_CASE(the_directory_and_the_other_parameters_arrive) {
  auto spec = show_self();
  spec.process.directory = "/usr";
  spec.process.umask = 027;
  spec.process.limits = {{.resource = RLIMIT_NOFILE, .soft = 77, .hard = 88}};
  spec.process.nice = ::getpriority(PRIO_PROCESS, 0) + 1;
  auto const report = report_of(spec);
  BOOST_TEST(report.one("cwd") == "/usr");
  BOOST_TEST(report.one("umask") == "27");
  BOOST_TEST(report.one("nofile") == "77 88");
  BOOST_TEST(report.one("nice") == std::to_string(*spec.process.nice));
  BOOST_TEST(report.one("pid") == report.one("pgid"));
  BOOST_TEST(report.one("sid") == std::to_string(::getsid(0)));
}

BOOST_AUTO_TEST_CASE(it_leads_a_session_where_that_is_asked_for) {
  auto spec = show_self();
  spec.process.isolation = process_isolation::session;
  auto const report = report_of(spec);
  BOOST_TEST(report.one("pid") == report.one("sid"));
}

BOOST_AUTO_TEST_CASE(a_program_is_looked_up_in_the_workers_own_PATH) {
  auto spec = show_self();
  auto const path = std::filesystem::path{spec.command.program};
  spec.command.program = path.filename();
  spec.env.set("PATH", "/nowhere:" + path.parent_path().string());
  BOOST_TEST(report_of(spec).one("arg") == path.filename());
}

BOOST_AUTO_TEST_CASE(signals_blocked_or_ignored_here_are_default_and_unblocked_there) {
  disposition const pipe{SIGPIPE, SIG_IGN};
  disposition const user{SIGUSR1, SIG_IGN};
  sigset_t blocked;
  sigset_t old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGUSR2);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &old);
  auto const report = report_of(show_self());
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  for (int const number : {SIGPIPE, SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGCHLD}) {
    BOOST_TEST(!has_signal(report.one("blocked"), number));
    BOOST_TEST(!has_signal(report.one("ignored"), number));
  }
}

BOOST_AUTO_TEST_CASE(a_passed_descriptor_arrives_under_its_number) {
  test_pipe pipe;
  auto spec = show_self();
  spec.process.descriptors = {{.source = pipe.read_end.get(), .target = 7}};
  auto const report = report_of(spec);
  BOOST_TEST(report.target(7).starts_with("pipe:"));
  BOOST_TEST(report.descriptors() == (std::vector{0, 1, 2, 7}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_gets_the_output_and_keeps_what_it_has) {
  std::string name = std::filesystem::temp_directory_path() / "reeve-output-XXXXXX";
  unique_fd const file{::mkstemp(name.data())};
  BOOST_REQUIRE(::write(file.get(), "old\n", 4) == 4);
  auto spec = script("w", "read line; echo $line; echo error >&2");
  spec.stdio = {
      .in = stdio_target::file(name), .out = stdio_target::file(name), .err = stdio_target::file(name)};
  spec.restart.mode = restart_mode::never;
  start(spec);
  until(kind::finished);
  std::ifstream in{name};
  BOOST_TEST((std::string{std::istreambuf_iterator<char>{in}, {}}) == "old\nold\nerror\n");
  std::filesystem::remove(name);
}

// ---- through many restarts -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_child_sees_the_same_descriptors_after_1000_restarts_with_500_open_here) {
  std::vector<unique_fd> open;
  for (int i = 0; i < 500; ++i) open.emplace_back(::open("/dev/null", O_RDONLY));  // not close-on-exec
  auto spec = script("w", "echo /proc/self/fd/*; exit 1");
  spec.stdio.out = stdio_target::pipe();
  spec.stdio.err = stdio_target::null();
  spec.shared_page = true;
  spec.restart.delay = 0ms;
  std::map<std::string, std::size_t> seen;
  spec.output.on_line = [&seen](output_line const& line) { ++seen[line.text]; };
  start(spec);
  until(kind::exited, "w", 20);
  auto const before = open_descriptors();
  events.clear();
  std::size_t exits = 0;
  std::ptrdiff_t most = 0;
  auto const stream_before = seen.size();
  until([&, last = std::uint64_t{0}]() mutable {
    auto const generation = status_of("w").worker.generation;
    if (generation != last) {
      ++exits;
      most = std::max(most, open_descriptors());
    }
    last = generation;
    return generation > 1000;
  });
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(exits > 500U);
  BOOST_TEST(stream_before == 1U);
  BOOST_TEST(seen.size() == 1U);
  BOOST_TEST_CONTEXT(seen.begin()->first) BOOST_TEST(seen.begin()->second >= 900U);
  // What one worker has while it lives, and what another has while it is being started.
  BOOST_TEST(most <= before + 16);
  BOOST_TEST(open_descriptors() <= before);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_SUITE_END()
