// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// Prometheus itself, as Debian has it.

#include "http_rig.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::test {

/// The path of a program; empty where it is not installed.
inline std::string find_installed(std::string const& name) {
  auto const* const path = std::getenv("PATH");
  std::istringstream folders{(path ? std::string{path} : std::string{}) + ":/usr/bin:/usr/local/bin"};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (auto program = folder + '/' + name; ::access(program.c_str(), X_OK) == 0) return program;
  return {};
}

/// For a test that needs them: see preconditions.hpp.
inline char const* with_promtool() {
  return find_installed("promtool").empty() ? "promtool is not installed (Debian: prometheus)" : nullptr;
}
inline char const* with_prometheus() {
  return find_installed("prometheus").empty() ? "prometheus is not installed (Debian: prometheus)" : nullptr;
}

/// A folder that goes with it.
class temporary_folder {
 public:
  temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "reeve-metrics-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"no temporary folder"};
    path_ = pattern;
  }
  temporary_folder(temporary_folder const&) = delete;
  temporary_folder& operator=(temporary_folder const&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file(std::string const& name) const { return path_ / name; }
  std::string write(std::string const& name, std::string const& text) const {
    std::ofstream{path_ / name, std::ios::binary} << text;
    return file(name);
  }
  std::string read(std::string const& name) const {
    std::ostringstream text;
    text << std::ifstream{path_ / name, std::ios::binary}.rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

/// Starts a program, with its input from and its output to these files.
inline pid_t start_program(std::vector<std::string> args, std::string const& in, std::string const& out) {
  std::vector<char*> argv;
  for (auto& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  auto const parent = ::getpid();
  auto const pid = ::fork();
  if (pid < 0) throw std::runtime_error{"no process for " + args[0]};
  if (pid > 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  int const from = ::open(in.c_str(), O_RDONLY);
  int const to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(from, 0);
  ::dup2(to, 1);
  ::dup2(to, 2);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

/// What a program says, and its exit code.
inline std::pair<std::string, int> output_of(std::vector<std::string> args, std::string const& input = {}) {
  temporary_folder const folder;
  auto const pid = start_program(std::move(args), folder.write("in", input), folder.file("out"));
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {folder.read("out"), WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

/// One that scrapes a port of ours four times a second, and keeps what it finds in a folder that goes with it.
class prometheus_server {
 public:
  explicit prometheus_server(std::uint16_t scraped) : port_{free_port()} {
    folder_.write("prometheus.yml",
                  "global: {scrape_interval: 250ms, scrape_timeout: 250ms}\n"
                  "scrape_configs:\n"
                  "  - job_name: reeve\n"
                  "    static_configs: [{targets: ['127.0.0.1:" +
                      std::to_string(scraped) + "']}]\n");
    pid_ = start_program({find_installed("prometheus"), "--config.file=" + folder_.file("prometheus.yml"),
                          "--storage.tsdb.path=" + folder_.file("data"),
                          "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=warn"},
                         "/dev/null", folder_.file("log"));
  }
  prometheus_server(prometheus_server const&) = delete;
  prometheus_server& operator=(prometheus_server const&) = delete;
  ~prometheus_server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  /// What it answers to a query, as JSON; empty as long as it does not answer.
  std::string query(std::string const& what) const {
    raw_client client{0};
    if (!client.try_connect(port_)) return {};
    client.get("/api/v1/query?query=" + what, "Connection: close\r\n");
    return client.next().body;
  }

  /// Asks until the answer has this in it.
  bool says(std::string const& what, std::string const& expected) const {
    auto const deadline = clock::now() + patience;
    for (;;) {
      if (query(what).find(expected) != std::string::npos) return true;
      if (clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
  }

  std::string log() const { return folder_.read("log"); }

 private:
  static std::uint16_t free_port() {
    std::random_device random;
    for (;;) {
      auto const port = static_cast<std::uint16_t>(10'000 + random() % 20'000);
      unique_fd const s{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::bind(s.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0) return port;
    }
  }

  temporary_folder folder_;
  std::uint16_t const port_;
  pid_t pid_ = 0;
};

}  // namespace reeve::test
