// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// Not for other headers: Boost.Process v2 is compiled into one source file of the library, header-only, so
// that an application may use it in either of its modes beside us.
#include "core/unique_fd.hpp"
#include "process/child_steps.hpp"
#include "process/spawn.hpp"
#include "reeve/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>

#include <algorithm>

namespace reeve {

/// A launcher for Boost.Process v2 that copies no memory, gives the child default signals and the descriptors
/// of `fd_whitelist` alone, reports the child's exact errno, and leaves nothing behind when it fails. It does
/// not touch the execution context: there is no fork to notify.
///
/// It calls the initialisers' `on_setup`, `on_exec_setup` (in this process's memory: see child_side.hpp),
/// `on_success` and `on_error`. An initialiser may have a member `step` that names it in a failure.
struct launcher : boost::process::v2::posix::default_launcher {
  using path = boost::process::v2::filesystem::path;

  /// A descriptor of the image to run in place of the executable's path, or -1.
  int image = -1;
  /// The pidfd of the child that `start` started.
  unique_fd pidfd;
  /// The step at which a start failed.
  char const* step = "";

  template <typename Executor, typename Args, typename... Inits>
    requires boost::asio::execution::is_executor<Executor>::value
  auto operator()(Executor executor, error_code& ec, path const& executable, Args&& args, Inits&&... inits)
      -> boost::process::v2::basic_process<Executor> {
    argv_.clear();
    argv_buffer_.clear();
    start(ec, executable, build_argv_(executable, std::forward<Args>(args)), inits...);
    if (ec) return boost::process::v2::basic_process<Executor>{std::move(executor)};
    return boost::process::v2::basic_process<Executor>{std::move(executor), pid, pidfd.release()};
  }

  /// Starts `executable`; on success `pid` and `pidfd` name the child.
  template <typename... Inits>
  void start(error_code& ec, path const& executable, char const* const* argv, Inits&&... inits) {
    ec = {};
    step = "setup";
    static_cast<void>(((ec = set_up(inits, executable, argv), !ec) && ...));
    if (!ec) run(ec, executable, argv, inits...);
    (finish(inits, executable, argv, ec), ...);
  }

 private:
  template <typename... Inits>
  void run(error_code& ec, path const& executable, char const* const* argv, Inits&... inits) {
    std::ranges::sort(fd_whitelist);
    spawn_plan plan;
    auto prepare = [&](char const*& at) noexcept {
      error_code error;
      static_cast<void>(((error = set_up_exec(inits, executable, argv, at), !error) && ...));
      plan.image = image;
      if (error) return error.value();
      at = "descriptors";
      return child_side::close_all_but(fd_whitelist);
    };
    plan.path = executable.c_str();
    plan.argv = argv;
    plan.environment = env;
    plan.context = &prepare;
    plan.prepare = [](void* f, char const*& at) { return (*static_cast<decltype(prepare)*>(f))(at); };

    auto result = spawn(plan);
    pid = result.pid;
    pidfd = std::move(result.pidfd);
    step = result.step;
    ec.assign(result.error, boost::system::system_category());
  }

  template <typename Init>
  error_code set_up(Init& init, path const& executable, char const* const*& argv) {
    if constexpr (requires { init.on_setup(*this, executable, argv); })
      return init.on_setup(*this, executable, argv);
    return {};
  }

  template <typename Init>
  error_code set_up_exec(Init& init, path const& executable, char const* const*& argv,
                         char const*& at) noexcept {
    if constexpr (requires { init.step; }) at = init.step;
    if constexpr (requires { init.on_exec_setup(*this, executable, argv); })
      return init.on_exec_setup(*this, executable, argv);
    return {};
  }

  template <typename Init>
  void finish(Init& init, path const& executable, char const* const*& argv, error_code const& ec) {
    // NOLINTNEXTLINE(bugprone-branch-clone): both are empty for an initialiser that has neither
    if (!ec) {
      if constexpr (requires { init.on_success(*this, executable, argv); })
        init.on_success(*this, executable, argv);
    } else {
      if constexpr (requires { init.on_error(*this, executable, argv, ec); })
        init.on_error(*this, executable, argv, ec);
    }
  }
};

}  // namespace reeve
