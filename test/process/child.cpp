// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/child.hpp"

#include "sanitizers.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <csignal>
#include <future>
#include <process_test.hpp>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace {

using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

struct children {
  asio::io_context context;

  /// Starts it as a `child` of this context.
  std::unique_ptr<reeve::child> make(launch_request const& request) {
    return std::make_unique<reeve::child>(context.get_executor(), start(request));
  }

  child_exit exit_of(reeve::child& c) {
    std::optional<child_exit> exit;
    c.async_wait([&](child_exit const& e) { exit = e; });
    run_until(context, [&] { return exit.has_value(); });
    return *exit;
  }

  child_exit exit_of(std::string_view name, std::vector<std::string> args) {
    auto const c = make(request_for(name, std::move(args)));
    return exit_of(*c);
  }
};

/// A child whose output can be read.
struct talking {
  test_pipe pipe;
  std::unique_ptr<reeve::child> process;
  std::vector<std::string> lines;

  talking(children& all, launch_request request) {
    request.stdio[1] = pipe.write_end.get();
    process = all.make(request);
    pipe.write_end.reset();
    lines = read_until_up(pipe.read_end.get());
  }

  std::vector<pid_t> pids() const {
    std::vector<pid_t> result;
    for (auto const& line : lines) result.push_back(std::stoi(line));
    return result;
  }
};

/// Sets what SIGCHLD does, and back again.
struct sigchld {
  explicit sigchld(void (*handler)(int)) { old = std::signal(SIGCHLD, handler); }
  ~sigchld() { std::signal(SIGCHLD, old); }
  void (*old)(int);
};

std::uint64_t own_peak() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

constexpr std::uint64_t MiB = 1 << 20;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(child, children)

BOOST_AUTO_TEST_CASE(an_exit_code_of_9_is_told_from_a_SIGKILL) {
  BOOST_TEST(exit_of("exit_with", {"0"}).status == exit_status::from_code(0));
  BOOST_TEST(exit_of("exit_with", {"9"}).status == exit_status::from_code(9));
  BOOST_TEST(exit_of("crash", {"9"}).status == exit_status::from_signal(SIGKILL, false));
  BOOST_TEST(exit_of("crash", {"11"}).status == exit_status::from_signal(SIGSEGV, false));
}

BOOST_AUTO_TEST_CASE(an_exit_before_the_wait_is_not_missed) {
  auto const c = make(request_for("exit_with", {"3"}));
  require_readable(open_pidfd(c->pid()).get());
  BOOST_TEST(exit_of(*c).status.code() == 3);
  BOOST_TEST(!exists(c->pid()));
}

BOOST_AUTO_TEST_CASE(an_ended_child_leaves_no_zombie_and_no_descriptor) {
  exit_of("exit_with", {"0"});
  auto const before = open_descriptors();
  for (int i = 0; i < 20; ++i) exit_of("exit_with", {"0"});
  BOOST_TEST(open_descriptors() == before);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_child_that_is_stopped_and_continued_has_not_ended) {
  talking t{*this, request_for("slow_exit", {"0"})};
  bool ended = false;
  t.process->async_wait([&](child_exit const&) { ended = true; });
  BOOST_TEST(!t.process->signal(SIGSTOP, signal_target::leader));
  siginfo_t info{};
  BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(t.process->pid()), &info, WSTOPPED) == 0);
  BOOST_TEST(!t.process->signal(SIGTERM, signal_target::leader));
  context.poll();
  BOOST_TEST(!ended);
  BOOST_TEST(!t.process->signal(SIGCONT, signal_target::leader));
  run_until(context, [&] { return ended; });
}

BOOST_AUTO_TEST_CASE(the_children_of_a_child_die_with_it) {
  talking t{*this, request_for("fork_tree", {"3", "exit"})};
  BOOST_TEST(exit_of(*t.process).status.success());
  for (pid_t const pid : t.pids()) require_end_of(pid);
  BOOST_TEST(t.pids().size() == 3U);
}

BOOST_AUTO_TEST_CASE(so_do_those_it_has_forked_twice) {
  talking t{*this, request_for("fork_tree", {"2", "double"})};
  BOOST_TEST(!t.process->signal(SIGKILL, signal_target::leader));
  exit_of(*t.process);
  for (pid_t const pid : t.pids()) require_end_of(pid);
}

BOOST_AUTO_TEST_CASE(the_group_of_a_process_group_is_swept_as_well) {
  auto request = request_for("fork_tree", {"2", "exit"});
  request.params.isolation = process_isolation::process_group;
  talking t{*this, request};
  exit_of(*t.process);
  for (pid_t const pid : t.pids()) require_end_of(pid);
}

BOOST_AUTO_TEST_CASE(a_grandchild_in_a_session_of_its_own_that_holds_stdout_delays_nothing) {
  talking t{*this, request_for("fork_tree", {"setsid", "exit"})};
  BOOST_TEST(exit_of(*t.process).status.success());
  BOOST_TEST(exists(t.pids().at(0)));
  ::kill(t.pids().at(0), SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_the_leader_or_the_whole_group) {
  talking t{*this, request_for("fork_tree", {"1"})};
  auto const grandchild = open_pidfd(t.pids().at(0));
  BOOST_TEST(!t.process->signal(SIGSTOP, signal_target::group));
  siginfo_t info{};
  BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(t.process->pid()), &info, WSTOPPED) == 0);
  BOOST_TEST(!t.process->signal(SIGKILL, signal_target::group));
  require_readable(grandchild.get());
  BOOST_TEST(exit_of(*t.process).status.signal() == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_signal_to_a_child_that_has_ended_is_a_success) {
  auto const c = make(request_for("exit_with", {"0"}));
  require_readable(open_pidfd(c->pid()).get());
  for (auto const target : {signal_target::leader, signal_target::group})
    BOOST_TEST(!c->signal(SIGTERM, target));
  exit_of(*c);
  for (auto const target : {signal_target::leader, signal_target::group})
    BOOST_TEST(!c->signal(SIGTERM, target));
}

BOOST_AUTO_TEST_CASE(a_signal_that_is_none_is_EINVAL) {
  auto const c = make(request_for("hang"));
  for (auto const target : {signal_target::leader, signal_target::group})
    BOOST_TEST(c->signal(9999, target).value() == EINVAL);
}

BOOST_AUTO_TEST_CASE(destroying_it_kills_the_group_and_leaves_no_zombie) {
  talking t{*this, request_for("fork_tree", {"2"})};
  auto const pid = t.process->pid();
  bool called = false;
  t.process->async_wait([&](child_exit const&) { called = true; });
  context.poll();
  t.process.reset();
  for (pid_t const grandchild : t.pids()) require_end_of(grandchild);
  require_soon([&] { return !exists(pid); });
  context.restart();
  context.run();
  BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(destroying_it_when_it_has_ended_unnoticed_calls_nobody) {
  auto c = make(request_for("exit_with", {"0"}));
  auto const pid = c->pid();
  bool called = false;
  c->async_wait([&](child_exit const&) { called = true; });
  require_readable(open_pidfd(pid).get());
  c.reset();
  context.run();
  BOOST_TEST(!called);
  require_soon([&] { return !exists(pid); });
}

BOOST_AUTO_TEST_CASE(the_handler_may_destroy_it) {
  auto c = make(request_for("exit_with", {"5"}));
  auto const token = std::make_shared<int>(5);
  int code = -1;
  c->async_wait([&, token](child_exit const& exit) {
    c.reset();
    code = exit.status.code() == *token ? *token : 0;
  });
  run_until(context, [&] { return code >= 0; });
  BOOST_TEST(code == 5);
  BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(the_handler_of_one_may_destroy_another_that_has_ended_too) {
  std::array<std::unique_ptr<reeve::child>, 2> both;
  std::array<pid_t, 2> pids{};
  int calls = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    both[i] = make(request_for("exit_with", {"0"}));
    pids[i] = both[i]->pid();
    both[i]->async_wait([&, i](child_exit const&) {
      both[1 - i].reset();
      ++calls;
    });
    require_readable(open_pidfd(pids[i]).get());
  }
  context.run();
  BOOST_TEST(calls == 1);
  for (pid_t const pid : pids) require_soon([&] { return !exists(pid); });
}

BOOST_AUTO_TEST_CASE(destroying_it_while_its_completion_is_on_the_way_calls_nobody) {
  auto const strand = asio::make_strand(context);
  // A strand takes up what is ready in turns: one of these comes between the event and the completion.
  for (int turns = 0; turns < 6; ++turns) {
    auto c = std::make_unique<reeve::child>(strand, start(request_for("exit_with", {"0"})));
    require_readable(open_pidfd(c->pid()).get());
    bool destroyed = false;
    c->async_wait([&](child_exit const&) { BOOST_TEST(!destroyed); });
    std::function<void(int)> destroy_after = [&](int left) {
      if (left > 0) return asio::post(strand, [&, left] { destroy_after(left - 1); });
      c.reset();
      destroyed = true;
    };
    destroy_after(turns);
    context.restart();
    context.run();
    BOOST_TEST(destroyed);
  }
}

BOOST_AUTO_TEST_CASE(a_released_child_lives_on_and_is_reaped_when_it_ends) {
  talking t{*this, request_for("fork_tree", {"1"})};
  auto const pid = t.process->pid();
  t.process->release();
  t.process.reset();
  auto const pidfd = open_pidfd(pid);
  BOOST_REQUIRE(pidfd);
  pollfd event{pidfd.get(), POLLIN, 0};
  BOOST_TEST(::poll(&event, 1, 0) == 0);
  BOOST_TEST(!send_signal(pidfd.get(), SIGKILL));
  require_soon([&] { return !exists(pid); });
  BOOST_TEST(exists(t.pids().at(0)));
  ::kill(t.pids().at(0), SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_child_whose_application_ignores_SIGCHLD_has_an_unknown_status) {
  sigchld const ignored{SIG_IGN};
  auto const exit = exit_of("exit_with", {"3"});
  BOOST_TEST(!exit.status.known());
  BOOST_TEST(!exit.peak_memory.has_value());
}

BOOST_AUTO_TEST_CASE(a_failed_start_leaves_nothing_when_the_application_ignores_SIGCHLD) {
  sigchld const ignored{SIG_IGN};
  launch_failure failure;
  auto const process = launch(request_for("/nowhere"), failure);
  BOOST_TEST(failure.error.value() == ENOENT);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_child_that_the_application_has_reaped_has_an_unknown_status_and_hears_no_more) {
  auto const c = make(request_for("exit_with", {"3"}));
  int status = 0;
  BOOST_REQUIRE(::waitpid(-1, &status, 0) == c->pid());
  BOOST_TEST(!c->signal(SIGKILL, signal_target::leader));
  BOOST_TEST(!c->signal(SIGKILL, signal_target::group));
  BOOST_TEST(!exit_of(*c).status.known());
}

BOOST_AUTO_TEST_CASE(destroying_one_that_the_application_has_reaped_signals_nobody) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // to see what its orphan dies of
  talking t{*this, request_for("fork_tree", {"1"})};
  auto const pid = t.process->pid();
  send_signal(open_pidfd(pid).get(), SIGKILL);
  BOOST_REQUIRE(::waitpid(pid, nullptr, 0) == pid);
  t.process.reset();
  // The group had the number of a process that is gone: whoever is in it may be a stranger.
  int status = 0;
  ::kill(t.pids().at(0), SIGTERM);
  BOOST_REQUIRE(::waitpid(t.pids().at(0), &status, 0) > 0);
  BOOST_TEST(WTERMSIG(status) == SIGTERM);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

BOOST_AUTO_TEST_CASE(peak_memory_of_true_under_a_large_parent_is_not_the_parents) {
  constexpr std::size_t size = 300 * MiB;
  auto* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  BOOST_REQUIRE(memory != MAP_FAILED);
  BOOST_REQUIRE(own_peak() >= size);
  for (int i = 0; i < 20; ++i) BOOST_TEST(!exit_of("/bin/true", {}).peak_memory.has_value());
  ::munmap(memory, size);
  BOOST_TEST(!exit_of("/bin/true", {}).peak_memory.has_value());
}

BOOST_AUTO_TEST_CASE(peak_memory_of_a_child_larger_than_its_parent_is_its_own) {
  auto const eaten = own_peak() / MiB + 64;
  auto const exit = exit_of("eat_memory", {std::to_string(eaten)});
  BOOST_REQUIRE(exit.status.success());
  BOOST_REQUIRE(exit.peak_memory.has_value());
  BOOST_TEST(*exit.peak_memory >= eaten * MiB);
  // A sanitizer's shadow is an eighth of it at most, and more for what is small.
  if (!under_sanitizer) BOOST_TEST(*exit.peak_memory < 2 * eaten * MiB + 256 * MiB);
}

BOOST_AUTO_TEST_CASE(the_CPU_time_of_a_child_is_told) {
  auto const exit = exit_of("eat_memory", {"64"});
  BOOST_TEST((exit.user_time + exit.system_time).count() > 0);
}

BOOST_AUTO_TEST_CASE(many_children_end_on_strands_of_a_pool) {
  asio::thread_pool pool{2};
  constexpr int count = 60;
  std::atomic<int> good{0};
  std::promise<void> done;
  std::vector<std::unique_ptr<reeve::child>> all(count);
  for (int i = 0; i < count; ++i) {
    auto const strand = asio::make_strand(pool);
    asio::post(
        strand,
        [&, i, strand,
         process = std::make_shared<launched_process>(start(request_for("exit_with", {std::to_string(i)})))] {
          auto& c = all[static_cast<std::size_t>(i)];
          c = std::make_unique<reeve::child>(strand, std::move(*process));
          c->async_wait([&, i](child_exit const& exit) {
            c.reset();
            if (exit.status.code() == i && ++good == count) done.set_value();
          });
        });
  }
  BOOST_TEST((done.get_future().wait_for(patience) == std::future_status::ready));
  pool.join();
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_SUITE_END()
