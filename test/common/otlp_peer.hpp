// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A collector that is not ours: OpenTelemetry's own messages, decoded by protobuf.js in a Node program (test/peers/otlp).

#include "process_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::test {

inline std::filesystem::path otlp_peer_folder() {
  return std::filesystem::path{REEVE_TEST_PEERS_BUILD_DIR} / "otlp";
}

inline bool shell_succeeds(std::string const& command) { return std::system(command.c_str()) == 0; }

inline std::string text_of_file(std::filesystem::path const& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Installs what the peer needs into the build folder, unless it is there. What is missing, or nothing.
inline std::string install_otlp_peer() {
  namespace fs = std::filesystem;
  if (!shell_succeeds("node --version >/dev/null 2>&1") || !shell_succeeds("npm --version >/dev/null 2>&1"))
    return "node and npm are not installed (Debian: nodejs, npm)";
  auto const folder = otlp_peer_folder();
  auto const from = fs::path{REEVE_TEST_PEERS_DIR} / "otlp";
  fs::create_directories(folder);
  unique_fd const lock{::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  ::flock(lock.get(), LOCK_EX);
  // Not where it is the same: another test may be reading it.
  for (auto const* name : {"package.json", "receiver.js"})
    if (text_of_file(from / name) != text_of_file(folder / name))
      fs::copy_file(from / name, folder / name, fs::copy_options::overwrite_existing);
  auto const wanted = text_of_file(from / "package-lock.json");
  if (text_of_file(folder / "installed") == wanted) return {};
  std::ofstream{folder / "package-lock.json"} << wanted;
  if (!shell_succeeds("cd '" + folder.string() +
                      "' && npm ci --ignore-scripts --no-audit --no-fund >log 2>&1"))
    return "npm ci failed, without a network say: see " + (folder / "log").string();
  std::ofstream{folder / "installed"} << wanted;
  return {};
}

/// For a suite that needs it: see preconditions.hpp. Says on stderr what is missing.
inline char const* with_otlp_peer() {
  static std::string const missing = [] {
    auto what = install_otlp_peer();
    if (!what.empty()) std::cerr << "skipped: no program that is not ours decodes OTLP: " << what << '\n';
    return what;
  }();
  return missing.empty() ? nullptr : missing.c_str();
}

class otlp_peer {
 public:
  otlp_peer() {
    auto request = request_for("/usr/bin/env", {"node", (otlp_peer_folder() / "receiver.js").string()});
    request.stdio[0] = in_.read_end.get();
    request.stdio[1] = out_.write_end.get();
    process_ = start(request);
    in_.read_end.reset();
    out_.write_end.reset();
    auto const line = read_line(out_.read_end.get());
    if (!line.starts_with("port ")) throw std::runtime_error{"the peer does not start"};
    port_ = line.substr(5);
  }
  otlp_peer(otlp_peer const&) = delete;
  otlp_peer& operator=(otlp_peer const&) = delete;
  ~otlp_peer() {
    ::kill(process_.pid, SIGKILL);
    ::waitpid(process_.pid, nullptr, 0);
  }

  std::string url() const { return "http://127.0.0.1:" + port_ + "/v1/traces"; }
  /// What it has decoded next.
  boost::json::value next() { return boost::json::parse(read_line(out_.read_end.get())); }

 private:
  test_pipe in_;
  test_pipe out_;
  launched_process process_;
  std::string port_;
};

}  // namespace reeve::test
