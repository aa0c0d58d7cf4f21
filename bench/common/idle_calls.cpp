// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "idle_calls.hpp"

#include "processes.hpp"
#include "report.hpp"
#include "test_bed.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <spawn.h>
#include <sys/resource.h>

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

// Marks are calls of getpriority that nobody makes in earnest: "which" says what the mark is.
constexpr int mark_thread = 0x5eeb0;  // "who" is a thread to listen to
constexpr int mark_begin = 0x5eeb1;
constexpr int mark_end = 0x5eeb2;

void mark(int what, id_t who = 0) { ::syscall(SYS_getpriority, what, who); }

/// As strace writes it.
bool is_mark(std::string const& line, int what) {
  std::ostringstream text;
  text << "getpriority(0x" << std::hex << what;
  return line.find(text.str()) != line.npos;
}

void mark_threads(pid_t process) {
  // Our own main thread only sleeps, and makes the marks.
  auto const but = std::to_string(::getpid());
  for (auto const& task : std::filesystem::directory_iterator{"/proc/" + std::to_string(process) + "/task"})
    if (auto const tid = task.path().filename().string(); tid != but)
      mark(mark_thread, static_cast<id_t>(std::stoul(tid)));
}

/// Counts in a log of "strace -f": lines that begin with the thread's number.
std::size_t count_between_marks(std::istream& log) {
  std::set<std::string> threads;
  bool begun = false;
  std::size_t calls = 0;
  for (std::string line; std::getline(log, line);) {
    if (is_mark(line, mark_thread)) {
      auto const who = line.find(", ") + 2;
      threads.insert(line.substr(who, line.find(')', who) - who));
    } else if (is_mark(line, mark_begin)) {
      begun = true;
    } else if (is_mark(line, mark_end)) {
      if (!begun || threads.empty()) break;
      return calls;
    } else if (begun && threads.contains(line.substr(0, line.find(' ')))) {
      progress(line);
      ++calls;
    }
  }
  throw std::runtime_error{"the log of strace has no marks"};
}

/// A file of our own, gone at the end.
struct temporary_file {
  temporary_file() {
    int const fd = ::mkstemp(path.data());
    if (fd < 0) raw::fail("mkstemp");
    ::close(fd);
  }
  temporary_file(temporary_file const&) = delete;
  temporary_file& operator=(temporary_file const&) = delete;
  ~temporary_file() { std::filesystem::remove(path); }

  std::string path = (std::filesystem::temp_directory_path() / "reeve_bench_XXXXXX").string();
};

}  // namespace

void stay_idle(std::vector<pid_t> const& others) {
  std::this_thread::sleep_for(500ms);
  mark_threads(::getpid());
  for (pid_t const process : others) mark_threads(process);
  mark(mark_begin);
  std::this_thread::sleep_for(10s);
  mark(mark_end);
}

int be_idle() {
  test_bed bed;
  auto work = boost::asio::make_work_guard(bed.io);
  std::thread loop{[&] { bed.io.run(); }};
  bed.supervisor.async_start(sleepers(10), boost::asio::use_future).get();
  for (pid_t const pid : bed.supervisor.running_pids()) wait_until_asleep(pid);
  stay_idle();

  bed.supervisor.async_stop_all(boost::asio::use_future).get();
  work.reset();
  loop.join();
  return 0;
}

std::size_t count_idle_calls() {
  temporary_file const log;
  auto const self = std::filesystem::read_symlink("/proc/self/exe").string();
  char const* const argv[] = {"strace", "-f", "-o", log.path.c_str(), self.c_str(), idle_argument, nullptr};
  pid_t pid = 0;
  if (int const error =
          ::posix_spawnp(&pid, "strace", nullptr, nullptr, const_cast<char* const*>(argv), environ))
    throw std::system_error{error, std::generic_category(), "strace"};
  raw::reap(pid);
  std::ifstream in{log.path};
  return count_between_marks(in);
}

}  // namespace reeve::bench
