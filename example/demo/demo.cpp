// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The demo: web servers and class workers under one supervisor. Some are killed, some hang, one crashes; each is
// to be replaced. Ends with exit code 0 only if every fault was healed.
//
//     demo [--seconds N] [--plain]

#include <reeve/reeve.hpp>
#include "faults.hpp"
#include "screen.hpp"
#include "workers.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using steady_clock = std::chrono::steady_clock;

namespace {

struct options {
  std::chrono::seconds show{20};
  bool plain = false;
};

std::optional<options> parse(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    std::string_view const argument{argv[i]};
    if (argument == "--plain") {
      result.plain = true;
    } else if (argument == "--seconds" && i + 1 < argc) {
      std::string_view const value{argv[++i]};
      int count = 0;
      auto const [end, ec] = std::from_chars(value.data(), value.data() + value.size(), count);
      if (ec != std::errc{} || end != value.data() + value.size() || count < 5 || count > 3600) return {};
      result.show = std::chrono::seconds{count};
    } else {
      return {};
    }
  }
  return result;
}

/// Passes the events on until it is cancelled.
asio::awaitable<void> listen(reeve::event_stream& events, fault_list& faults, screen& display) {
  for (;;) {
    auto const received = co_await events.async_next(asio::use_awaitable);
    faults.hear(received.event);
    display.tell(received.event);
  }
}

asio::awaitable<void> start(reeve::supervisor& supervisor, reeve::worker_spec spec) {
  reeve::diagnostics diag;
  auto const [ec] = co_await supervisor.async_start(spec, diag, asio::as_tuple(asio::use_awaitable));
  if (ec) throw std::runtime_error{diag.message.empty() ? ec.message() : diag.message};
}

bool all_is_well(reeve::supervisor const& supervisor, fault_list const& faults) {
  for (auto const& worker : supervisor.status())
    if (worker.state != reeve::worker_state::running) return false;
  return faults.all_healed();
}

/// Starts all, lets everything go wrong, and gives the supervisor its time to heal it. Gives what prevented it.
asio::awaitable<std::string> play(reeve::supervisor& supervisor, fault_list& faults, screen& display,
                                  steady_clock::time_point end) try {
  auto const book = order_book(faults.crash_at() - steady_clock::now());
  co_await start(supervisor, book);
  auto const feeds = price_feeds(3);
  co_await start(supervisor, feeds);
  auto const web = web_servers(supervisor.get_executor(), 3);
  co_await start(supervisor, web);

  auto const tell = [&](fault const& fault) {
    display.tell("now " + to_string(fault.worker) + ' ' + fault.what);
  };
  co_await faults.strike(supervisor, tell);

  asio::steady_timer timer{co_await asio::this_coro::executor, end};
  co_await timer.async_wait(asio::use_awaitable);
  // On a busy machine it may take longer.
  while (!all_is_well(supervisor, faults) && steady_clock::now() < end + 15s) {
    timer.expires_after(50ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return all_is_well(supervisor, faults) ? "" : "not everything was healed";
} catch (std::exception const& e) {
  co_return e.what();
}

asio::awaitable<void> interruption(asio::signal_set& signals) {
  co_await signals.async_wait(asio::use_awaitable);
}

asio::awaitable<void> stop_at_once_when_interrupted(reeve::supervisor& supervisor,
                                                    asio::signal_set& signals) {
  co_await interruption(signals);
  reeve::stop_options const at_once{.graceful = false};
  co_await supervisor.async_stop_all(at_once, asio::use_awaitable);
}

/// Gives the exit code.
asio::awaitable<int> run(options chosen) {
  auto const executor = co_await asio::this_coro::executor;
  asio::signal_set signals{executor, SIGINT, SIGTERM};
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{executor, params};
  auto const begin = steady_clock::now();
  fault_list faults{begin, chosen.show};
  screen display{supervisor, faults, begin, chosen.show, chosen.plain};
  auto events = supervisor.subscribe();

  auto const first =
      co_await (play(supervisor, faults, display, begin + chosen.show) || interruption(signals) ||
                listen(events, faults, display) || display.keep_drawing());
  auto const problem = first.index() == 0 ? std::get<0>(first) : "interrupted";
  display.draw();

  co_await (supervisor.async_stop_all(asio::use_awaitable) ||
            stop_at_once_when_interrupted(supervisor, signals) || listen(events, faults, display) ||
            display.keep_drawing());
  display.draw_end();
  if (!problem.empty()) std::cout << "\n  " << problem << '\n';
  co_return problem.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  auto const chosen = parse(argc, argv);
  if (!chosen) {
    std::cerr << "usage: demo [--seconds N] [--plain]     (N: 5 to 3600)\n";
    return 2;
  }

  int code = 1;
  asio::io_context io;
  asio::co_spawn(io, run(*chosen), [&](std::exception_ptr e, int result) {
    if (e) std::rethrow_exception(e);
    code = result;
  });
  try {
    io.run();
  } catch (std::exception const& e) {
    std::cerr << "demo: " << e.what() << '\n';
  }
  return code;
}
