// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "process/pidfd.hpp"
#include "shm/control_message.hpp"
#include "shm/handshake.hpp"
#include "shm/worker_page.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

// Starts a worker with a handshake made by hand and looks at it as a supervisor would. Everything that waits
// does so for an event, and fails the test at a deadline that no machine needs.
namespace runtime_test {

using namespace std::chrono_literals;
using namespace reeve;

inline constexpr auto deadline = 30s;

inline bool is_readable_within(int fd, std::chrono::milliseconds time) {
  pollfd p{fd, POLLIN, 0};
  int n = 0;
  do n = ::poll(&p, 1, static_cast<int>(time.count()));
  while (n < 0 && errno == EINTR);
  return n == 1;
}

inline void await_readable(int fd) { BOOST_REQUIRE(is_readable_within(fd, deadline)); }

struct pipe_ends {
  pipe_ends() {
    int fds[2];
    BOOST_REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
    read = unique_fd{fds[0]};
    write = unique_fd{fds[1]};
  }
  // All that is written until every writer is gone.
  std::string read_to_end() {
    write.reset();
    std::string all;
    char buffer[4096];
    for (;;) {
      await_readable(read.get());
      auto const n = ::read(read.get(), buffer, sizeof buffer);
      if (n <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(n));
    }
  }
  unique_fd read, write;
};

// How a process ended: its exit code, or the negated number of the signal that killed it.
using ending = int;

class started_process {
 public:
  struct params {
    // One of test/children, or a path.
    std::string program;
    std::vector<std::string> args{};
    std::map<std::string, std::string> env{};
    // {number here, number there}
    std::map<int, int> descriptors{};
    bool leads_group = true;
  };

  explicit started_process(params const& p) {
    auto const path =
        p.program.front() == '/' ? p.program : std::string{REEVE_TEST_CHILDREN_DIR} + "/child_" + p.program;
    std::vector<std::string> arguments{path};
    arguments.insert(arguments.end(), p.args.begin(), p.args.end());
    std::vector<std::string> environment;
    for (char** e = environ; *e; ++e) environment.emplace_back(*e);
    for (auto const& [name, value] : p.env) environment.push_back(name + '=' + value);
    auto const argv = pointers(arguments);
    auto const envp = pointers(environment);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (auto const& [here, there] : p.descriptors) ::posix_spawn_file_actions_adddup2(&actions, here, there);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    if (p.leads_group) ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int const failed = ::posix_spawn(&pid_, path.c_str(), &actions, &attributes, argv.data(), envp.data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    BOOST_REQUIRE_EQUAL(failed, 0);
    pidfd_ = open_pidfd(pid_);
  }
  started_process(started_process const&) = delete;
  started_process& operator=(started_process const&) = delete;
  ~started_process() {
    if (ended_) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  bool ends_within(std::chrono::milliseconds time) const { return is_readable_within(pidfd_.get(), time); }

  ending end() {
    await_readable(pidfd_.get());
    int status = 0;
    BOOST_REQUIRE_EQUAL(::waitpid(pid_, &status, 0), pid_);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  void signal(int number) const { BOOST_REQUIRE_EQUAL(::kill(pid_, number), 0); }
  void stop_and_wait_until_it_is() const {
    signal(SIGSTOP);
    siginfo_t info{};
    BOOST_REQUIRE_EQUAL(::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED), 0);
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
  }

  pid_t pid_ = -1;
  unique_fd pidfd_;
  bool ended_ = false;
};

// The supervisor's half of a handshake, to start one worker with.
struct handshake_half {
  handshake_half() {
    error_code ec;
    page = supervisor_page::create(1, ec);
    BOOST_REQUIRE(!ec);
    control = make_control_pair(ec);
    BOOST_REQUIRE(!ec);
  }
  supervisor_page page;
  control_pair control;
};

class started_worker : private handshake_half, public started_process {
 public:
  struct params {
    std::string program;
    std::string type;
    std::vector<std::string> args{};
    std::map<std::string, std::string> env{};
    std::map<int, int> descriptors{};
    bool leads_group = true;
    // Nothing that it says goes through.
    bool socket_is_full = false;
  };

  explicit started_worker(params const& p) : started_process{to_process(*this, p)} {
    control.worker.reset();
    page.close_descriptor();
  }

  supervisor_page const& its_page() const { return page; }

  // The next thing it says; nothing when it is gone.
  std::optional<control_message> next() {
    for (;;) {
      await_readable(control.supervisor.get());
      control_message message;
      auto const read = receive_control(control.supervisor.get(), message);
      if (read == control_read::message) return message;
      if (read == control_read::closed) return {};
      BOOST_REQUIRE(read == control_read::nothing);
    }
  }
  control_message expect(control_kind kind) {
    auto message = next();
    BOOST_REQUIRE(message.has_value());
    BOOST_REQUIRE_EQUAL(static_cast<int>(message->kind), static_cast<int>(kind));
    return *message;
  }
  std::vector<control_message> all_that_is_left() {
    std::vector<control_message> all;
    while (auto message = next()) all.push_back(*message);
    return all;
  }

  void ask_to_stop() { BOOST_REQUIRE(!send_control(control.supervisor.get(), {.kind = control_kind::stop})); }

  // As if the supervisor had died.
  void desert() { control.supervisor.reset(); }

  std::uint64_t counter(std::string const& name) const {
    for (auto const& value : page.read().counters)
      if (value.name == name) return value.value;
    BOOST_FAIL("there is no counter " << name);
    return 0;
  }

 private:
  static started_process::params to_process(handshake_half const& half, params const& p) {
    while (p.socket_is_full && !send_control(half.control.worker.get(), {.kind = control_kind::ready}))
      continue;
    auto descriptors = p.descriptors;
    descriptors[half.page.descriptor()] = 100;
    descriptors[half.control.worker.get()] = 101;
    auto env = p.env;
    env.insert({{handshake::worker_type, p.type},
                {handshake::name, "test"},
                {handshake::index, "0"},
                {handshake::generation, "1"},
                {handshake::page_fd, "100"},
                {handshake::control_fd, "101"}});
    return {p.program, p.args, std::move(env), std::move(descriptors), p.leads_group};
  }
};

}  // namespace runtime_test
