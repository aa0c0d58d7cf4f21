// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Whole nodes, each a process with a pool and a pipeline, on one queue: killed, stopped, and without their server.

#include "nats_rig.hpp"
#include "preconditions.hpp"
#include "reeve/cluster_view.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(nats_nodes, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

constexpr char const* queue_name = "nodes";
constexpr int workers = 2;

// A node. Killed at its end, if it still runs.
class node {
 public:
  node(nats_rig const& rig, std::chrono::milliseconds lease) {
    std::vector<std::string> args{std::string{REEVE_TEST_CHILDREN_DIR} + "/child_nats_node", rig.server.url(),
                                  queue_name, std::to_string(lease.count()), std::to_string(workers)};
    std::vector<char*> argv;
    for (auto& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  node(node const&) = delete;
  node& operator=(node const&) = delete;
  ~node() { kill(); }

  pid_t pid() const noexcept { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }

  /// Its exit code, once it has ended.
  std::optional<int> ended() {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

struct nodes_rig : nats_rig {
  std::string notes = server.folder() / "notes";
  detail::nats_names queue;
  source_ptr submitter;

  nodes_rig() : queue{named()} {
    std::ofstream{notes};
    submitter = make();
  }

  nats_params named() {
    params.queue = queue_name;
    params.lease = 1s;
    params.node_lease = 1s;
    return params;
  }

  /// "note", or with a time "hold".
  void submit_tasks(std::size_t count, int ms = 0) {
    for (std::size_t next = 0; next < count;) {
      std::vector<task_message> some;
      for (; some.size() < 1000 && next < count; ++next) {
        auto const number = std::to_string(next);
        auto payload = "[\"" + notes + "\"," + number;
        payload += ms != 0 ? ',' + std::to_string(ms) + ']' : "]";
        some.push_back({.id = number, .name = ms != 0 ? "hold" : "note", .payload = std::move(payload)});
      }
      submit(submitter, std::move(some));
    }
  }

  std::size_t results() const { return peek().count(queue.results); }

  /// Waits until there are so many results, and does something meanwhile.
  template <class Meanwhile>
  void until_results(std::size_t count, Meanwhile meanwhile) {
    auto const look = peek();
    soon([&] {
      auto const there = look.count(queue.results);
      meanwhile(there);
      return there >= count;
    });
  }
  void until_results(std::size_t count) {
    until_results(count, [](std::size_t) {});
  }

  /// Who ran each task, in the order in which they began.
  std::map<std::size_t, std::vector<pid_t>> runs() const {
    std::map<std::size_t, std::vector<pid_t>> all;
    std::ifstream in{notes};
    std::size_t number = 0;
    for (pid_t pid = 0; in >> number >> pid;) all[number].push_back(pid);
    return all;
  }

  /// Each task has one result, all were run, and more than once only where a node died that was killed.
  void check_all_done(std::size_t count, std::set<pid_t> const& killed) const {
    auto const look = peek();
    BOOST_TEST(look.count(queue.results) == count);
    BOOST_TEST(look.count(queue.dead) == 0u);
    auto const ran = runs();
    BOOST_TEST(ran.size() == count);
    std::size_t without_a_death = 0;
    for (auto const& [number, pids] : ran)
      for (std::size_t i = 0; i + 1 < pids.size(); ++i) without_a_death += killed.contains(pids[i]) ? 0 : 1;
    BOOST_TEST(without_a_death == 0u);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(three_nodes_of_which_one_is_killed_again_and_again_lose_nothing) {
  constexpr std::size_t count = 5000;
  nodes_rig rig;
  rig.submit_tasks(count);
  std::array<std::unique_ptr<node>, 3> nodes;
  for (auto& n : nodes) n = std::make_unique<node>(rig, 1s);
  std::set<pid_t> killed;
  std::size_t next_kill = count / 10;
  rig.until_results(count, [&](std::size_t there) {
    if (there < next_kill) return;
    next_kill = there + count / 6;
    auto& victim = nodes[killed.size() % nodes.size()];
    killed.insert(victim->pid());
    victim->kill();
    victim = std::make_unique<node>(rig, 1s);
  });
  BOOST_TEST(killed.size() >= 2u);
  rig.check_all_done(count, killed);
  rig.soon([&] { return rig.peek().count(rig.queue.tasks) == 0; });
}

BOOST_AUTO_TEST_CASE(what_a_killed_node_was_at_is_done_by_another) {
  nodes_rig rig;
  rig.submit_tasks(20, 300);
  auto victim = std::make_unique<node>(rig, 1s);
  rig.soon([&] { return rig.runs().size() >= 2; });
  std::set<pid_t> const killed{victim->pid()};
  victim->kill();
  node const other{rig, 1s};
  rig.until_results(20);
  rig.check_all_done(20, killed);
  auto const ran = rig.runs();
  auto const again = std::ranges::count_if(ran, [](auto const& task) { return task.second.size() > 1; });
  BOOST_TEST(again >= 1);
}

BOOST_AUTO_TEST_CASE(nodes_that_are_stopped_one_after_the_other_leave_nothing_undone_and_nothing_twice) {
  constexpr std::size_t count = 600;
  nodes_rig rig;
  rig.submit_tasks(count, 5);
  auto old = std::make_unique<node>(rig, 10s);
  for (std::size_t turn = 1; turn <= 3; ++turn) {
    rig.until_results(turn * 100);
    auto next = std::make_unique<node>(rig, 10s);
    old->signal(SIGTERM);
    std::optional<int> code;
    rig.soon([&] { return (code = old->ended()).has_value(); });
    BOOST_TEST(*code == 0);
    old = std::move(next);
  }
  rig.until_results(count);
  rig.check_all_done(count, {});
}

BOOST_AUTO_TEST_CASE(a_server_that_is_killed_and_comes_back_costs_nothing) {
  constexpr std::size_t count = 2000;
  nodes_rig rig;
  rig.submit_tasks(count, 1);
  node const one{rig, 2s};
  node const two{rig, 2s};
  for (std::size_t turn = 1; turn <= 2; ++turn) {
    rig.until_results(turn * 300);
    rig.server.kill();
    rig.server.start();
  }
  rig.until_results(count);
  auto const look = rig.peek();
  BOOST_TEST(look.count(rig.queue.results) == count);
  BOOST_TEST(look.count(rig.queue.dead) == 0u);
  BOOST_TEST(rig.runs().size() == count);
}

BOOST_AUTO_TEST_CASE(nodes_wait_for_a_server_that_is_not_there_yet) {
  nodes_rig rig;
  rig.submit_tasks(10);
  rig.server.kill();
  node const early{rig, 1s};
  rig.within(200ms, [] { return false; });
  rig.server.start();
  rig.until_results(10);
  rig.check_all_done(10, {});
}

BOOST_AUTO_TEST_CASE(a_cluster_view_shows_the_nodes_that_live) {
  nodes_rig rig;
  cluster_view const cluster{rig.io.get_executor(), rig.params};
  auto const pids = [&] {
    std::set<pid_t> seen;
    for (auto const& n : rig.run(cluster.async_nodes(boost::asio::use_awaitable))) {
      BOOST_TEST(n.workers <= static_cast<std::size_t>(workers));
      seen.insert(n.pid);
    }
    return seen;
  };
  BOOST_TEST(pids().empty());
  auto one = std::make_unique<node>(rig, 1s);
  auto two = std::make_unique<node>(rig, 1s);
  rig.soon([&] { return pids() == std::set<pid_t>{one->pid(), two->pid()}; });
  auto const left = two->pid();
  one->kill();
  rig.soon([&] { return pids() == std::set<pid_t>{left}; });
  two->signal(SIGTERM);
  rig.soon([&] { return two->ended().has_value(); });
  BOOST_TEST(pids().empty());
}

BOOST_AUTO_TEST_SUITE_END()
