// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/gather_thread.hpp"
#include "process_test.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <future>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <pthread.h>

BOOST_AUTO_TEST_SUITE(gathering)

namespace {

using namespace reeve::detail;
using reeve::test::patience;
using answer = std::shared_ptr<gathered const>;

/// A thread with one question, which takes as long as the test wants.
struct slow_thread {
  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> may_end{0};
  std::atomic<int> runs = 0;
  gather_thread thread{{[this] {
    auto const run = ++runs;
    begun.release();
    if (!may_end.try_acquire_for(patience)) throw std::runtime_error{"it may not end"};
    return "answer " + std::to_string(run);
  }}};

  slow_thread() { thread.start(); }

  std::future<answer> ask() {
    auto promise = std::make_shared<std::promise<answer>>();
    auto future = promise->get_future();
    thread.ask(0, [promise](answer found) { promise->set_value(std::move(found)); });
    return future;
  }
  void wait_begun() { BOOST_REQUIRE(begun.try_acquire_for(patience)); }
};

answer soon(std::future<answer>& future) {
  BOOST_REQUIRE((future.wait_for(patience) == std::future_status::ready));
  return future.get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(those_who_ask_while_it_is_busy_share_the_next_answer) {
  slow_thread slow;
  auto first = slow.ask();
  slow.wait_begun();
  auto second = slow.ask();
  auto third = slow.ask();
  slow.may_end.release(2);
  BOOST_TEST(soon(first)->text == "answer 1");
  auto const found = soon(second);
  BOOST_TEST(found->text == "answer 2");
  BOOST_TEST((soon(third) == found));
  BOOST_TEST(slow.runs == 2);
}

BOOST_AUTO_TEST_CASE(a_question_that_throws_is_answered_with_what_it_says) {
  gather_thread thread{
      {[]() -> std::string { throw std::runtime_error{"no luck"}; }, [] { return std::string{"fine"}; }}};
  thread.start();
  std::promise<answer> bad;
  std::promise<answer> good;
  thread.ask(0, [&bad](answer found) { bad.set_value(std::move(found)); });
  thread.ask(1, [&good](answer found) { good.set_value(std::move(found)); });
  auto told = bad.get_future();
  auto const failed = soon(told);
  BOOST_TEST(!failed->good);
  BOOST_TEST(failed->text == "no luck");
  told = good.get_future();
  BOOST_TEST(soon(told)->text == "fine");
}

BOOST_AUTO_TEST_CASE(those_who_wait_at_the_end_hear_that_there_will_be_no_answer) {
  slow_thread slow;
  auto first = slow.ask();
  slow.wait_begun();
  auto second = slow.ask();
  auto const ending = std::async(std::launch::async, [&slow] { slow.thread.stop(); });
  slow.may_end.release();
  BOOST_TEST(soon(first)->text == "answer 1");
  // Either it was stopped before it began the second, or that one is the last.
  slow.may_end.release();
  auto const told = soon(second);
  BOOST_TEST((!told || told->text == "answer 2"));
  ending.wait();
  auto late = slow.ask();
  BOOST_TEST(!soon(late));
}

BOOST_AUTO_TEST_CASE(one_that_was_never_started_is_stopped_too) {
  gather_thread thread{{[] { return std::string{}; }}};
  std::promise<answer> promise;
  thread.ask(0, [&promise](answer found) { promise.set_value(std::move(found)); });
  thread.stop();
  auto future = promise.get_future();
  BOOST_TEST(!soon(future));
}

BOOST_AUTO_TEST_CASE(its_thread_takes_no_signals) {
  std::promise<sigset_t> mask;
  gather_thread thread{{[&mask] {
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    mask.set_value(now);
    return std::string{};
  }}};
  thread.start();
  thread.ask(0, [](answer) {});
  auto future = mask.get_future();
  BOOST_REQUIRE((future.wait_for(patience) == std::future_status::ready));
  auto const now = future.get();
  for (int const signal : {SIGTERM, SIGINT, SIGCHLD, SIGUSR1}) BOOST_TEST(::sigismember(&now, signal) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
