// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <map>
#include <random>
#include <thread>
#include <sys/wait.h>

// Supervisors used from several threads, and several of them in one process.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using kind = event_kind;

/// Threads of the application that ask about everything, all the time. They note what cannot be; Boost.Test
/// is for one thread.
class onlookers {
 public:
  onlookers(supervisor const& sup, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this, &sup] { look(sup); });
  }
  onlookers(onlookers const&) = delete;
  onlookers& operator=(onlookers const&) = delete;
  ~onlookers() { stop(); }

  void stop() {
    done_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  bool saw_nonsense() const { return nonsense_; }
  std::uint64_t looks() const { return looks_; }

 private:
  void look(supervisor const& sup) {
    std::uint64_t last = 0;
    while (!done_) {
      for (auto const& status : sup.status()) {
        note(status.alive() != status.started_at.has_value());
        note(status.state == worker_state::running && !status.alive());
        note(status.state == worker_state::backoff && status.alive());
        note(status.state != worker_state::backoff && status.next_restart.has_value());
      }
      if (auto const first = sup.find({"w", 0, 0})) {
        note(first->worker.generation < last);  // it only grows
        last = first->worker.generation;
        for (auto const& exit : sup.exits(first->worker)) note(exit->worker.name != "w");
      }
      auto const pids = sup.running_pids();
      note(std::ranges::find(pids, 0) != pids.end());
      auto const stream = sup.subscribe(8);
      note(stream.snapshot().size() > 64);
      ++looks_;
    }
  }

  void note(bool impossible) {
    if (impossible) nonsense_ = true;
  }

  std::atomic<bool> done_{false};
  std::atomic<bool> nonsense_{false};
  std::atomic<std::uint64_t> looks_{0};
  std::vector<std::thread> threads_;
};

std::string states(supervisor const& sup) {
  std::string out;
  for (auto const& s : sup.status()) out += ' ' + to_string(s.worker) + ' ' + to_string(s.state);
  return out;
}

/// A number of rounds of everything at once, from the calling thread, on a context that others run.
void be_busy(supervisor& sup, unsigned seed) {
  std::minstd_rand random{seed};
  auto const pick = [&random](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
  for (int round = 0; round < 40; ++round) {
    std::map<std::string, std::future<void>> pending;
    auto const name = pick(1) ? "w" : "g";
    pending["scale"] = sup.async_scale("w", 1 + pick(5), asio::use_future);
    pending[std::string{"restart "} + name] = sup.async_restart(name, asio::use_future);
    pending["stop"] = sup.async_stop(worker_id{"w", pick(5), 0}, asio::use_future);
    pending["signal"] = sup.async_signal("g", SIGKILL, asio::use_future);
    pending["second restart"] = sup.async_restart("w", asio::use_future);
    for (auto& [what, operation] : pending) {
      if (operation.wait_for(patience) != std::future_status::ready)
        throw std::runtime_error{what + " hangs in round " + std::to_string(round) + ':' + states(sup)};
      try {
        operation.get();
      } catch (boost::system::system_error const&) {
        // They hinder one another, and say so; none may hang.
      }
    }
  }
}

worker_spec restless(std::string name, std::size_t count = 1) {
  return spec_of(std::move(name), "hang", {}, count);
}

group_spec restless_group() {
  group_spec group{.name = "g", .workers = {restless("a"), restless("b")}};
  group.restart = {.delay = 1ms, .backoff = 1, .jitter = 0, .max_restarts = 100'000};
  return group;
}

/// A child of the application itself, which no supervisor may touch: it ends with this code when told to.
class own_child {
 public:
  explicit own_child(int code) {
    pid_ = ::fork();
    if (pid_ == 0) {
      char byte = 0;
      ::close(pipe_.write_end.get());
      [[maybe_unused]] auto const end = ::read(pipe_.read_end.get(), &byte, 1);
      ::_exit(code);
    }
  }

  int wait() {
    pipe_.write_end.reset();
    int status = 0;
    BOOST_REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  test_pipe pipe_;
  pid_t pid_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(many_threads, supervisor_fixture)

BOOST_AUTO_TEST_CASE(a_busy_supervisor_on_four_threads_is_asked_and_commanded_from_others) {
  {
    context_threads const threads{context, 4};
    get_soon(sup->async_start(restless("w", 4), asio::use_future));
    get_soon(sup->async_start(restless_group(), asio::use_future));
    onlookers look{*sup, 2};
    auto one = std::async(std::launch::async, [&] { be_busy(*sup, 1); });
    auto other = std::async(std::launch::async, [&] { be_busy(*sup, 2); });
    one.get();
    other.get();
    get_soon(sup->async_stop_all(asio::use_future));
    look.stop();
    BOOST_TEST(!look.saw_nonsense());
    BOOST_TEST(look.looks() > 0U);
    BOOST_TEST(sup->running_pids().empty());
  }
  for (auto const& status : sup->status()) BOOST_TEST(name_of(status.state) == "stopped");
}

BOOST_AUTO_TEST_CASE(events_come_one_at_a_time_and_in_order_on_four_threads) {
  std::atomic<int> inside{0};
  std::atomic<bool> overlap{false};
  make({.on_event = [&](worker_event const&) {
    if (++inside != 1) overlap = true;
    std::this_thread::yield();
    --inside;
  }});
  {
    context_threads const threads{context, 4};
    get_soon(sup->async_start(restless("w", 10), asio::use_future));
    for (int i = 0; i < 3; ++i) get_soon(sup->async_restart("w", asio::use_future));
    get_soon(sup->async_remove("w", asio::use_future));
    sup.reset();
  }
  BOOST_TEST(!overlap);
  std::map<std::size_t, std::string> stories;
  for (auto const& e : events.all()) stories[e.worker.index] += std::string{to_string(e.kind)} + ' ';
  std::string const again = "stopping exited spawned ready ";
  auto const life = "added spawned ready " + again + again + again + "stopping exited stopped removed ";
  BOOST_TEST(stories.size() == 10U);
  for (auto const& [index, story] : stories) BOOST_TEST(story == life);
}

BOOST_AUTO_TEST_CASE(a_supervisor_is_destroyed_on_a_thread_while_its_context_runs_on_others) {
  for (int i = 0; i < 10; ++i) {
    context_threads threads{context, 4};
    // Not use_future: thread sanitizer does not see how libstdc++ counts the owners of an exception.
    auto const started = std::make_shared<std::promise<error_code>>();
    sup->async_start(restless("w", 8), [started](error_code ec) { started->set_value(ec); });
    auto more = sup->async_start(restless_group(), asio::use_future);
    if (i % 2 == 0) get_soon(std::move(more));
    make({});
    auto const ec = get_soon(started->get_future());
    BOOST_TEST((!ec || ec == aborted), ec.message());
    sup.reset();
    threads.join();
    make({});
  }
}

BOOST_AUTO_TEST_CASE(two_supervisors_do_not_disturb_each_other_nor_the_applications_children) {
  own_child first{41};
  asio::io_context other_context;
  event_log other_events;
  std::optional<supervisor> other;
  other.emplace(other_context.get_executor(),
                supervisor_params{.on_event = [&](worker_event const& e) { other_events.add(e); },
                                  .logging = log_level::off});
  {
    context_threads const threads{context, 1};
    context_threads const other_threads{other_context, 1};
    get_soon(sup->async_start(restless("w", 4), asio::use_future));  // the same name in both
    get_soon(other->async_start(restless("w", 4), asio::use_future));
    own_child second{42};
    auto const others = other->running_pids();
    for (int i = 0; i < 5; ++i) {
      get_soon(sup->async_restart("w", asio::use_future));
      for (auto const pid : sup->running_pids()) ::kill(pid, SIGKILL);
    }
    BOOST_TEST(other->running_pids() == others, boost::test_tools::per_element());
    BOOST_TEST(second.wait() == 42);

    sup.reset();
    BOOST_TEST(other->running_pids() == others, boost::test_tools::per_element());
    ::kill(others[0], SIGKILL);
    require_soon([&] { return other_events.count(kind::ready) == 5; });
    get_soon(other->async_stop_all(asio::use_future));
    require_soon([&] { return other_events.count(kind::exited) == 5; });
    other.reset();
  }
  BOOST_TEST(first.wait() == 41);
}

BOOST_AUTO_TEST_CASE(an_end_of_the_thread_that_started_a_worker_is_not_the_workers) {
  {
    context_threads const threads{context, 1};
    get_soon(sup->async_start(restless("w", 3), asio::use_future));
    context.stop();
  }
  auto const pids = sup->running_pids();
  context_threads const threads{context, 1};
  get_soon(sup->async_signal("w", SIGCONT, asio::use_future));
  BOOST_TEST(sup->running_pids() == pids, boost::test_tools::per_element());
  get_soon(sup->async_stop("w", asio::use_future));
  for (auto const& e : events.of(kind::exited)) BOOST_TEST(name_of(e.exit->cause) == "stop");
}

BOOST_AUTO_TEST_SUITE_END()
