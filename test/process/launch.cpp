// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "preconditions.hpp"

#include <csignal>
#include <fstream>
#include <self_report.hpp>
#include <thread>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

using namespace reeve;
using namespace reeve::test;
namespace fs = std::filesystem;

/// A folder that is removed at the end.
struct folder {
  folder() {
    std::string name = (fs::temp_directory_path() / "reeve_launch_XXXXXX").string();
    path = fs::canonical(::mkdtemp(name.data()));
  }
  ~folder() { fs::remove_all(path); }
  fs::path path;
};

/// The start must fail so, and leave neither a zombie nor a descriptor.
void require_failure(launch_request const& request, int error, std::string const& step) {
  bool const had_children = has_children();
  auto const before = open_descriptors();
  launch_failure failure;
  auto const process = launch(request, failure);
  BOOST_TEST(!process.pidfd);
  BOOST_TEST(process.pid == 0);
  BOOST_TEST(failure.error.value() == error, failure.error.message());
  BOOST_TEST(failure.step == step);
  BOOST_TEST(open_descriptors() == before);
  BOOST_TEST(has_children() == had_children);
}

/// Blocks all signals, ignores every other one and handles the rest; but for SIGCHLD, by which we wait.
class signals_blocked_and_ignored {
 public:
  signals_blocked_and_ignored() {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
      struct sigaction action {};
      if (signal == SIGCHLD || ::sigaction(signal, nullptr, &action) != 0) continue;
      actions_.emplace_back(signal, action);
      action = {};
      action.sa_handler = signal % 2 == 0 ? SIG_IGN : [](int) {};
      ::sigaction(signal, &action, nullptr);
    }
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &mask_);
  }
  ~signals_blocked_and_ignored() {
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    for (auto const& [signal, action] : actions_) ::sigaction(signal, &action, nullptr);
  }

 private:
  std::vector<std::pair<int, struct sigaction>> actions_;
  sigset_t mask_{};
};

/// Memory of small pages, each one in use.
class used_pages {
 public:
  used_pages() {
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    BOOST_REQUIRE(memory != MAP_FAILED);
    memory_ = static_cast<char*>(memory);
    BOOST_REQUIRE(::madvise(memory_, bytes, MADV_NOHUGEPAGE) == 0);
    write_to_each();
  }
  used_pages(used_pages const&) = delete;
  used_pages& operator=(used_pages const&) = delete;
  ~used_pages() { ::munmap(memory_, bytes); }

  void write_to_each() {
    for (std::size_t at = 0; at < bytes; at += page) const_cast<char volatile&>(memory_[at]) = 'x';
  }

 private:
  static constexpr std::size_t page = 4096;
  static constexpr std::size_t bytes = 32'768 * page;
  char* memory_ = nullptr;
};

long page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

launch_request show_self() { return request_for("show_self"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(launch)

BOOST_AUTO_TEST_CASE(a_child_gets_its_arguments_and_its_environment) {
  auto request = request_for("show_self", {"one", "", "t w o"});
  request.environment = {"A=1", "EMPTY="};
  auto const report = self_report::of(request);
  BOOST_TEST((report.all("arg") == std::vector<std::string>{"show_self", "one", "", "t w o"}));
  BOOST_TEST((report.all("env") == std::vector<std::string>{"A=1", "EMPTY="}));
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_ENOENT_and_leaves_no_zombie_and_no_descriptor) {
  auto request = show_self();
  for (auto const* path : {"/nowhere/at/all", ""}) {
    request.path = path;
    require_failure(request, ENOENT, "exec");
  }
}

BOOST_AUTO_TEST_CASE(a_program_that_is_none_has_its_exact_error) {
  folder const f;
  auto request = show_self();
  request.path = f.path / "program";
  std::ofstream{request.path} << "neither ELF nor script\n";
  require_failure(request, EACCES, "exec");
  fs::permissions(request.path, fs::perms::owner_all);
  require_failure(request, ENOEXEC, "exec");
  request.path = f.path;
  require_failure(request, EACCES, "exec");
  request.path = f.path / "program/below";
  require_failure(request, ENOTDIR, "exec");
}

BOOST_AUTO_TEST_CASE(arguments_that_are_too_long_are_E2BIG) {
  auto request = show_self();
  request.argv.push_back(std::string(1 << 18, 'x'));
  require_failure(request, E2BIG, "exec");
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_none_has_its_exact_error) {
  auto request = show_self();
  request.params.directory = "/nowhere";
  require_failure(request, ENOENT, "chdir");
  request.params.directory = "/etc/passwd";
  require_failure(request, ENOTDIR, "chdir");
}

BOOST_AUTO_TEST_CASE(parameters_that_the_system_refuses_have_their_exact_error) {
  auto request = show_self();
  request.params.limits = {{.resource = RLIMIT_NOFILE, .soft = 20, .hard = 10}};
  require_failure(request, EINVAL, "rlimit");
  request = show_self();
  request.params.cpu_affinity = {60'000};
  require_failure(request, EINVAL, "affinity");
  request.params.cpu_affinity = {-1};
  require_failure(request, EINVAL, "affinity");
  request = show_self();
  request.params.oom_score_adj = 2000;
  require_failure(request, EINVAL, "oom_score_adj");
}

BOOST_AUTO_TEST_CASE(without_a_free_descriptor_the_start_is_EMFILE) {
  rlimit old{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
  unique_fd const free{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  rlimit const none{static_cast<rlim_t>(free.get()), old.rlim_max};
  launch_failure failure;
  ::setrlimit(RLIMIT_NOFILE, &none);
  auto const process = reeve::launch(show_self(), failure);
  ::setrlimit(RLIMIT_NOFILE, &old);
  BOOST_TEST(failure.error.value() == EMFILE);
  BOOST_TEST(failure.step == "clone");
  BOOST_TEST(!process.pidfd);
}

BOOST_AUTO_TEST_CASE(blocked_and_ignored_signals_are_default_in_the_child) {
  signals_blocked_and_ignored const here;
  auto const report = self_report::of(show_self());
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  BOOST_TEST(report.one("blocked") == "0000000000000000");
  BOOST_TEST(report.one("ignored") == "0000000000000000");
  BOOST_TEST(sigismember(&after, SIGUSR1));
}

BOOST_AUTO_TEST_CASE(the_callers_own_signal_mask_stays_as_it_was) {
  sigset_t before;
  sigset_t after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  kill_and_finish(start(request_for("hang")));
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  for (int signal = 1; signal <= SIGRTMAX; ++signal)
    BOOST_TEST(sigismember(&before, signal) == sigismember(&after, signal));
}

BOOST_AUTO_TEST_CASE(a_child_leads_a_group_or_a_session) {
  auto request = show_self();
  auto const in_group = self_report::of(request);
  BOOST_TEST(in_group.one("sid") == std::to_string(::getsid(0)));
  BOOST_TEST(in_group.one("pgid") == in_group.one("pid"));
  request.params.isolation = process_isolation::session;
  auto const in_session = self_report::of(request);
  BOOST_TEST(in_session.one("sid") == in_session.one("pid"));
  BOOST_TEST(in_session.one("pgid") == in_session.one("pid"));
}

BOOST_AUTO_TEST_CASE(what_is_not_asked_for_is_inherited) {
  auto const report = self_report::of(show_self());
  BOOST_TEST(report.one("cwd") == fs::current_path().string());
  BOOST_TEST(report.one("nice") == std::to_string(::getpriority(PRIO_PROCESS, 0)));
  BOOST_TEST(report.one("no_new_privs") == "0");
  BOOST_TEST(report.one("ppid") == std::to_string(::getpid()));
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_done_to_the_child_alone) {
  folder const f;
  auto const ours = self_report{output_of(show_self())};
  auto request = show_self();
  auto& params = request.params;
  params.directory = f.path;
  params.limits = {{.resource = RLIMIT_NOFILE, .soft = 100, .hard = 200}};
  params.nice = 7;
  params.cpu_affinity = {std::stoi(ours.one("cpus"))};
  params.oom_score_adj = 500;
  params.no_new_privs = true;
  params.umask = 0137;
  auto const report = self_report::of(request);
  BOOST_TEST(report.one("cwd") == f.path.string());
  BOOST_TEST(report.one("nofile") == "100 200");
  BOOST_TEST(report.one("nice") == "7");
  BOOST_TEST(report.one("cpus") == std::to_string(params.cpu_affinity[0]));
  BOOST_TEST(report.one("oom_score_adj") == "500");
  BOOST_TEST(report.one("no_new_privs") == "1");
  BOOST_TEST(report.one("umask") == "137");

  auto const after = self_report{output_of(show_self())};
  for (auto const* name : {"cwd", "nofile", "nice", "cpus", "oom_score_adj", "no_new_privs", "umask"})
    BOOST_TEST(after.one(name) == ours.one(name));
}

BOOST_AUTO_TEST_CASE(a_relative_path_is_seen_from_the_childs_directory) {
  auto request = show_self();
  request.params.directory = fs::path{request.path}.parent_path();
  request.path = "./child_show_self";
  BOOST_TEST(self_report{output_of(request)}.one("cwd") == request.params.directory.string());
}

// A fork would have every page written after it fault once more, were it only to find its copy needless.
BOOST_AUTO_TEST_CASE(a_start_copies_none_of_the_callers_memory, *only_if<without_sanitizer>()) {
  used_pages memory;
  auto const before = page_faults();
  auto const process = start(request_for("hang"));
  memory.write_to_each();
  auto const faults = page_faults() - before;
  kill_and_finish(process);
  BOOST_TEST(faults < 2'000);
}

// Under a sanitizer the child's own runtime needs descriptors.
BOOST_AUTO_TEST_CASE(a_low_limit_of_descriptors_does_not_hinder_the_start, *only_if<without_sanitizer>()) {
  auto request = show_self();
  unique_fd const null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  request.descriptors = {{.source = null.get(), .target = 100}};
  request.params.limits = {{.resource = RLIMIT_NOFILE, .soft = 5, .hard = 5}};
  request.params.oom_score_adj = 1;
  auto const report = self_report::of(request);
  BOOST_TEST(report.target(100) == "/dev/null");
}

BOOST_AUTO_TEST_CASE(an_image_runs_though_its_file_is_gone) {
  folder const f;
  fs::copy_file(child_program("show_self"), f.path / "copy");
  unique_fd const image{::open((f.path / "copy").c_str(), O_PATH | O_CLOEXEC)};
  fs::remove(f.path / "copy");
  auto request = show_self();
  request.image = image.get();
  // In the way of the image, which must not be left open either.
  request.descriptors = {{.source = image.get(), .target = 3}, {.source = 0, .target = image.get()}};
  if (image.get() == 3) request.descriptors.erase(request.descriptors.begin());
  auto const report = self_report::of(request);
  BOOST_TEST(report.one("arg") == "show_self");
  BOOST_TEST(report.descriptors().size() == 3 + request.descriptors.size());
}

BOOST_AUTO_TEST_CASE(this_image_is_the_one_that_runs) {
  error_code ec;
  int const image = this_image(ec);
  BOOST_REQUIRE(!ec);
  BOOST_TEST(this_image(ec) == image);
  BOOST_TEST(fs::read_symlink("/proc/self/fd/" + std::to_string(image)) ==
             fs::read_symlink("/proc/self/exe"));
  BOOST_TEST(::fcntl(image, F_GETFD) == FD_CLOEXEC);
  auto request = show_self();
  request.path.clear();
  request.image = image;
  request.argv = {"test", "--list_content"};
  test_pipe pipe;
  request.stdio[2] = pipe.write_end.get();
  auto const process = start(request);
  pipe.write_end.reset();
  BOOST_TEST(read_all(pipe.read_end.get()).find("this_image_is_the_one_that_runs") != std::string::npos);
  finish(process);
}

BOOST_AUTO_TEST_CASE(an_image_that_is_none_has_its_exact_error) {
  unique_fd const null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  auto request = show_self();
  request.image = null.get();
  require_failure(request, EACCES, "exec");
  request.image = 9999;
  require_failure(request, EBADF, "exec");
}

BOOST_AUTO_TEST_CASE(threads_may_start_children_at_once) {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      auto request = request_for("exit_with", {"7"});
      auto missing = request;
      missing.path = "/nowhere";
      for (int n = 0; n < 50; ++n) {
        launch_failure failure;
        auto const process = reeve::launch(request, failure);
        launch_failure expected;
        reeve::launch(missing, expected);
        pollfd event{process.pidfd.get(), POLLIN, 0};
        siginfo_t info{};
        rusage usage{};
        if (::poll(&event, 1, 60'000) == 1 &&
            reap_child(process.pidfd.get(), info, usage) == child_state::ended && info.si_status == 7 &&
            expected.error.value() == ENOENT)
          ++good;
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good == 200);
}

BOOST_AUTO_TEST_SUITE_END()
