// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/output_capture.hpp"

#include "capture_rig.hpp"
#include "supervisor/writer_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <fcntl.h>

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace reeve::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using stream_type = reeve::output_line::stream_type;

bool alive(pid_t pid) { return pid > 0 && ::kill(pid, 0) == 0; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(output_capture, capture_rig)

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
  shell_process child{"echo one; echo oops >&2; printf end"};
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
  shell_process child{"echo up; exec sleep 1000"};
  start(child);
  BOOST_TEST(run_until([&] { return !lines.empty(); }));
  BOOST_TEST(lines.at(0).text == "up");
  BOOST_TEST(!child.exited());
}

BOOST_AUTO_TEST_CASE(binary_and_unterminated_lines_are_safe) {
  policy.max_line_bytes = 4;
  shell_process child{R"(printf 'a\000\377\r\n\n12345678\000')"};
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
  shell_process child{"printf bye; exec 1>&- 2>&-; exec sleep 1000"};
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
  shell_process child{"seq 1 1000; printf 1001"};
  start(child);
  BOOST_TEST(finish(child) == (std::vector{"999"s, "1000"s, "1001"s}));
  BOOST_TEST(capture->finish().empty());

  policy.last_lines = 0;
  shell_process other{"seq 1 1000"};
  start(other);
  BOOST_TEST(finish(other).empty());
}

BOOST_AUTO_TEST_CASE(either_stream_may_be_absent) {
  shell_process child{"echo out"};
  child.err.reset();
  start(child);
  BOOST_TEST(finish(child) == std::vector{"out"s});

  shell_process other{"echo err >&2"};
  other.out.reset();
  start(other);
  BOOST_TEST(finish(other) == std::vector{"err"s});

  shell_process silent{":"};
  silent.out.reset();
  silent.err.reset();
  start(silent);
  BOOST_TEST(finish(silent).empty());
}

BOOST_AUTO_TEST_CASE(lines_go_to_the_log_where_asked) {
  shell_process child{"echo one; printf two"};
  start(child);
  finish(child);
  BOOST_TEST(logged.empty());

  policy.to_log = true;
  policy.on_line = nullptr;
  shell_process other{"echo one; printf two"};
  start(other);
  finish(other);
  BOOST_REQUIRE(logged.size() == 2u);
  BOOST_TEST(logged[0].text == "one");
  BOOST_TEST(logged[1].text == "two");
  BOOST_TEST(!logged[1].complete);
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_holds_the_pipe_open_delays_nothing) {
  shell_process child{"setsid sleep 1000 & echo $!; printf last"};
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
  shell_process child{"setsid yes & echo $! >&2"};
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

BOOST_AUTO_TEST_CASE(every_byte_of_both_streams_goes_to_the_file) {
  capture_folder temporary;
  policy.to_file = reeve::rotating_file{temporary.path / "log", 1000, 1000};
  shell_process child{"seq 1 2000; seq 1 2000 >&2; printf end"};
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
  shell_process child{"echo one; exec sleep 1000"};
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
  shell_process child{"seq 1 5"};
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
  shell_process child{"echo one"};
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
    shell_process child{"seq 1 5"};
    child.wait();
    start(child);
    if (finished) capture->finish();
    settle();
    BOOST_TEST(!capture);
  }
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(lines_of_a_finished_capture_come_without_it) {
  shell_process child{"seq 1 5"};
  child.wait();
  start(child);
  capture->finish();
  capture.reset();
  settle();
  BOOST_TEST(lines.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_capture_may_be_destroyed_at_any_step) {
  for (int steps = 0; steps < 30; ++steps) {
    capture_folder temporary;
    policy.to_file = reeve::rotating_file{temporary.path / "log", 1000, 1};
    shell_process child{"seq 1 20000; seq 1 20000 >&2"};
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
  std::vector<std::unique_ptr<shell_process>> children;
  std::vector<std::optional<reeve::output_capture>> captures(workers);
  policy.to_log = false;
  for (std::size_t i = 0; i < workers; ++i) {
    policy.on_line = [&seen, i](reeve::output_line const& line) { seen[i].push_back(std::stol(line.text)); };
    auto& child = *children.emplace_back(std::make_unique<shell_process>("seq 1 20000"));
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
