// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Class workers that behave as their arguments say. `child_runtime_class stand-alone <type> <arguments>` runs
// one without a supervisor.

#include "reeve/worker.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace asio = boost::asio;
using asio::awaitable;

namespace {

awaitable<void> wait_for_cancellation() {
  asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
  co_await timer.async_wait(asio::use_awaitable);
}

awaitable<void> wait_whatever_comes() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  for (;;) co_await wait_for_cancellation();
}

void wait_in_this_thread(std::stop_token token) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait(lock, token, [] { return false; });
}

awaitable<void> behave(std::string_view how) {
  if (how == "returns") co_return;
  if (how == "throws") throw std::runtime_error{"no\nluck"};
  if (how == "throws_42") throw 42;
  if (how == "waits") co_await wait_for_cancellation();
  if (how == "ignores") co_await wait_whatever_comes();
  if (how == "suspends_and_throws") {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    throw std::runtime_error{"no luck later"};
  }
  if (how == "waits_and_returns" || how == "waits_and_throws") {
    try {
      co_await wait_for_cancellation();
    } catch (boost::system::system_error const&) {
    }
    if (how == "waits_and_throws") throw std::runtime_error{"no luck at the end"};
  }
}

// Arguments: what start does and what stop does. Counts its calls on the page.
class scripted {
 public:
  explicit scripted(reeve::worker& self)
      : self_{self}, starts_{self.get_counter("starts")}, stops_{self.get_counter("stops")} {}

  awaitable<void> start() {
    ++starts_;
    return behave(self_.args().at(0));
  }
  awaitable<void> stop() {
    ++stops_;
    return behave(self_.args().at(1));
  }

 private:
  reeve::worker& self_;
  reeve::counter starts_;
  reeve::counter stops_;
};

// A scripted worker whose constructor tells the supervisor "ready" and returns when it was asked to stop.
class slow_constructor : public scripted {
 public:
  explicit slow_constructor(reeve::worker& self) : scripted{self} {
    self.ready();
    wait_in_this_thread(self.stop_token());
  }
};

class throwing_constructor {
 public:
  explicit throwing_constructor(reeve::worker&) { throw std::runtime_error{"nothing to build on"}; }
  awaitable<void> start() { co_return; }
  awaitable<void> stop() { co_return; }
};

// Its handler throws out of the event loop.
class throwing_handler : public scripted {
 public:
  explicit throwing_handler(reeve::worker& self) : scripted{self} {
    asio::post(self.get_executor(), [] { throw std::runtime_error{"handled badly"}; });
  }
};

// Ready when its start says so; then its loop is blocked until something can be read from stdin.
class blocked_loop {
 public:
  explicit blocked_loop(reeve::worker& self) : self_{self} { self.manual_readiness(); }
  awaitable<void> start() {
    self_.ready();
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) < 0) continue;
    co_await wait_for_cancellation();
  }
  awaitable<void> stop() { co_return; }

 private:
  reeve::worker& self_;
};

// Its stop tells the supervisor "ready" and goes on when the request to stop came.
class waiting_stop {
 public:
  explicit waiting_stop(reeve::worker& self) : self_{self}, stops_{self.get_counter("stops")} {
    self.manual_readiness();
  }
  awaitable<void> start() { co_return; }
  awaitable<void> stop() {
    ++stops_;
    self_.ready();
    wait_in_this_thread(self_.stop_token());
    // The request was posted to this loop before or while we are here: let it be handled.
    for (int i = 0; i < 3; ++i) co_await asio::post(asio::use_awaitable);
  }

 private:
  reeve::worker& self_;
  reeve::counter stops_;
};

// Leaves coroutines behind on the loop that use it to their last breath.
class messy {
 public:
  explicit messy(reeve::worker& self)
      : timer_{self.get_executor()}, destroyed_{self.get_counter("destroyed")} {}
  ~messy() { ++destroyed_; }
  awaitable<void> start() {
    asio::co_spawn(timer_.get_executor(), wait_here(), asio::detached);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await wait_here();
  }
  awaitable<void> stop() { co_await wait_here(); }

 private:
  awaitable<void> wait_here() {
    struct guard {
      ~guard() { ++self.destroyed_; }
      messy& self;
    } const guard{*this};
    timer_.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code ec;
    for (;;) co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }

  asio::steady_timer timer_;
  reeve::counter destroyed_;
};

// Its `stop` leaves something to be done on the loop.
class leaving {
 public:
  explicit leaving(reeve::worker& self)
      : executor_{self.get_executor()}, leftovers_{self.get_counter("leftovers")} {}
  awaitable<void> start() { return wait_for_cancellation(); }
  awaitable<void> stop() {
    asio::co_spawn(executor_, finish_later(), asio::detached);
    co_return;
  }

 private:
  awaitable<void> finish_later() {
    asio::steady_timer timer{executor_, std::chrono::milliseconds{20}};
    co_await timer.async_wait(asio::use_awaitable);
    ++leftovers_;
  }

  asio::any_io_executor executor_;
  reeve::counter leftovers_;
};

// Writes to stdout while it stops, and counts the stops it came to the end of.
class talkative {
 public:
  explicit talkative(reeve::worker& self) : stops_{self.get_counter("stops")} {}
  awaitable<void> start() { return wait_for_cancellation(); }
  awaitable<void> stop() {
    if (::write(STDOUT_FILENO, "stopping\n", 9) < 0) ++stops_;
    co_return;
  }

 private:
  reeve::counter stops_;
};

// Stand-alone: says what it sees.
class introspective {
 public:
  explicit introspective(reeve::worker& self) : self_{self} {}
  awaitable<void> start() {
    reeve::error_code ec;
    self_.beat(ec);
    auto const counter = ++self_.get_counter("n");
    std::printf("%s/%zu#%llu args:%zu supervised:%d not_supervised:%d n:%llu\n", self_.id().name.c_str(),
                self_.id().index, static_cast<unsigned long long>(self_.id().generation), self_.args().size(),
                self_.supervised(), ec == reeve::error::not_supervised,
                static_cast<unsigned long long>(counter.get()));
    std::fflush(stdout);
    co_await wait_for_cancellation();
  }
  awaitable<void> stop() {
    std::puts("stopped");
    co_return;
  }

 private:
  reeve::worker& self_;
};

REEVE_WORKER("scripted", scripted);
REEVE_WORKER("slow_constructor", slow_constructor);
REEVE_WORKER("throwing_constructor", throwing_constructor);
REEVE_WORKER("throwing_handler", throwing_handler);
REEVE_WORKER("blocked_loop", blocked_loop);
REEVE_WORKER("waiting_stop", waiting_stop);
REEVE_WORKER("messy", messy);
REEVE_WORKER("leaving", leaving);
REEVE_WORKER("talkative", talkative);
REEVE_WORKER("introspective", introspective);

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc > 2 && std::string_view{argv[1]} == "stand-alone")
    return reeve::run_stand_alone(argv[2], {argv + 3, argv + argc});
  return 42;
}
