// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The thread that writes: who logs never waits for it, and it ends whatever its output does.

#include "observe/log_thread.hpp"

#include "log_rig.hpp"

#include <boost/log/sinks/sink.hpp>

#include <array>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(log_thread)

namespace {

using namespace reeve::test;
using namespace std::chrono_literals;
using reeve::log_fields;
using reeve::log_output;
using texts = std::vector<std::string>;

clock::time_point in_time() { return clock::now() + patience; }

struct rig {
  std::shared_ptr<log_gate> gate = std::make_shared<log_gate>();
  reeve::log_thread thread{std::make_unique<gated_output>(gate)};

  void push(std::string message) { thread.push(record_saying(std::move(message))); }
  // So many of the same, beside the one that the output is busy with.
  void fill(std::size_t count) {
    gate->hold();
    push("first");
    gate->await_inside();
    auto const record = record_saying("more");
    for (std::size_t i = 0; i < count; ++i) thread.push(record);
  }
};

// The signals that the thread which writes hears.
class mask_output final : public log_output {
 public:
  explicit mask_output(sigset_t& mask) : mask_{mask} {}
  bool write(log_fields const&) override { return ::pthread_sigmask(SIG_BLOCK, nullptr, &mask_) == 0; }

 private:
  sigset_t& mask_;
};

class throwing_output final : public log_output {
 public:
  bool write(log_fields const&) override { throw std::runtime_error{"no"}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(records_are_written_in_their_order) {
  rig r;
  for (auto const* const message : {"a", "b", "c"}) r.push(message);
  BOOST_TEST(r.thread.flush(in_time()));
  BOOST_TEST((r.gate->written() == texts{"a", "b", "c"}));
  BOOST_TEST(r.thread.end(in_time()));
}

BOOST_AUTO_TEST_CASE(what_waits_is_written_at_the_end) {
  rig r;
  r.fill(1000);
  r.gate->let_go();
  BOOST_TEST(r.thread.end(in_time()));
  BOOST_TEST(r.gate->written().size() == 1001U);
}

BOOST_AUTO_TEST_CASE(what_comes_after_the_end_is_dropped) {
  rig r;
  BOOST_TEST(r.thread.end(in_time()));
  r.push("late");
  BOOST_TEST(r.gate->written().empty());
  BOOST_TEST(r.thread.flush(in_time()));
}

BOOST_AUTO_TEST_CASE(an_overflow_drops_and_does_not_block) {
  rig r;
  r.fill(reeve::log_thread::max_waiting + 7);
  r.gate->let_go();
  BOOST_TEST(r.thread.end(in_time()));
  auto const written = r.gate->written();
  BOOST_REQUIRE(written.size() == reeve::log_thread::max_waiting + 2);
  BOOST_TEST(written.front() == "first");
  BOOST_TEST(written.back() == "7 log records were lost: the output was too slow, or failed");
}

BOOST_AUTO_TEST_CASE(what_was_lost_is_told_once) {
  rig r;
  r.gate->fail(true);
  for (auto const* const message : {"a", "b"}) r.push(message);
  BOOST_TEST(r.thread.flush(in_time()));
  r.gate->fail(false);
  for (auto const* const message : {"c", "d"}) {
    r.push(message);
    BOOST_TEST(r.thread.flush(in_time()));
  }
  BOOST_TEST(
      (r.gate->written() == texts{"c", "2 log records were lost: the output was too slow, or failed", "d"}));
  BOOST_TEST(r.thread.end(in_time()));
}

BOOST_AUTO_TEST_CASE(an_output_that_throws_loses_its_record_and_no_more) {
  reeve::log_thread thread{std::make_unique<throwing_output>()};
  thread.push(record_saying("m"));
  BOOST_TEST(thread.flush(in_time()));
  BOOST_TEST(thread.end(in_time()));
}

BOOST_AUTO_TEST_CASE(a_flush_waits_for_a_hung_output_only_until_its_deadline) {
  rig r;
  r.fill(1);
  BOOST_TEST(!r.thread.flush(clock::now() + 1ms));
  r.push("who logs goes on");
  r.gate->let_go();
  BOOST_TEST(r.thread.flush(in_time()));
  BOOST_TEST(r.gate->written().size() == 3U);
  BOOST_TEST(r.thread.end(in_time()));
}

BOOST_AUTO_TEST_CASE(a_hung_output_is_left_to_itself_at_the_end) {
  auto gate = std::make_shared<log_gate>();
  {
    rig r{.gate = gate};
    r.fill(1);
    BOOST_TEST(!r.thread.end(clock::now() + 1ms));
  }
  gate->let_go();
  gate->await_gone();
  // What waited is not written any more: all else may be gone by then.
  BOOST_TEST((gate->written() == texts{"first"}));
}

BOOST_AUTO_TEST_CASE(its_thread_hears_no_signals) {
  sigset_t heard;
  ::sigemptyset(&heard);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  reeve::log_thread thread{std::make_unique<mask_output>(heard)};
  thread.push(record_saying("m"));
  BOOST_TEST(thread.end(in_time()));
  for (int const signal : {SIGTERM, SIGINT, SIGCHLD, SIGPIPE, SIGUSR1}) {
    BOOST_TEST(::sigismember(&heard, signal) == 1);
    sigset_t now;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
    BOOST_TEST(::sigismember(&now, signal) == ::sigismember(&before, signal));
  }
}

BOOST_AUTO_TEST_SUITE_END()
