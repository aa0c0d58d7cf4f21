// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/validate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <functional>
#include <limits>
#include <string>
#include <vector>
#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(validate)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using namespace std::string_literals;
using duration = std::chrono::steady_clock::duration;

worker_spec good(std::string name = "api") {
  worker_spec spec;
  spec.name = std::move(name);
  spec.command = {"/bin/true"};
  return spec;
}

// A change of a spec, and the field that is wrong after it: empty where all is well.
struct row {
  char const* what;
  char const* field;
  std::function<void(worker_spec&)> change;
};

std::string field_of(std::optional<field_error> const& wrong) { return wrong ? wrong->field : ""s; }

void check(std::vector<row> const& table) {
  for (auto const& [what, field, change] : table) {
    auto spec = good();
    change(spec);
    auto const wrong = reeve::validate(spec);
    BOOST_TEST(field_of(wrong) == field, what);
    if (wrong) BOOST_TEST(!wrong->message.empty(), what);
  }
}

health_hook const some_hook = [](worker_view) -> boost::asio::awaitable<health_result> {
  co_return health_result{};
};

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_CASE(the_defaults_are_good) { BOOST_TEST(field_of(reeve::validate(good())) == ""); }

BOOST_AUTO_TEST_CASE(name_and_count) {
  check({
      {"empty", "name", [](auto& s) { s.name = ""; }},
      {"1 character", "", [](auto& s) { s.name = "a"; }},
      {"128 characters", "", [](auto& s) { s.name = std::string(128, 'a'); }},
      {"129 characters", "name", [](auto& s) { s.name = std::string(129, 'a'); }},
      {"space", "name", [](auto& s) { s.name = "a b"; }},
      {"slash", "name", [](auto& s) { s.name = "a/b"; }},
      {"newline", "name", [](auto& s) { s.name = "a\n"; }},
      {"NUL", "name", [](auto& s) { s.name = "a\0b"s; }},
      {"DEL", "name", [](auto& s) { s.name = "a\x7f"; }},
      {"punctuation", "", [](auto& s) { s.name = "a.b-c_d#2:e@f"; }},
      {"UTF-8", "", [](auto& s) { s.name = "b\xc3\xbc\x63her"; }},
      {"no instance", "", [](auto& s) { s.count = 0; }},
      {"100,000 instances", "", [](auto& s) { s.count = 100'000; }},
      {"100,001 instances", "count", [](auto& s) { s.count = 100'001; }},
  });
}

BOOST_AUTO_TEST_CASE(command_and_environment) {
  check({
      {"no program", "command", [](auto& s) { s.command = {}; }},
      {"no program, but a type", "", [](auto& s) { s.command = in_this_program("feed"); }},
      {"no program, but for_instance", "",
       [](auto& s) {
         s.command = {};
         s.for_instance = [](std::size_t, command& c, reeve::environment&) { c.program = "/bin/true"; };
       }},
      {"program with NUL", "command.program", [](auto& s) { s.command.program = "/bin/\0true"s; }},
      {"type with NUL", "command.worker_type", [](auto& s) { s.command = in_this_program("a\0b"s); }},
      {"argument with NUL", "command.args",
       [](auto& s) {
         s.command.args = {"a", "\0"s};
       }},
      {"empty argument", "", [](auto& s) { s.command.args = {""}; }},
      {"variable", "", [](auto& s) { s.env.set("A", "=x="); }},
      {"unset variable", "", [](auto& s) { s.env.unset("A"); }},
      {"variable without a name", "env", [](auto& s) { s.env.set("", "x"); }},
      {"variable with =", "env", [](auto& s) { s.env.set("A=B", "x"); }},
      {"variable with NUL", "env", [](auto& s) { s.env.set("A\0B"s, "x"); }},
      {"value with NUL", "env", [](auto& s) { s.env.set("A", "\0"s); }},
      {"a variable of reeve's own", "env", [](auto& s) { s.env.set("REEVE_X", "x"); }},
      {"REEVE without the rest", "", [](auto& s) { s.env.set("REEVE", "x"); }},
  });
}

BOOST_AUTO_TEST_CASE(process_params) {
  auto const descriptors = [](std::vector<passed_descriptor> list) {
    return [list](worker_spec& s) { s.process.descriptors = list; };
  };
  auto const limit = [](resource_limit l) { return [l](worker_spec& s) { s.process.limits = {l}; }; };
  char const* const d = "process.descriptors";
  check({
      {"descriptors at the bounds", "",
       descriptors({{.source = 0, .target = 3}, {.source = 0, .target = 1023}})},
      {"no source", d, descriptors({{.source = -1, .target = 3}})},
      {"target 2", d, descriptors({{.source = 0, .target = 2}})},
      {"target 1024", d, descriptors({{.source = 0, .target = 1024}})},
      {"a target twice", d, descriptors({{.source = 0, .target = 5}, {.source = 1, .target = 5}})},
      {"limit", "", limit({.resource = RLIMIT_NOFILE, .soft = 10, .hard = 10})},
      {"last limit", "", limit({.resource = RLIM_NLIMITS - 1, .soft = 0, .hard = 1})},
      {"no limit", "process.limits", limit({.resource = -1, .soft = 0, .hard = 1})},
      {"limit past the last", "process.limits", limit({.resource = RLIM_NLIMITS, .soft = 0, .hard = 1})},
      {"soft above hard", "process.limits", limit({.resource = RLIMIT_CORE, .soft = 2, .hard = 1})},
      {"nice -20", "", [](auto& s) { s.process.nice = -20; }},
      {"nice 19", "", [](auto& s) { s.process.nice = 19; }},
      {"nice -21", "process.nice", [](auto& s) { s.process.nice = -21; }},
      {"nice 20", "process.nice", [](auto& s) { s.process.nice = 20; }},
      {"CPUs", "",
       [](auto& s) {
         s.process.cpu_affinity = {0, 1023};
       }},
      {"CPU -1", "process.cpu_affinity",
       [](auto& s) {
         s.process.cpu_affinity = {0, -1};
       }},
      {"CPU 1024", "process.cpu_affinity", [](auto& s) { s.process.cpu_affinity = {1024}; }},
      {"OOM score -1000", "", [](auto& s) { s.process.oom_score_adj = -1000; }},
      {"OOM score 1000", "", [](auto& s) { s.process.oom_score_adj = 1000; }},
      {"OOM score -1001", "process.oom_score_adj", [](auto& s) { s.process.oom_score_adj = -1001; }},
      {"OOM score 1001", "process.oom_score_adj", [](auto& s) { s.process.oom_score_adj = 1001; }},
      {"user", "", [](auto& s) { s.process.user = "nobody"; }},
      {"empty user", "process.user", [](auto& s) { s.process.user = ""; }},
      {"group", "", [](auto& s) { s.process.group = "12"; }},
      {"empty group", "process.group", [](auto& s) { s.process.group = ""; }},
      {"user with NUL", "process.user", [](auto& s) { s.process.user = "nobody\0"s; }},
      {"group with NUL", "process.group", [](auto& s) { s.process.group = "12\0"s; }},
      {"directory", "", [](auto& s) { s.process.directory = "/tmp"; }},
      {"directory with NUL", "process.directory", [](auto& s) { s.process.directory = "/tmp\0"s; }},
      {"umask", "", [](auto& s) { s.process.umask = 0777; }},
      {"umask 01000", "process.umask", [](auto& s) { s.process.umask = 01000; }},
  });
}

BOOST_AUTO_TEST_CASE(output) {
  auto const piped = [](auto change) {
    return [change](worker_spec& s) {
      s.stdio.out = stdio_target::pipe();
      change(s);
    };
  };
  check({
      {"stdin from a pipe", "stdio.in", [](auto& s) { s.stdio.in = stdio_target::pipe(); }},
      {"stdin from a file", "", [](auto& s) { s.stdio.in = stdio_target::file("in"); }},
      {"stdin from no file", "stdio.in", [](auto& s) { s.stdio.in = stdio_target::file(""); }},
      {"stdin from a file with NUL", "stdio.in", [](auto& s) { s.stdio.in = stdio_target::file("in\0"s); }},
      {"stdout to no file", "stdio.out", [](auto& s) { s.stdio.out = stdio_target::file(""); }},
      {"stderr to no file", "stdio.err", [](auto& s) { s.stdio.err = stdio_target::file(""); }},
      {"stdout to a pipe", "", piped([](auto&) {})},
      {"living on", "", [](auto& s) { s.on_death = on_supervisor_death::live_on; }},
      {"living on, piped", "on_death", piped([](auto& s) { s.on_death = on_supervisor_death::live_on; })},
      {"living on, stderr piped", "on_death",
       [](auto& s) {
         s.stdio.err = stdio_target::pipe();
         s.on_death = on_supervisor_death::live_on;
       }},
      {"captured to a file with NUL", "output.to_file",
       piped([](auto& s) { s.output.to_file = {.path = "f\0"s}; })},
      {"log without a pipe", "output", [](auto& s) { s.output.to_log = true; }},
      {"file without a pipe", "output", [](auto& s) { s.output.to_file = {.path = "f"}; }},
      {"lines without a pipe", "output", [](auto& s) { s.output.on_line = [](output_line const&) {}; }},
      {"log", "", piped([](auto& s) { s.output.to_log = true; })},
      {"no last lines", "", piped([](auto& s) { s.output.last_lines = 0; })},
      {"lines of 1 byte", "", piped([](auto& s) { s.output.max_line_bytes = 1; })},
      {"lines of no byte", "output.max_line_bytes", piped([](auto& s) { s.output.max_line_bytes = 0; })},
      {"no waiting line", "output.max_waiting_lines", piped([](auto& s) {
         s.output.on_line = [](output_line const&) {};
         s.output.max_waiting_lines = 0;
       })},
      {"no waiting line for nobody", "", piped([](auto& s) { s.output.max_waiting_lines = 0; })},
      {"file", "", piped([](auto& s) { s.output.to_file = {.path = "f", .max_bytes = 1, .keep = 0}; })},
      {"file without a path", "output.to_file", piped([](auto& s) { s.output.to_file.emplace(); })},
      {"file of no byte", "output.to_file.max_bytes",
       piped([](auto& s) { s.output.to_file = {.path = "f", .max_bytes = 0}; })},
      {"no waiting byte", "output.max_waiting_bytes", piped([](auto& s) {
         s.output.to_file = {.path = "f"};
         s.output.max_waiting_bytes = 0;
       })},
  });
}

BOOST_AUTO_TEST_CASE(health_and_readiness) {
  auto const heartbeat = [](duration timeout, duration start_within) {
    return [=](worker_spec& s) {
      s.health.heartbeat = heartbeat_policy{.timeout = timeout, .start_within = start_within};
    };
  };
  auto const hooked = [](auto change) {
    return [change](worker_spec& s) {
      s.health.check = some_hook;
      change(s);
    };
  };
  auto const ready = [](ready_when r) { return [r](worker_spec& s) { s.ready = r; }; };
  check({
      {"heartbeat", "", heartbeat(4ms, 0ms)},
      {"heartbeat within 4 ms", "", heartbeat(1s, 4ms)},
      {"heartbeat of 3 ms", "health.heartbeat.timeout", heartbeat(4ms - 1ns, 0ms)},
      {"negative heartbeat", "health.heartbeat.timeout", heartbeat(-1s, 0ms)},
      {"heartbeat within 3 ms", "health.heartbeat.start_within", heartbeat(1s, 4ms - 1ns)},
      {"heartbeat within less than nothing", "health.heartbeat.start_within", heartbeat(1s, -1ns)},
      {"hook", "", hooked([](auto&) {})},
      {"hook every ms", "", hooked([](auto& s) { s.health.interval = s.health.timeout = 1ms; })},
      {"hook without an interval", "health.interval", hooked([](auto& s) { s.health.interval = 0ms; })},
      {"hook without a timeout", "health.timeout", hooked([](auto& s) { s.health.timeout = 0ms; })},
      {"1 failure", "", hooked([](auto& s) { s.health.failures = 1; })},
      {"0 failures", "health.failures", hooked([](auto& s) { s.health.failures = 0; })},
      {"0 failures of no hook", "", [](auto& s) { s.health.failures = 0; }},
      {"ready with a beat", "", ready(ready_when::first_beat(1ms))},
      {"ready at once or never", "ready.timeout", ready(ready_when::first_beat(0ms))},
      {"reported in no time", "ready.timeout", ready(ready_when::reported(-1s))},
      {"checked", "", ready(ready_when::check(some_hook, 1ms, 1ms))},
      {"checked all the time", "ready.interval", ready(ready_when::check(some_hook, 1s, 0ms))},
      {"checked by nothing", "ready.check", ready(ready_when::check({}, 1s))},
  });
}

BOOST_AUTO_TEST_CASE(restart_and_stop) {
  auto const restart = [](auto change) { return [change](worker_spec& s) { change(s.restart); }; };
  auto const stop = [](auto change) { return [change](worker_spec& s) { change(s.stop); }; };
  check({
      {"no delay", "", restart([](auto& r) { r.delay = 0s; })},
      {"negative delay", "restart.delay", restart([](auto& r) { r.delay = -1ns; })},
      {"backoff 1", "", restart([](auto& r) { r.backoff = 1; })},
      {"backoff 1000", "", restart([](auto& r) { r.backoff = 1000; })},
      {"backoff below 1", "restart.backoff", restart([](auto& r) { r.backoff = 0.99; })},
      {"backoff above 1000", "restart.backoff", restart([](auto& r) { r.backoff = 1000.1; })},
      {"backoff NaN", "restart.backoff", restart([](auto& r) { r.backoff = nan; })},
      {"infinite backoff", "restart.backoff", restart([](auto& r) { r.backoff = inf; })},
      {"cap at the delay", "", restart([](auto& r) { r.max_delay = r.delay; })},
      {"cap below the delay", "restart.max_delay", restart([](auto& r) { r.max_delay = r.delay - 1ns; })},
      {"cap of a year", "", restart([](auto& r) { r.max_delay = 24h * 365; })},
      {"cap above a year", "restart.max_delay", restart([](auto& r) { r.max_delay = 24h * 365 + 1ns; })},
      {"jitter 0", "", restart([](auto& r) { r.jitter = 0; })},
      {"jitter 1", "", restart([](auto& r) { r.jitter = 1; })},
      {"negative jitter", "restart.jitter", restart([](auto& r) { r.jitter = -0.01; })},
      {"jitter above 1", "restart.jitter", restart([](auto& r) { r.jitter = 1.01; })},
      {"jitter NaN", "restart.jitter", restart([](auto& r) { r.jitter = nan; })},
      {"stable at once", "", restart([](auto& r) { r.reset_after = 0s; })},
      {"stable before", "restart.reset_after", restart([](auto& r) { r.reset_after = -1ns; })},
      {"no restarts", "", restart([](auto& r) { r.max_restarts = 0; })},
      {"a million restarts", "", restart([](auto& r) { r.max_restarts = 1'000'000; })},
      {"more restarts", "restart.max_restarts", restart([](auto& r) { r.max_restarts = 1'000'001; })},
      {"window of 1 ms", "", restart([](auto& r) { r.window = 1ms; })},
      {"window of less", "restart.window", restart([](auto& r) { r.window = 1ms - 1ns; })},
      {"no window", "restart.window", restart([](auto& r) { r.window = 0s; })},
      {"clean codes", "", restart([](auto& r) {
         r.clean_exit_codes = {0, 255};
       })},
      {"no clean code", "", restart([](auto& r) { r.clean_exit_codes.clear(); })},
      {"clean code -1", "restart.clean_exit_codes", restart([](auto& r) { r.clean_exit_codes = {-1}; })},
      {"clean code 256", "restart.clean_exit_codes", restart([](auto& r) {
         r.clean_exit_codes = {0, 256};
       })},
      {"clean signals", "", restart([](auto& r) {
         r.clean_signals = {1, SIGRTMAX};
       })},
      {"clean signal 0", "restart.clean_signals", restart([](auto& r) {
         r.clean_signals = {SIGTERM, 0};
       })},
      {"clean signal 65", "restart.clean_signals",
       restart([](auto& r) { r.clean_signals = {SIGRTMAX + 1}; })},
      {"no graces", "", stop([](auto& p) { p.ask_grace = p.signal_grace = 0s; })},
      {"negative grace of the ask", "stop.ask_grace", stop([](auto& p) { p.ask_grace = -1ns; })},
      {"negative grace of the signal", "stop.signal_grace", stop([](auto& p) { p.signal_grace = -1ns; })},
      {"signal 0", "stop.signal", stop([](auto& p) { p.signal = 0; })},
      {"signal 65", "stop.signal", stop([](auto& p) { p.signal = SIGRTMAX + 1; })},
      {"SIGINT", "", stop([](auto& p) { p.signal = SIGINT; })},
  });
}

// Added to the time, "for ever" would come round to the past: the deadline would have passed at once.
BOOST_AUTO_TEST_CASE(no_time_is_too_long_to_be_added_to_the_clock) {
  auto const all_with = [](duration d, bool is_good) {
    auto const expect = [is_good](char const* field) { return is_good ? "" : field; };
    check({
        {"delay", expect("restart.delay"), [d](auto& s) { s.restart.delay = s.restart.max_delay = d; }},
        {"stable uptime", expect("restart.reset_after"), [d](auto& s) { s.restart.reset_after = d; }},
        {"window", expect("restart.window"), [d](auto& s) { s.restart.window = d; }},
        {"ask grace", expect("stop.ask_grace"), [d](auto& s) { s.stop.ask_grace = d; }},
        {"signal grace", expect("stop.signal_grace"), [d](auto& s) { s.stop.signal_grace = d; }},
        {"readiness", expect("ready.timeout"), [d](auto& s) { s.ready = ready_when::reported(d); }},
        {"its interval", expect("ready.interval"),
         [d](auto& s) { s.ready = ready_when::check(some_hook, 1s, d); }},
        {"hook's interval", expect("health.interval"),
         [d](auto& s) {
           s.health.check = some_hook;
           s.health.interval = d;
         }},
        {"hook's timeout", expect("health.timeout"),
         [d](auto& s) {
           s.health.check = some_hook;
           s.health.timeout = d;
         }},
        {"heartbeat", expect("health.heartbeat.timeout"),
         [d](auto& s) { s.health.heartbeat = heartbeat_policy{.timeout = d}; }},
        {"first beat", expect("health.heartbeat.start_within"),
         [d](auto& s) { s.health.heartbeat = heartbeat_policy{.start_within = d}; }},
    });
  };
  all_with(24h * 365, true);
  all_with(24h * 365 + 1ns, false);
  all_with(duration::max(), false);
}

BOOST_AUTO_TEST_CASE(the_first_wrong_field_is_named_with_its_prefix) {
  auto spec = good();
  spec.restart.window = 0s;
  spec.stop.signal = 0;
  auto const wrong = reeve::validate(spec, "workers[3].");
  BOOST_REQUIRE(wrong.has_value());
  BOOST_TEST(wrong->field == "workers[3].restart.window");
}

BOOST_AUTO_TEST_CASE(groups) {
  struct group_row {
    char const* what;
    char const* field;
    std::function<void(group_spec&)> change;
  };
  std::vector<group_row> const table{
      {"good", "", [](auto&) {}},
      {"no name", "name", [](auto& g) { g.name = ""; }},
      {"name with a space", "name", [](auto& g) { g.name = "a b"; }},
      {"no workers", "workers", [](auto& g) { g.workers.clear(); }},
      {"a name twice", "workers", [](auto& g) { g.workers[1].name = g.workers[0].name; }},
      {"the group's name", "workers", [](auto& g) { g.workers[1].name = g.name; }},
      {"window of the group", "restart.window", [](auto& g) { g.restart.window = 0s; }},
      {"jitter of the group", "restart.jitter", [](auto& g) { g.restart.jitter = 2; }},
      {"a worker's count", "workers[1].count", [](auto& g) { g.workers[1].count = 100'001; }},
      {"a worker's name", "workers[0].name", [](auto& g) { g.workers[0].name = ""; }},
      {"a worker's window", "workers[1].restart.window", [](auto& g) { g.workers[1].restart.window = 0s; }},
  };
  for (auto const& [what, field, change] : table) {
    group_spec group{.name = "all", .workers = {good("a"), good("b")}};
    change(group);
    BOOST_TEST(field_of(reeve::validate(group)) == field, what);
  }
}

BOOST_AUTO_TEST_CASE(what_for_start_made_is_checked_as_a_specs_process_is) {
  reeve::process_params process;
  BOOST_TEST(field_of(reeve::validate(process)) == "");
  process.descriptors = {{.source = 5, .target = 16}};
  BOOST_TEST(field_of(reeve::validate(process)) == "");
  process.descriptors.push_back({.source = -1, .target = 17});
  BOOST_TEST(field_of(reeve::validate(process)) == "for_start: process.descriptors");
  process = {.nice = 20};
  BOOST_TEST(field_of(reeve::validate(process)) == "for_start: process.nice");
}

BOOST_AUTO_TEST_CASE(a_restart_has_one_of_two_causes) {
  for (int i = 0; i <= static_cast<int>(exit_cause::limit); ++i) {
    auto const cause = static_cast<exit_cause>(i);
    bool const good = cause == exit_cause::restart || cause == exit_cause::limit;
    BOOST_TEST(field_of(reeve::validate(restart_options{.cause = cause})) == (good ? "" : "cause"),
               to_string(cause));
  }
}

BOOST_AUTO_TEST_SUITE_END()
