// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/output_capture.hpp"

#include "core/unique_fd.hpp"
#include "supervisor/writer_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace std::string_literals;
using stream_type = reeve::output_line::stream_type;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

constexpr std::uint64_t flood = 100'000'000;

/// A shell that runs `script`, with its output in pipes.
struct process {
  explicit process(std::string const& script) {
    reeve::error_code ec;
    auto out_pipe = reeve::make_output_pipe(ec);
    auto err_pipe = reeve::make_output_pipe(ec);
    BOOST_REQUIRE(!ec);
    out = std::move(out_pipe.read_end);
    err = std::move(err_pipe.read_end);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out_pipe.write_end.get(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, err_pipe.write_end.get(), 2);
    char const* argv[] = {"sh", "-c", script.c_str(), nullptr};
    int const failed = ::posix_spawn(&pid, "/bin/sh", &actions, nullptr, const_cast<char**>(argv), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    BOOST_REQUIRE(failed == 0);
  }
  process(process const&) = delete;
  process& operator=(process const&) = delete;
  ~process() {
    if (pid > 0) ::kill(pid, SIGKILL);
    wait();
  }

  /// Blocks until it has exited; not for one that may wait for its output to be read.
  void wait() {
    if (pid > 0) ::waitpid(std::exchange(pid, 0), nullptr, 0);
  }

  bool exited() {
    if (pid > 0 && ::waitpid(pid, nullptr, WNOHANG) == pid) pid = 0;
    return pid == 0;
  }

  pid_t pid = 0;
  reeve::unique_fd out;
  reeve::unique_fd err;
};

struct folder {
  folder() {
    auto pattern = (fs::temp_directory_path() / "reeve-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()));
    path = pattern;
  }
  folder(folder const&) = delete;
  folder& operator=(folder const&) = delete;
  ~folder() { fs::remove_all(path); }
  fs::path path;
};

struct fixture {
  asio::io_context io;
  asio::any_io_executor strand{asio::make_strand(io)};
  asio::any_io_executor callbacks{asio::make_strand(io)};
  std::shared_ptr<int> owner = std::make_shared<int>();
  reeve::output_policy policy;
  std::vector<reeve::output_line> lines;
  std::vector<reeve::output_line> logged;
  std::vector<reeve::error_code> file_failures;
  std::uint64_t bytes_taken = 0;
  std::optional<reeve::output_capture> capture;

  fixture() {
    policy.on_line = [this](reeve::output_line const& line) { lines.push_back(line); };
  }

  /// For floods: counts, and keeps nothing.
  void count_lines() {
    policy.on_line = [this](reeve::output_line const& line) {
      bytes_taken += line.text.size() + (line.complete ? 1 : 0);
    };
  }

  reeve::output_capture_params params(process& of, std::uint64_t generation = 3) {
    return {.worker = {"w", 2, generation},
            .policy = std::make_shared<reeve::output_policy>(policy),
            .out = std::move(of.out),
            .err = std::move(of.err),
            .strand = strand,
            .callbacks = callbacks,
            .owner = owner,
            .log = [this](auto const&, auto const& line) { logged.push_back(line); },
            .file_failed =
                [this](auto const& worker, auto const&, auto ec) {
                  BOOST_TEST(worker.name == "w");
                  file_failures.push_back(ec);
                }};
  }

  void start(process& of) { capture.emplace(params(of)); }

  bool run_until(std::function<bool()> const& done) {
    auto const deadline = std::chrono::steady_clock::now() + 120s;
    io.restart();
    while (!done()) {
      if (io.run_one_until(deadline) == 0) return done();
    }
    return true;
  }

  /// Runs until nothing is left to do.
  void settle() {
    BOOST_TEST(!run_until([] { return false; }));
    BOOST_TEST(io.stopped());
  }

  /// Calls `each` after each handler that ran, if given.
  void run_until_exit(process& of, std::function<void()> const& each = nullptr) {
    asio::posix::stream_descriptor pidfd{io, static_cast<int>(::syscall(SYS_pidfd_open, of.pid, 0))};
    bool exited = false;
    pidfd.async_wait(asio::posix::descriptor_base::wait_read, [&](auto) { exited = true; });
    BOOST_REQUIRE(run_until([&] {
      if (each) each();
      return exited;
    }));
    of.wait();
  }

  /// Runs until the process has exited, then finishes as the supervisor does, and runs what is left.
  std::vector<std::string> finish(process& of) {
    run_until_exit(of);
    auto last = capture->finish();
    settle();
    return last;
  }

  std::vector<std::string> texts(stream_type stream) const {
    std::vector<std::string> found;
    for (auto const& line : lines) {
      if (line.stream == stream) found.push_back(line.text);
    }
    return found;
  }
};

/// KiB in /proc/self/status.
long memory(std::string const& field) {
  std::ifstream in{"/proc/self/status"};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field + ":")) return std::strtol(line.c_str() + field.size() + 1, nullptr, 10);
  }
  return 0;
}

/// Watches that a context is not blocked, and how much memory is used.
struct watch {
  explicit watch(asio::io_context& io) : timer{io} {
    // Peak memory from here on, where the kernel lets us.
    std::ofstream{"/proc/self/clear_refs"} << "5";
    memory_before = memory("VmRSS");
    tick();
  }

  void tick() {
    timer.expires_after(1ms);
    timer.async_wait([this](reeve::error_code ec) {
      if (ec || stopped) return;
      auto const now = std::chrono::steady_clock::now();
      longest = std::max(longest, now - last);
      last = now;
      ++ticks;
      tick();
    });
  }

  void stop() {
    stopped = true;
    timer.cancel();
  }

  void check() const {
    BOOST_TEST(ticks > 10);
    BOOST_TEST((longest < 5s), "blocked for "
                                   << std::chrono::duration_cast<std::chrono::milliseconds>(longest).count()
                                   << " ms");
    if (!sanitized) BOOST_TEST(memory("VmHWM") - memory_before < 8 * 1024);
  }

  asio::steady_timer timer;
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration longest{};
  int ticks = 0;
  bool stopped = false;
  long memory_before = 0;
};

bool alive(pid_t pid) { return pid > 0 && ::kill(pid, 0) == 0; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(output_capture, fixture)

BOOST_AUTO_TEST_CASE(only_our_end_of_a_pipe_is_non_blocking_and_both_close_at_exec) {
  reeve::error_code ec;
  auto const made = reeve::make_output_pipe(ec);
  BOOST_REQUIRE(!ec);
  BOOST_TEST((::fcntl(made.read_end.get(), F_GETFL) & O_NONBLOCK) != 0);
  BOOST_TEST((::fcntl(made.write_end.get(), F_GETFL) & O_NONBLOCK) == 0);
  BOOST_TEST(::fcntl(made.read_end.get(), F_GETFD) == FD_CLOEXEC);
  BOOST_TEST(::fcntl(made.write_end.get(), F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(lines_are_attributed_to_worker_generation_and_stream) {
  process child{"echo one; echo oops >&2; printf end"};
  start(child);
  finish(child);
  BOOST_TEST(texts(stream_type::out) == (std::vector{"one"s, "end"s}));
  BOOST_TEST(texts(stream_type::err) == (std::vector{"oops"s}));
  for (auto const& line : lines) {
    BOOST_TEST((line.worker == reeve::worker_id{"w", 2, 3}));
    BOOST_TEST(line.complete == (line.text != "end"));
  }
  BOOST_TEST(capture->dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(lines_come_while_the_process_lives) {
  process child{"echo up; exec sleep 1000"};
  start(child);
  BOOST_TEST(run_until([&] { return !lines.empty(); }));
  BOOST_TEST(lines.at(0).text == "up");
  BOOST_TEST(!child.exited());
}

BOOST_AUTO_TEST_CASE(binary_and_unterminated_lines_are_safe) {
  policy.max_line_bytes = 4;
  process child{R"(printf 'a\000\377\r\n\n12345678\000')"};
  start(child);
  auto const last = finish(child);
  std::vector const expected{"a\0\xff\r"s, ""s, "1234"s, "5678"s, "\0"s};
  BOOST_TEST(texts(stream_type::out) == expected);
  BOOST_TEST(last == expected);
  std::vector<bool> complete;
  for (auto const& line : lines) complete.push_back(line.complete);
  BOOST_TEST((complete == std::vector<bool>{true, true, false, false, false}));
}

BOOST_AUTO_TEST_CASE(an_end_of_file_before_the_exit_is_no_exit) {
  process child{"printf bye; exec 1>&- 2>&-; exec sleep 1000"};
  start(child);
  BOOST_TEST(run_until([&] { return !lines.empty(); }));
  BOOST_TEST(!lines.at(0).complete);
  settle();
  BOOST_TEST(!child.exited());
  BOOST_TEST(capture->finish() == std::vector{"bye"s});
}

BOOST_AUTO_TEST_CASE(the_last_lines_are_kept_and_no_more) {
  policy.last_lines = 3;
  policy.on_line = nullptr;
  process child{"seq 1 1000; printf 1001"};
  start(child);
  BOOST_TEST(finish(child) == (std::vector{"999"s, "1000"s, "1001"s}));
  BOOST_TEST(capture->finish().empty());

  policy.last_lines = 0;
  process other{"seq 1 1000"};
  start(other);
  BOOST_TEST(finish(other).empty());
}

BOOST_AUTO_TEST_CASE(either_stream_may_be_absent) {
  process child{"echo out"};
  child.err.reset();
  start(child);
  BOOST_TEST(finish(child) == std::vector{"out"s});

  process other{"echo err >&2"};
  other.out.reset();
  start(other);
  BOOST_TEST(finish(other) == std::vector{"err"s});

  process silent{":"};
  silent.out.reset();
  silent.err.reset();
  start(silent);
  BOOST_TEST(finish(silent).empty());
}

BOOST_AUTO_TEST_CASE(lines_go_to_the_log_where_asked) {
  process child{"echo one; printf two"};
  start(child);
  finish(child);
  BOOST_TEST(logged.empty());

  policy.to_log = true;
  policy.on_line = nullptr;
  process other{"echo one; printf two"};
  start(other);
  finish(other);
  BOOST_REQUIRE(logged.size() == 2u);
  BOOST_TEST(logged[0].text == "one");
  BOOST_TEST(logged[1].text == "two");
  BOOST_TEST(!logged[1].complete);
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_holds_the_pipe_open_delays_nothing) {
  process child{"setsid sleep 1000 & echo $!; printf last"};
  start(child);
  child.wait();
  auto const before = std::chrono::steady_clock::now();
  auto const last = capture->finish();
  BOOST_TEST((std::chrono::steady_clock::now() - before < 1s));
  BOOST_REQUIRE(last.size() == 2u);
  auto const grandchild = static_cast<pid_t>(std::stol(last[0]));
  BOOST_TEST(last[1] == "last");
  BOOST_TEST(alive(grandchild));
  // Nothing is left that waits for it, either.
  settle();
  BOOST_TEST(lines.size() == 2u);
  if (grandchild > 1) ::kill(grandchild, SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_goes_on_printing_delays_nothing) {
  policy.on_line = nullptr;
  policy.last_lines = 100;
  process child{"setsid yes & echo $! >&2"};
  start(child);
  child.wait();
  auto const last = capture->finish();
  auto const number = std::find_if(last.begin(), last.end(), [](auto const& text) {
    return text.find_first_not_of("y") != std::string::npos;
  });
  BOOST_REQUIRE((number != last.end()));
  // The pipe is closed: it ends with SIGPIPE.
  settle();
}

BOOST_AUTO_TEST_CASE(a_flood_without_newlines_neither_blocks_nor_grows) {
  count_lines();
  process child{"exec head -c 100000000 /dev/zero"};
  watch watched{io};
  start(child);
  run_until_exit(child);
  capture->finish();
  watched.stop();
  settle();
  watched.check();
  BOOST_TEST(bytes_taken + capture->dropped() == flood);
}

BOOST_AUTO_TEST_CASE(a_flood_of_short_lines_loses_none_where_on_line_keeps_up) {
  count_lines();
  process child{"yes | head -c 10000000; exec sleep 1000"};
  start(child);
  BOOST_TEST(run_until([&] { return bytes_taken + capture->dropped() >= 10'000'000; }));
  BOOST_TEST(bytes_taken == 10'000'000u);
  BOOST_TEST(capture->dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_flood_is_not_lost_at_the_exit) {
  count_lines();
  process child{"yes 'a line of a usual length' | head -c 10000000"};
  start(child);
  finish(child);
  BOOST_TEST(bytes_taken == 10'000'000u);
  BOOST_TEST(capture->dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(a_flood_that_on_line_does_not_take_is_dropped_and_counted) {
  // An executor that runs nothing until the end.
  asio::io_context stuck;
  callbacks = stuck.get_executor();
  policy.max_waiting_lines = 100;
  count_lines();
  process child{"yes 0123456789 | head -c 100000000"};
  watch watched{io};
  start(child);
  std::uint64_t before = 0;
  std::uint64_t largest_step = 0;
  run_until_exit(child, [&] {
    auto const now = capture->dropped();
    largest_step = std::max(largest_step, now - std::exchange(before, now));
  });
  // No handler takes more than one turn's bytes, so that others have theirs in between.
  BOOST_TEST(largest_step <= 68 * 1024u);
  capture->finish();
  watched.stop();
  watched.check();
  BOOST_TEST(bytes_taken == 0u);
  stuck.run();
  BOOST_TEST(bytes_taken == 1100u);
  BOOST_TEST(bytes_taken + capture->dropped() == flood);
}

BOOST_AUTO_TEST_CASE(a_flood_goes_to_the_file_or_is_counted) {
  folder temporary;
  policy.on_line = nullptr;
  policy.to_file = reeve::rotating_file{temporary.path / "{name}-{index}.log", 0, 0};
  process child{"yes 0123456789 | head -c 100000000"};
  watch watched{io};
  start(child);
  run_until_exit(child);
  capture->finish();
  watched.stop();
  settle();
  watched.check();
  BOOST_TEST(reeve::writer_thread::drain(120s));
  BOOST_TEST(fs::file_size(temporary.path / "w-2.log") + capture->dropped() == flood);
}

BOOST_AUTO_TEST_CASE(a_flood_does_not_starve_other_workers) {
  count_lines();
  process noisy{"exec yes"};
  start(noisy);
  BOOST_TEST(run_until([&] { return bytes_taken > 1'000'000; }));

  fixture quiet;
  process child{"echo here; exec sleep 1000"};
  auto params = quiet.params(child);
  params.strand = asio::make_strand(io);
  params.callbacks = asio::make_strand(io);
  reeve::output_capture other{std::move(params)};
  BOOST_TEST(run_until([&] { return !quiet.lines.empty(); }));
  BOOST_TEST(!noisy.exited());
}

BOOST_AUTO_TEST_CASE(every_byte_of_both_streams_goes_to_the_file) {
  folder temporary;
  policy.to_file = reeve::rotating_file{temporary.path / "log", 1000, 1000};
  process child{"seq 1 2000; seq 1 2000 >&2; printf end"};
  start(child);
  finish(child);
  capture.reset();
  BOOST_TEST(reeve::writer_thread::drain(120s));
  std::uint64_t total = 0;
  for (auto const& entry : fs::directory_iterator{temporary.path}) {
    BOOST_TEST(entry.file_size() <= 1000u);
    total += entry.file_size();
  }
  BOOST_TEST(total == 2 * 8893u + 3);
}

BOOST_AUTO_TEST_CASE(a_file_that_fails_is_reported_and_its_bytes_counted) {
  policy.to_file = reeve::rotating_file{"/nonexistent/{name}.log", 1000, 1};
  process child{"echo one; exec sleep 1000"};
  start(child);
  BOOST_TEST(run_until([&] { return !file_failures.empty(); }));
  BOOST_TEST((file_failures.at(0) == boost::system::errc::no_such_file_or_directory));
  BOOST_TEST(capture->dropped() == 4u);
}

BOOST_AUTO_TEST_CASE(an_on_line_that_throws_is_its_callers_exception_and_loses_no_other_line) {
  policy.on_line = [this](reeve::output_line const& line) {
    if (line.text == "2" || line.text == "4") throw std::runtime_error{line.text};
    lines.push_back(line);
  };
  process child{"seq 1 5"};
  child.wait();
  start(child);
  capture->finish();
  std::vector<std::string> thrown;
  for (;;) {
    try {
      settle();
      break;
    } catch (std::runtime_error const& e) {
      thrown.push_back(e.what());
    }
  }
  BOOST_TEST(thrown == (std::vector{"2"s, "4"s}));
  BOOST_TEST(texts(stream_type::out) == (std::vector{"1"s, "3"s, "5"s}));
}

BOOST_AUTO_TEST_CASE(on_line_is_never_called_from_inside) {
  process child{"echo one"};
  child.wait();
  start(child);
  BOOST_TEST(lines.empty());
  capture->finish();
  BOOST_TEST(lines.empty());
  settle();
  BOOST_TEST(lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_on_line_that_destroys_everything_is_not_called_again) {
  int calls = 0;
  policy.on_line = [&](reeve::output_line const&) {
    ++calls;
    owner.reset();
    capture.reset();
  };
  for (bool const finished : {false, true}) {
    owner = std::make_shared<int>();
    process child{"seq 1 5"};
    child.wait();
    start(child);
    if (finished) capture->finish();
    settle();
    BOOST_TEST(!capture);
  }
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(lines_of_a_finished_capture_come_without_it) {
  process child{"seq 1 5"};
  child.wait();
  start(child);
  capture->finish();
  capture.reset();
  settle();
  BOOST_TEST(lines.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_capture_may_be_destroyed_at_any_step) {
  for (int steps = 0; steps < 30; ++steps) {
    folder temporary;
    policy.to_file = reeve::rotating_file{temporary.path / "log", 1000, 1};
    process child{"seq 1 20000; seq 1 20000 >&2"};
    start(child);
    if (!run_until([&] { return steps == 0 || lines.size() > 10; })) BOOST_ERROR("no lines");
    for (int i = 0; i < steps; ++i) io.poll_one();
    if (steps % 3 == 0) capture->finish();
    auto const before = lines.size();
    bool const finished = steps % 3 == 0;
    capture.reset();
    settle();
    BOOST_TEST((finished || lines.size() == before));
    lines.clear();
    BOOST_TEST(reeve::writer_thread::drain(120s));
  }
}

BOOST_AUTO_TEST_CASE(captures_on_several_threads_keep_their_lines_in_order) {
  constexpr std::size_t workers = 8;
  std::vector<std::vector<long>> seen(workers);
  std::vector<std::unique_ptr<process>> children;
  std::vector<std::optional<reeve::output_capture>> captures(workers);
  policy.to_log = false;
  for (std::size_t i = 0; i < workers; ++i) {
    policy.on_line = [&seen, i](reeve::output_line const& line) { seen[i].push_back(std::stol(line.text)); };
    auto& child = *children.emplace_back(std::make_unique<process>("seq 1 20000"));
    callbacks = asio::make_strand(io);
    captures[i].emplace(params(child, i));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { io.run_for(120s); });
  for (auto& child : children) child->wait();
  for (auto& each : captures) {
    asio::post(strand, [&each] { each->finish(); });
    static_cast<void>(each->dropped());
  }
  for (auto& thread : threads) thread.join();
  for (auto const& each : seen) {
    BOOST_TEST(!each.empty());
    BOOST_TEST(std::is_sorted(each.begin(), each.end()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
