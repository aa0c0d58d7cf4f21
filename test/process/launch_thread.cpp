// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launch_thread.hpp"

#include "preconditions.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <future>
#include <process_test.hpp>
#include <pthread.h>

namespace {

using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

/// What `act` returns on the launch thread.
template <typename Act>
auto on_launch_thread(Act act) {
  auto const task = std::make_shared<std::packaged_task<decltype(act())()>>(std::move(act));
  auto result = task->get_future();
  asio::post(reeve::launch_thread::executor(), [task] { (*task)(); });
  BOOST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
  return result.get();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(launch_thread)

BOOST_AUTO_TEST_CASE(there_is_one_and_it_has_a_name) {
  auto const first = on_launch_thread([] { return std::this_thread::get_id(); });
  BOOST_TEST((first == on_launch_thread([] { return std::this_thread::get_id(); })));
  BOOST_TEST((first != std::this_thread::get_id()));
  auto const name = on_launch_thread([] {
    std::array<char, 16> text{};
    ::pthread_getname_np(::pthread_self(), text.data(), text.size());
    return std::string{text.data()};
  });
  BOOST_TEST(name == "reeve-launch");
}

BOOST_AUTO_TEST_CASE(the_applications_signals_do_not_reach_it) {
  BOOST_TEST(on_launch_thread([] {
    sigset_t blocked;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    return sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGCHLD) && sigismember(&blocked, SIGINT);
  }));
}

BOOST_AUTO_TEST_CASE(it_outlives_a_handler_that_throws) {
  asio::post(reeve::launch_thread::executor(), [] { throw std::runtime_error{"thrown on purpose"}; });
  asio::post(reeve::launch_thread::executor(), [] { throw 1; });
  BOOST_TEST(on_launch_thread([] { return true; }));
}

BOOST_AUTO_TEST_CASE(a_fork_of_this_process_gets_one_of_its_own, *only_if<without_thread_sanitizer>()) {
  on_launch_thread([] { return true; });
  pid_t const fork = ::fork();
  if (fork == 0) {
    std::promise<pid_t> answer;
    asio::post(reeve::launch_thread::executor(), [&] { answer.set_value(::getpid()); });
    auto result = answer.get_future();
    bool const answered = result.wait_for(patience) == std::future_status::ready;
    ::_exit(answered && result.get() == ::getpid() ? 0 : 1);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(fork, &status, 0) == fork);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(it_is_started_once_however_many_ask) {
  std::vector<std::thread> threads;
  std::vector<std::thread::id> answers(8);
  for (auto& answer : answers)
    threads.emplace_back([&] {
      std::promise<std::thread::id> id;
      asio::post(reeve::launch_thread::executor(), [&] { id.set_value(std::this_thread::get_id()); });
      answer = id.get_future().get();
    });
  for (auto& thread : threads) thread.join();
  for (auto const& answer : answers) BOOST_TEST((answer == answers.front()));
}

BOOST_AUTO_TEST_CASE(it_reaps_what_is_left_to_it_and_sweeps_its_group) {
  test_pipe pipe;
  auto request = request_for("fork_tree", {"1", "exit"});
  request.stdio[1] = pipe.write_end.get();
  auto process = start(request);
  auto const grandchild = std::stoi(read_until_up(pipe.read_end.get()).at(0));
  reeve::launch_thread::reap_later(std::move(process.pidfd), process.pid, true);
  require_end_of(grandchild);
  require_soon([&] { return !exists(process.pid); });
}

BOOST_AUTO_TEST_CASE(it_leaves_alone_the_group_of_one_that_led_none_of_ours) {
  test_pipe pipe;
  auto request = request_for("fork_tree", {"1", "exit"});
  request.stdio[1] = pipe.write_end.get();
  auto process = start(request);
  auto const grandchild = std::stoi(read_until_up(pipe.read_end.get()).at(0));
  reeve::launch_thread::reap_later(std::move(process.pidfd), process.pid, false);
  require_soon([&] { return !exists(process.pid); });
  BOOST_TEST(exists(grandchild));
  ::kill(grandchild, SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()
