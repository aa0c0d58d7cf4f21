// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <fstream>
#include <map>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

// Workers that cannot be started, and specs that are not tried.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

struct temporary_folder {
  std::filesystem::path path;

  temporary_folder() {
    std::string name = std::filesystem::temp_directory_path() / "reeve-spawn-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(name.data()));
    path = name;
  }
  ~temporary_folder() { std::filesystem::remove_all(path); }

  std::string file(std::string const& name, std::filesystem::perms permissions,
                   std::string const& text = "#!/bin/sh\nexec sleep 3600\n") const {
    std::ofstream{path / name} << text;
    std::filesystem::permissions(path / name, permissions);
    return path / name;
  }
};

/// No descriptor is left in this process while it exists.
class no_descriptors {
 public:
  no_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &old_);
    rlimit const less{std::min<rlim_t>(old_.rlim_cur, 256), old_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &less);
    for (;;) {
      unique_fd fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
      if (!fd) break;
      taken_.push_back(std::move(fd));
    }
    BOOST_REQUIRE(errno == EMFILE);
  }
  no_descriptors(no_descriptors const&) = delete;
  no_descriptors& operator=(no_descriptors const&) = delete;
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &old_); }

 private:
  rlimit old_{};
  std::vector<unique_fd> taken_;
};

constexpr auto all_may_run = std::filesystem::perms::owner_all | std::filesystem::perms::group_exec |
                             std::filesystem::perms::others_exec;

struct spawns : supervisor_fixture {
  temporary_folder folder;

  /// The spec fails with this errno, at each of three attempts, and leaves nothing.
  void check_fails(worker_spec const& spec, int code) {
    BOOST_TEST_CONTEXT(spec.name) {
      prepare();
      auto const before = open_descriptors();
      diagnostics diag;
      auto const ec = finish(sup->async_start(spec, diag));
      BOOST_TEST(ec == error_code(code, boost::system::system_category()));
      BOOST_REQUIRE(diag.exit.has_value());
      BOOST_TEST(name_of(diag.exit->cause) == "spawn_failed");
      BOOST_TEST(diag.exit->error == ec);
      BOOST_TEST(diag.exit->pid == 0);
      BOOST_TEST(!diag.exit->reason.empty());
      BOOST_TEST(!diag.exit->status.known());
      until(kind::exited, spec.name, 3);  // retried by its policy
      BOOST_TEST(finish(sup->async_remove(spec.name)) == error_code{});
      BOOST_TEST(events.count(kind::spawned, spec.name) == 0U);
      BOOST_TEST(!has_children());
      BOOST_TEST(open_descriptors() == before);
    }
  }

  /// What is opened once and for all is open after this.
  void prepare() {
    if (!sup->status("first").empty()) return;
    start(spec_of("first", "hang"));
    BOOST_TEST(finish(sup->async_stop("first")) == error_code{});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(spawn_errors, spawns)

// ---- what the system refuses -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_missing_program_is_ENOENT) {
  check_fails(spec_of("path", "/nowhere/at/all"), ENOENT);
  auto by_name = spec_of("name", "/");
  by_name.command.program = "no-such-program-anywhere";
  check_fails(by_name, ENOENT);
}

BOOST_AUTO_TEST_CASE(a_program_without_permission_is_EACCES) {
  check_fails(spec_of("plain", folder.file("plain", std::filesystem::perms::owner_read)), EACCES);
  check_fails(spec_of("directory", "/tmp"), EACCES);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_program_is_ENOEXEC) {
  check_fails(spec_of("text", folder.file("text", all_may_run, "not a program")), ENOEXEC);
}

BOOST_AUTO_TEST_CASE(a_script_whose_interpreter_is_missing_is_ENOENT) {
  check_fails(spec_of("script", folder.file("script", all_may_run, "#!/nowhere/sh\n")), ENOENT);
}

BOOST_AUTO_TEST_CASE(a_bad_directory_is_told) {
  auto missing = spec_of("missing", "hang");
  missing.process.directory = folder.path / "missing";
  check_fails(missing, ENOENT);
  auto file = spec_of("file", "hang");
  file.process.directory = folder.file("file", all_may_run);
  check_fails(file, ENOTDIR);
}

BOOST_AUTO_TEST_CASE(a_file_for_output_that_cannot_be_opened_is_told) {
  auto spec = spec_of("w", "hang");
  spec.stdio.out = stdio_target::file(folder.path / "no" / "such" / "folder");
  check_fails(spec, ENOENT);
}

BOOST_AUTO_TEST_CASE(a_user_that_does_not_exist_is_told) {
  auto spec = spec_of("w", "hang");
  spec.process.user = "nobody-of-this-name";
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(spec, diag)).failed());
  BOOST_TEST(diag.exit.has_value());
}

BOOST_AUTO_TEST_CASE(a_passed_descriptor_that_is_closed_is_EBADF) {
  constexpr int closed = 1000;  // higher than any that is opened meanwhile
  BOOST_REQUIRE(::fcntl(closed, F_GETFD) == -1);
  auto spec = spec_of("w", "hang");
  spec.process.descriptors = {{.source = closed, .target = 3}};
  check_fails(spec, EBADF);
}

BOOST_AUTO_TEST_CASE(no_descriptors_left_is_EMFILE_and_passes) {
  prepare();
  auto const before = open_descriptors();
  auto spec = spec_of("w", "hang");
  spec.stdio.out = spec.stdio.err = stdio_target::pipe();
  spec.shared_page = true;
  diagnostics diag;
  {
    no_descriptors const none;
    BOOST_TEST(finish(sup->async_start(spec, diag)).value() == EMFILE);
    BOOST_TEST(name_of(diag.exit->cause) == "spawn_failed");
    until(kind::exited, "w", 3);
  }
  until(kind::ready, "w");
  BOOST_TEST(finish(sup->async_remove("w")) == error_code{});
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(with_few_descriptors_left_no_step_leaves_one_open) {
  prepare();
  auto const before = open_descriptors();
  auto spec = spec_of("w", "hang");
  spec.stdio.out = spec.stdio.err = stdio_target::pipe();
  spec.shared_page = true;
  spec.restart.mode = restart_mode::never;
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  bool started = false;
  // Numbers below the limit may be taken in any order: the limit goes up by one until the start succeeds.
  for (auto limit = static_cast<rlim_t>(before); !started && limit < 256; ++limit) {
    rlimit const less{limit, old.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &less);
    auto const ec = finish(sup->async_start(spec));
    ::setrlimit(RLIMIT_NOFILE, &old);
    started = !ec;
    BOOST_TEST((started || ec.value() == EMFILE));
    BOOST_TEST(finish(sup->async_remove("w")) == error_code{});
    BOOST_TEST(open_descriptors() == before);
    BOOST_TEST(!has_children());
  }
  BOOST_TEST(started);
}

BOOST_AUTO_TEST_CASE(a_program_that_appears_is_started) {
  auto spec = spec_of("w", (folder.path / "late").string());
  BOOST_TEST(finish(sup->async_start(spec)).value() == ENOENT);
  folder.file("new", all_may_run);
  std::filesystem::rename(folder.path / "new", folder.path / "late");
  until(kind::ready, "w");
  BOOST_TEST(state_of("w") == "running");
}

BOOST_AUTO_TEST_CASE(failed_spawns_spend_the_budget_as_exits_do) {
  auto spec = spec_of("w", "/nowhere");
  spec.restart.max_restarts = 3;
  BOOST_TEST(finish(sup->async_start(spec)).value() == ENOENT);
  until(kind::failed, "w");
  BOOST_TEST(events.count(kind::exited, "w") == 4U);
  BOOST_TEST(sup->exits({"w", 0, 0}).size() == 4U);
}

BOOST_AUTO_TEST_CASE(one_that_is_never_restarted_fails_at_once) {
  auto spec = spec_of("w", "/nowhere");
  spec.restart.mode = restart_mode::never;
  BOOST_TEST(finish(sup->async_start(spec)).value() == ENOENT);
  until(kind::failed, "w");
  BOOST_TEST(events.count(kind::exited, "w") == 1U);
  BOOST_TEST(state_of("w") == "failed");
}

BOOST_AUTO_TEST_CASE(one_of_many_that_fails_leaves_the_others_running) {
  auto spec = spec_of("w", "hang", {}, 4);
  spec.for_instance = [](std::size_t index, command& c, environment&) {
    if (index == 2) c.program = "/nowhere";
  };
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(spec, diag)).value() == ENOENT);
  BOOST_TEST(diag.exit->worker.index == 2U);
  until([&] { return sup->running_pids().size() == 3; });
}

// ---- for_instance ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_for_instance_that_throws_fails_the_start_with_its_words) {
  int calls = 0;
  auto spec = spec_of("w", "hang");
  spec.for_instance = [&calls](std::size_t, command&, environment&) {
    if (++calls < 3) throw std::runtime_error{"no port is free"};
  };
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(spec, diag)) == error_code{error::invalid_argument});
  BOOST_TEST(diag.message.find("no port is free") != std::string::npos);
  BOOST_TEST(name_of(diag.exit->cause) == "spawn_failed");
  until(kind::ready, "w");  // it is asked again for each start
  BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(so_does_one_that_throws_what_is_no_exception) {
  auto spec = spec_of("w", "hang");
  spec.restart.mode = restart_mode::never;
  spec.for_instance = [](std::size_t, command&, environment&) { throw 1; };
  BOOST_TEST(finish(sup->async_start(spec)) == error_code{error::invalid_argument});
  until(kind::failed, "w");
}

BOOST_AUTO_TEST_CASE(what_a_for_instance_makes_is_checked_before_it_is_started) {
  auto spec = spec_of("w", "hang");
  spec.restart.mode = restart_mode::never;
  spec.for_instance = [](std::size_t, command& c, environment&) { c.args = {std::string{"a\0b", 3}}; };
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(spec, diag)) == error_code{error::invalid_argument});
  BOOST_TEST(diag.message.find("command.args") != std::string::npos, diag.message);
  BOOST_TEST(events.count(kind::spawned, "w") == 0U);
}

BOOST_AUTO_TEST_CASE(a_fifo_that_nobody_reads_fails_its_start_and_holds_up_no_other) {
  auto const path = folder.path / "fifo";
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  auto spec = spec_of("w", "hang");
  spec.restart.mode = restart_mode::never;
  spec.stdio.out = stdio_target::file(path);
  BOOST_TEST(finish(sup->async_start(spec)).value() == ENXIO);
  BOOST_TEST(finish(sup->async_start(spec_of("other", "hang"))) == error_code{});
}

// ---- what is not tried -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_bad_field_is_named_and_nothing_is_started) {
  auto const good = [] { return spec_of("w", "hang"); };
  std::map<std::string, worker_spec> bad;
  (bad["name"] = good()).name = "a/b";
  (bad["command"] = good()).command = {};
  (bad["restart.window"] = good()).restart.window = 0s;
  (bad["restart.jitter"] = good()).restart.jitter = 2;
  (bad["stop.signal"] = good()).stop.signal = 0;
  (bad["stop.signal_grace"] = good()).stop.signal_grace = -1s;
  (bad["health.heartbeat.timeout"] = good()).health.heartbeat = heartbeat_policy{.timeout = 0s};
  (bad["ready.timeout"] = good()).ready = ready_when::first_beat(0s);
  (bad["stdio.in"] = good()).stdio.in = stdio_target::pipe();
  (bad["process.descriptors"] = good()).process.descriptors = {{.source = 0, .target = 2}};
  auto& piped = bad["on_death"] = good();
  piped.stdio.out = stdio_target::pipe();
  piped.on_death = on_supervisor_death::live_on;

  for (auto const& [field, spec] : bad) {
    diagnostics diag;
    BOOST_TEST(finish(sup->async_start(spec, diag)) == error_code{error::invalid_argument});
    BOOST_TEST(diag.field == field);
    BOOST_TEST(diag.message.starts_with(field));
  }
  BOOST_TEST(events.all().empty());
  BOOST_TEST(sup->status().empty());
}

BOOST_AUTO_TEST_CASE(a_bad_field_of_a_member_is_named_by_its_place_in_the_group) {
  group_spec group{.name = "g", .workers = {spec_of("a", "hang"), spec_of("b", "hang")}};
  group.workers[1].restart.backoff = 0;
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(group, diag)) == error_code{error::invalid_argument});
  BOOST_TEST(diag.field == "workers[1].restart.backoff");
  group.workers.clear();
  BOOST_TEST(finish(sup->async_start(group, diag)) == error_code{error::invalid_argument});
  BOOST_TEST(diag.field == "workers");
  BOOST_TEST(events.all().empty());
}

BOOST_AUTO_TEST_CASE(a_success_leaves_the_diagnostics_empty) {
  diagnostics diag{.message = "old", .field = "old", .exit = exit_record{}};
  BOOST_TEST(finish(sup->async_start(spec_of("w", "hang"), diag)) == error_code{});
  BOOST_TEST(diag.message.empty());
  BOOST_TEST(diag.field.empty());
  BOOST_TEST(!diag.exit.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
