// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "live_supervisor.hpp"
#include "preconditions.hpp"
#include "self_report.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace {

using namespace reeve;
using namespace reeve::test;

// On every Debian, and with a group of another number than its own.
constexpr char const* user = "games";

passwd const& account() { return *::getpwnam(user); }

/// Where every user may get at the child programs, which may lie in a folder of root's.
launch_request show_self(test_pipe& pipe, unique_fd& image) {
  auto request = request_for("show_self");
  image = unique_fd{::open(request.path.c_str(), O_RDONLY | O_CLOEXEC)};
  request.image = image.get();
  request.stdio[1] = pipe.write_end.get();
  request.params.directory = "/";
  return request;
}

self_report report_of(process_params const& params) {
  test_pipe pipe;
  unique_fd image;
  auto request = show_self(pipe, image);
  request.params = params;
  request.params.directory = "/";
  auto const process = start(request);
  pipe.write_end.reset();
  self_report report{read_all(pipe.read_end.get())};
  finish(process);
  return report;
}

void require_failure(process_params const& params, int error, std::string const& step) {
  auto request = request_for("show_self");
  request.params = params;
  launch_failure failure;
  auto const process = launch(request, failure);
  BOOST_TEST(!process.pidfd);
  BOOST_TEST(failure.error.value() == error, failure.error.message());
  BOOST_TEST(failure.step == step);
  BOOST_TEST(!has_children());
}

std::string twice(id_t id) { return std::to_string(id) + ' ' + std::to_string(id); }

/// Runs `act` in a forked process that has given up root. 0 from it is a success.
template <typename Act>
void without_privileges(Act act) {
  pid_t const child = ::fork();
  if (child == 0) {
    gid_t const group = account().pw_gid;
    if (::setgroups(1, &group) != 0 || ::setresgid(group, group, group) != 0) ::_exit(101);
    if (::setresuid(account().pw_uid, account().pw_uid, account().pw_uid) != 0) ::_exit(102);
    ::_exit(act());
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
}

/// errno of a start, 200 where it succeeded, 201 where another step failed.
int error_of(process_params const& params, char const* step) {
  auto request = request_for("/bin/true");
  request.params = params;
  launch_failure failure;
  auto const process = launch(request, failure);
  if (process.pidfd) return 200;
  return failure.step == step ? failure.error.value() : 201;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(a_user_brings_its_group_and_its_supplementary_groups, *only_if<as_root>()) {
  auto const report = report_of({.user = user});
  BOOST_TEST(report.one("uid") == twice(account().pw_uid));
  BOOST_TEST(report.one("gid") == twice(account().pw_gid));
  BOOST_TEST(report.one("groups") == std::to_string(account().pw_gid));
}

BOOST_AUTO_TEST_CASE(a_user_may_be_a_number, *only_if<as_root>()) {
  auto const report = report_of({.user = std::to_string(account().pw_uid)});
  BOOST_TEST(report.one("uid") == twice(account().pw_uid));
  BOOST_TEST(report.one("gid") == twice(account().pw_gid));
}

BOOST_AUTO_TEST_CASE(with_a_group_beside_the_user_the_child_is_in_that_group_only, *only_if<as_root>()) {
  auto const report = report_of({.user = "4242", .group = "4243"});
  BOOST_TEST(report.one("uid") == "4242 4242");
  BOOST_TEST(report.one("gid") == "4243 4243");
  BOOST_TEST(report.one("groups") == "4243");
}

BOOST_AUTO_TEST_CASE(a_group_alone_leaves_the_user_as_it_is, *only_if<as_root>()) {
  auto const report = report_of({.group = "daemon"});
  BOOST_TEST(report.one("uid") == twice(::getuid()));
  BOOST_TEST(report.one("gid") == twice(::getgrnam("daemon")->gr_gid));
}

BOOST_AUTO_TEST_CASE(a_user_or_a_group_that_does_not_exist_is_ENOENT) {
  require_failure({.user = "nobody_of_this_name"}, ENOENT, "user");
  require_failure({.group = "no_group_of_this_name"}, ENOENT, "group");
  require_failure({.user = ""}, ENOENT, "user");
  // Nobody knows the group of such a user.
  require_failure({.user = "4242"}, ENOENT, "user");
}

BOOST_AUTO_TEST_CASE(this_process_stays_dumpable, *only_if<as_root>()) {
  BOOST_REQUIRE(::prctl(PR_GET_DUMPABLE) == 1);
  report_of({.user = user});
  BOOST_TEST(::prctl(PR_GET_DUMPABLE) == 1);
  require_failure({.directory = "/nowhere", .user = user}, ENOENT, "chdir");
  BOOST_TEST(::prctl(PR_GET_DUMPABLE) == 1);
  BOOST_TEST(::geteuid() == 0);
}

BOOST_AUTO_TEST_CASE(the_directory_is_entered_with_the_users_rights, *only_if<as_root>()) {
  std::string name = (std::filesystem::temp_directory_path() / "reeve_credentials_XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(name.data()));
  require_failure({.directory = name, .user = user}, EACCES, "chdir");
  std::filesystem::remove(name);
}

BOOST_AUTO_TEST_CASE(what_only_root_may_is_refused_to_others_with_the_exact_error, *only_if<as_root>()) {
  without_privileges([] { return error_of({.user = "root"}, "group") == EPERM ? 0 : 1; });
  without_privileges([] {
    return error_of({.user = "0", .group = std::to_string(account().pw_gid)}, "user") == EPERM ? 0 : 1;
  });
  without_privileges([] { return error_of({.group = "root"}, "group") == EPERM ? 0 : 1; });
  without_privileges([] { return error_of({.nice = -5}, "nice") == EACCES ? 0 : 1; });
  without_privileges([] { return error_of({.oom_score_adj = -500}, "oom_score_adj") == EACCES ? 0 : 1; });
  without_privileges([] {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return error_of({.limits = {{RLIMIT_NOFILE, 10, limit.rlim_max + 1}}}, "rlimit") == EPERM ? 0 : 1;
  });
}

BOOST_AUTO_TEST_CASE(ones_own_user_and_group_need_no_privileges, *only_if<as_root>()) {
  without_privileges([] { return error_of({.user = user}, "") == 200 ? 0 : 1; });
  without_privileges([] { return error_of({.group = std::to_string(account().pw_gid)}, "") == 200 ? 0 : 1; });
}

BOOST_AUTO_TEST_CASE(a_worker_runs_as_its_specs_user, *only_if<as_root>()) {
  passwd const& nobody = *::getpwnam("nobody");
  live_supervisor sup;
  auto spec = script("w", "echo $(id -u) $(id -g) $(id -G); exec sleep 1000");
  spec.process.user = "nobody";
  spec.process.directory = "/";
  sup.start(sup.captured(spec));
  sup.until([&] { return !sup.lines.empty(); });
  auto const uid = std::to_string(nobody.pw_uid);
  auto const gid = std::to_string(nobody.pw_gid);
  BOOST_TEST(sup.lines.at(0).text == uid + ' ' + gid + ' ' + gid);
  BOOST_TEST(!sup.stop_all());
}

BOOST_AUTO_TEST_SUITE_END()
