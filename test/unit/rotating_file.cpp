// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/rotating_file_writer.hpp"
#include "supervisor/writer_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <string>
#include <vector>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Thread sanitizer allows no threads after a fork of a process that has some.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define REEVE_TEST_UNDER_TSAN
#endif
#elif defined(__SANITIZE_THREAD__)
#define REEVE_TEST_UNDER_TSAN
#endif

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::string contents(fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct folder {
  folder() {
    auto pattern = (fs::temp_directory_path() / "reeve-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()));
    path = pattern;
  }
  folder(folder const&) = delete;
  folder& operator=(folder const&) = delete;
  ~folder() { fs::remove_all(path); }

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{path}, fs::directory_iterator{}));
  }

  fs::path path;
};

struct appender_fixture : folder {
  fs::path const file = path / "log";
  reeve::rotating_file limits{file, 10, 2};
  reeve::rotating_appender appender{file};

  void append(std::string_view bytes) {
    reeve::error_code ec;
    BOOST_TEST(appender.append(bytes, limits, ec) == 0u);
    BOOST_TEST(!ec, ec.message());
  }
};

struct writer_fixture : folder {
  boost::asio::io_context io;
  fs::path const file = path / "log";
  std::vector<reeve::error_code> failures;
  std::optional<reeve::rotating_file_writer> writer;

  void make(fs::path const& to, std::size_t max_waiting_bytes = 1024 * 1024) {
    writer.emplace(io.get_executor(), reeve::rotating_file{to, 1024, 1}, max_waiting_bytes,
                   [this](auto const&, reeve::error_code ec) { failures.push_back(ec); });
  }

  static void settle() { BOOST_REQUIRE(reeve::writer_thread::drain(50s)); }
};

/// Keeps the writer thread at work until it is released.
struct stuck_thread {
  stuck_thread() {
    reeve::writer_thread::post([this] {
      entered.set_value();
      released.get_future().wait();
    });
    entered.get_future().wait();
  }
  std::promise<void> entered;
  std::promise<void> released;
};

/// Ends a forked child once the handlers that `writer_thread` registered later have run: the rest of what
/// runs at an exit is the parent's.
bool forked = false;
struct child_end {
  ~child_end() {
    if (forked) ::_exit(0);
  }
} const ends_child;

}  // namespace

BOOST_AUTO_TEST_SUITE(rotating_file)

BOOST_AUTO_TEST_CASE(placeholders_in_the_path_are_replaced) {
  reeve::worker_id const worker{"a/{index}", 7, 3};
  BOOST_TEST(reeve::path_for("/x/{name}-{index}{index}.{nam}.log", worker) == "/x/a_{index}-77.{nam}.log");
  BOOST_TEST(reeve::path_for("plain", worker) == "plain");
}

BOOST_FIXTURE_TEST_CASE(nothing_is_opened_before_the_first_bytes, appender_fixture) {
  BOOST_TEST(files() == 0u);
  append("");
  append("a\n");
  BOOST_TEST(contents(file) == "a\n");
}

BOOST_FIXTURE_TEST_CASE(a_full_file_is_rotated_and_so_many_are_kept, appender_fixture) {
  for (auto const* line : {"aaaaaaa\n", "bbbbbbb\n", "ccccccc\n", "ddddddd\n"}) append(line);
  BOOST_TEST(contents(file) == "ddddddd\n");
  BOOST_TEST(contents(path / "log.1") == "ccccccc\n");
  BOOST_TEST(contents(path / "log.2") == "bbbbbbb\n");
  BOOST_TEST(files() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_gap_among_the_old_files_costs_none, appender_fixture) {
  limits.keep = 4;
  std::ofstream{path / "log.1"} << "one";
  std::ofstream{path / "log.3"} << "three";
  append("aaaaaaa\n");
  append("bbbbbbb\n");
  BOOST_TEST(contents(path / "log.1") == "aaaaaaa\n");
  BOOST_TEST(contents(path / "log.2") == "one");
  BOOST_TEST(contents(path / "log.3") == "three");
}

BOOST_FIXTURE_TEST_CASE(the_size_counts_what_was_there_before, appender_fixture) {
  std::ofstream{file} << "12345678\n";
  append("ab\n");
  BOOST_TEST(contents(path / "log.1") == "12345678\n");
  BOOST_TEST(contents(file) == "ab\n");
}

BOOST_FIXTURE_TEST_CASE(a_large_write_is_split_between_lines, appender_fixture) {
  limits.keep = 9;
  append("1111\n2222\n3333\n44444444444444\n5\n");
  BOOST_TEST(contents(path / "log.3") == "1111\n2222\n");
  BOOST_TEST(contents(path / "log.2") == "3333\n");
  BOOST_TEST(contents(path / "log.1") == "4444444444");
  BOOST_TEST(contents(file) == "4444\n5\n");
}

BOOST_FIXTURE_TEST_CASE(keeping_none_truncates, appender_fixture) {
  limits.keep = 0;
  append("aaaaaaa\n");
  append("bbbbbbb\n");
  BOOST_TEST(contents(file) == "bbbbbbb\n");
  BOOST_TEST(files() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_size_of_zero_never_rotates, appender_fixture) {
  limits.max_bytes = 0;
  append(std::string(100, 'x'));
  append("y");
  BOOST_TEST(contents(file) == std::string(100, 'x') + "y");
  BOOST_TEST(files() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_device_is_not_rotated, appender_fixture) {
  reeve::rotating_appender null{"/dev/null"};
  reeve::error_code ec;
  BOOST_TEST(null.append(std::string(100, 'x'), {"/dev/null", 10, 0}, ec) == 0u);
  BOOST_TEST(!ec, ec.message());
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_moved_or_removed_is_made_anew, appender_fixture) {
  append("a\n");
  fs::rename(file, path / "elsewhere");
  append("b\n");
  BOOST_TEST(contents(file) == "b\n");
  fs::remove(file);
  append("c\n");
  BOOST_TEST(contents(file) == "c\n");
  BOOST_TEST(contents(path / "elsewhere") == "a\n");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_cannot_be_rotated_grows_and_loses_nothing, appender_fixture) {
  // Nothing is renamed over a folder.
  fs::create_directories(path / "log.1" / "sub");
  limits.keep = 1;
  append("aaaaaaa\n");
  reeve::error_code ec;
  BOOST_TEST(appender.append("bbbbbbb\n", limits, ec) == 0u);
  BOOST_TEST(ec.failed());
  BOOST_TEST(contents(file) == "aaaaaaa\nbbbbbbb\n");
  fs::remove_all(path / "log.1");
  append("ccccccc\n");
  BOOST_TEST(contents(path / "log.1") == "aaaaaaa\nbbbbbbb\n");
}

BOOST_FIXTURE_TEST_CASE(an_old_file_that_cannot_be_moved_is_not_replaced, appender_fixture) {
  std::ofstream{path / "log.1"} << "one";
  fs::create_directories(path / "log.2" / "sub");
  append("aaaaaaa\n");
  reeve::error_code ec;
  BOOST_TEST(appender.append("bbbbbbb\n", limits, ec) == 0u);
  BOOST_TEST(ec.failed());
  BOOST_TEST(contents(path / "log.1") == "one");
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_loses_what_is_written_to_it, appender_fixture) {
  reeve::rotating_appender full{"/dev/full"};
  reeve::error_code ec;
  BOOST_TEST(full.append("abc", {"/dev/full", 10, 0}, ec) == 3u);
  BOOST_TEST((ec == boost::system::errc::no_space_on_device));
}

BOOST_FIXTURE_TEST_CASE(a_fifo_without_a_reader_blocks_nothing, appender_fixture) {
  BOOST_REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  reeve::error_code ec;
  BOOST_TEST(appender.append("abc", limits, ec) == 3u);
  BOOST_TEST((ec == boost::system::errc::no_such_device_or_address));
}

BOOST_AUTO_TEST_CASE(the_writer_thread_has_a_name_and_takes_no_signal) {
  char name[16] = {};
  sigset_t blocked;
  reeve::writer_thread::post([&] {
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  });
  BOOST_REQUIRE(reeve::writer_thread::drain(50s));
  BOOST_TEST(name == std::string{"reeve-files"});
  for (int const number : {SIGINT, SIGTERM, SIGCHLD, SIGHUP, SIGUSR1, SIGPIPE})
    BOOST_TEST(::sigismember(&blocked, number) == 1);
  sigset_t ours;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &ours);
  BOOST_TEST(::sigismember(&ours, SIGTERM) == 0);
}

BOOST_FIXTURE_TEST_CASE(what_was_taken_is_written, writer_fixture) {
  make(file);
  BOOST_TEST(writer->write("a\n"));
  BOOST_TEST(writer->write("b\n"));
  settle();
  BOOST_TEST(contents(file) == "a\nb\n");
  BOOST_TEST(writer->dropped() == 0u);
}

BOOST_FIXTURE_TEST_CASE(what_waits_is_written_after_the_writer_is_gone, writer_fixture) {
  stuck_thread stuck;
  make(file);
  BOOST_TEST(writer->write("a\n"));
  writer.reset();
  BOOST_TEST(!fs::exists(file));
  stuck.released.set_value();
  settle();
  BOOST_TEST(contents(file) == "a\n");
}

BOOST_FIXTURE_TEST_CASE(a_slow_disk_makes_writes_fail_rather_than_wait, writer_fixture) {
  stuck_thread stuck;
  make(file, 10);
  BOOST_TEST(writer->write("0123456789abcdef"));  // more than the limit, but the first
  BOOST_TEST(!writer->write("x"));
  stuck.released.set_value();
  settle();
  BOOST_TEST(writer->write("y"));
  BOOST_TEST(writer->write("012345678"));
  settle();
  BOOST_TEST(contents(file) == "0123456789abcdefy012345678");
}

BOOST_FIXTURE_TEST_CASE(a_failing_file_is_reported_once_and_tried_again, writer_fixture) {
  make(path / "missing" / "log");
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(writer->write("abc"));
    settle();
  }
  io.run();
  BOOST_TEST(writer->dropped() == 9u);
  BOOST_REQUIRE(failures.size() == 1u);
  BOOST_TEST((failures[0] == boost::system::errc::no_such_file_or_directory));

  fs::create_directory(path / "missing");
  BOOST_TEST(writer->write("def"));
  settle();
  BOOST_TEST(contents(path / "missing" / "log") == "def");
  BOOST_TEST(writer->dropped() == 9u);

  fs::remove_all(path / "missing");
  BOOST_TEST(writer->write("ghi"));
  settle();
  io.restart();
  io.run();
  BOOST_TEST(failures.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_failure_may_destroy_the_writer, writer_fixture) {
  writer.emplace(io.get_executor(), reeve::rotating_file{path / "missing" / "log", 1024, 1}, 1024,
                 [this](auto const&, reeve::error_code) { writer.reset(); });
  BOOST_TEST(writer->write("abc"));
  settle();
  io.run();
  BOOST_TEST(!writer.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_failure_after_the_end_of_the_writer_is_not_reported, writer_fixture) {
  {
    stuck_thread stuck;
    make(path / "missing" / "log");
    BOOST_TEST(writer->write("abc"));
    writer.reset();
    stuck.released.set_value();
    settle();
  }
  io.run();
  BOOST_TEST(failures.empty());
}

BOOST_FIXTURE_TEST_CASE(two_writers_of_one_path_share_its_file, writer_fixture) {
  make(file);
  reeve::rotating_file_writer second{io.get_executor(), {file, 1024, 1}, 1024 * 1024, nullptr};
  auto const line = std::string(99, 'x') + "\n";
  for (int i = 0; i < 8; ++i) {
    BOOST_TEST(writer->write(line));
    BOOST_TEST(second.write(line));
  }
  settle();
  auto const all = contents(file).size() + contents(path / "log.1").size();
  BOOST_TEST(all == 1600u);
  BOOST_TEST(contents(path / "log.1").size() == 1000u);
}

BOOST_FIXTURE_TEST_CASE(a_relative_path_stays_where_it_was, writer_fixture) {
  auto const before = fs::current_path();
  fs::current_path(path);
  make("log");
  fs::current_path(before);
  BOOST_TEST(writer->write("a\n"));
  settle();
  BOOST_TEST(contents(file) == "a\n");
}

#if !defined(REEVE_TEST_UNDER_TSAN)

BOOST_FIXTURE_TEST_CASE(a_forked_process_has_a_writer_thread_of_its_own, writer_fixture) {
  stuck_thread stuck;
  auto const pid = ::fork();
  if (pid == 0) {
    make(file);
    bool const written = writer->write("from the child\n") && reeve::writer_thread::drain(50s);
    ::_exit(written ? 0 : 1);
  }
  int status = -1;
  BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
  stuck.released.set_value();
  BOOST_TEST(status == 0);
  BOOST_TEST(contents(file) == "from the child\n");
}

BOOST_FIXTURE_TEST_CASE(a_process_that_exits_writes_what_waits, writer_fixture) {
  auto const pid = ::fork();
  if (pid == 0) {
    forked = true;
    // Many rotations take their time.
    reeve::rotating_file_writer slow{io.get_executor(), {file, 1000, 30}, 1024 * 1024, nullptr};
    slow.write(std::string(30 * 1000, 'x'));
    std::exit(0);
  }
  int status = -1;
  BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
  BOOST_TEST(files() == 30u);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
