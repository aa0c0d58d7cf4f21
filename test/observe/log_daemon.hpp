// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// The system's logging daemons, as far as a test plays them: sockets that wait for datagrams.

#include "core/unique_fd.hpp"
#include "preconditions.hpp"
#include "process_test.hpp"
#include "reeve/log_format.hpp"

#include <boost/log/core.hpp>
#include <boost/log/sinks/sink.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>
#include <sys/socket.h>
#include <sys/un.h>

namespace reeve::test {

class log_folder {
 public:
  log_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "reeve-log-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  log_folder(log_folder const&) = delete;
  log_folder& operator=(log_folder const&) = delete;
  ~log_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path(char const* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A daemon's socket at a path.
class log_daemon {
 public:
  explicit log_daemon(std::string const& path)
      : path_{path}, socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    BOOST_REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.data(), path.size());
    BOOST_REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0);
  }
  log_daemon(log_daemon const&) = delete;
  log_daemon& operator=(log_daemon const&) = delete;
  ~log_daemon() { std::filesystem::remove(path_); }

  std::string receive() const { return read_some(socket_.get(), 65536); }
  bool has_more() const {
    char byte = 0;
    return ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
  }

 private:
  std::string path_;
  unique_fd socket_;
};

/// `unshare`, so that a program sees sockets of the test's where the system's are.
inline std::vector<std::string> unshare_args() {
  std::vector<std::string> args{"unshare", "--mount"};
  if (::geteuid() != 0) args.insert(args.end(), {"--user", "--map-root-user"});
  return args;
}

inline char const* with_mount_namespaces() {
  static bool const works = [] {
    std::string command;
    for (auto const& arg : unshare_args()) command += arg + ' ';
    return std::system((command + "mount -t tmpfs tmpfs /run >/dev/null 2>&1").c_str()) == 0;
  }();
  return works ? nullptr : "this machine lets nobody make a mount namespace (unshare --mount)";
}

/// A journal can be played.
inline char const* with_journal_and_namespaces() {
  try {
    boost::log::core::get()->remove_sink(add_journal_log());
  } catch (boost::system::system_error const& e) {
    BOOST_TEST((e.code() == boost::system::errc::not_supported));
    return "reeve::observe was built without libsystemd";
  }
  return with_mount_namespaces();
}

/// observe_log_writer for such a sink, which finds `log` and `journal` of the folder where the system's are.
inline launch_request log_writer_among_daemons(log_folder const& folder, std::string sink,
                                               std::string count = "1") {
  auto args = unshare_args();
  constexpr char const* script =
      "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && ln -s \"$1\" "
      "/run/systemd/journal/socket && "
      "mount -t tmpfs tmpfs /dev && ln -s \"$2\" /dev/log && shift 2 && exec \"$@\"";
  args.insert(args.end(), {"sh", "-c", script, "sh", folder.path("journal"), folder.path("log"),
                           child_program("observe_log_writer"), std::move(sink), std::move(count)});
  return request_for("/usr/bin/env", std::move(args));
}

}  // namespace reeve::test
