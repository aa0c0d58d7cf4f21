// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/spawn_job.hpp"

#include "core/last_error.hpp"
#include "process/launch_thread.hpp"
#include "process/pidfd.hpp"
#include "process/subreaper.hpp"
#include "shm/control_message.hpp"
#include "shm/handshake.hpp"
#include "supervisor/heartbeat_watch.hpp"
#include "supervisor/output_capture.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve {
namespace {

using std::chrono::milliseconds;

bool wants_page(worker_spec const& spec) {
  auto const ready = spec.ready.type();
  return spec.shared_page || spec.health.heartbeat || ready == ready_when::kind::first_beat ||
         ready == ready_when::kind::reported;
}

// Twice in each check period, so that no check finds a live worker silent.
milliseconds beat_period(worker_spec const& spec) {
  using std::chrono::duration_cast;
  if (spec.health.heartbeat) {
    auto const check = heartbeat_watch{*spec.health.heartbeat, {}}.check_period();
    return std::max(duration_cast<milliseconds>(check / 2), milliseconds{1});
  }
  bool const needed = spec.ready.type() == ready_when::kind::first_beat;
  return needed ? duration_cast<milliseconds>(ready_when::default_interval) : milliseconds{0};
}

// Each gets half of what the ladder gives both.
milliseconds stop_grace(stop_policy const& policy) {
  auto const all = std::max(policy.ask_grace, policy.signal_grace);
  return std::max(std::chrono::duration_cast<milliseconds>(all / 2), milliseconds{1});
}

/// A failure of one of the steps before the launch.
struct step_failed {
  error_code error;
  char const* step;
};

void check(error_code const& ec, char const* step) {
  if (ec) throw step_failed{ec, step};
}

// Open until the process ends: a start may still be under way on its thread when the statics are destroyed.
int null_device() {
  static int const fd = above_standard_streams(unique_fd{::open("/dev/null", O_RDWR | O_CLOEXEC)}).release();
  return fd;
}

/// Collects the request and owns what is open only until the launch.
class preparation {
 public:
  preparation(spawn_order const& order, spawn_result& result) : order_{order}, result_{result} {}

  launch_request prepare() {
    request_.params = order_.process;
    request_.descriptors = order_.process.descriptors;
    request_.dies_with_parent = order_.dies_with_supervisor;
    open_stdio();
    for (auto const* variable : handshake::variables) env_.unset(variable);  // we may be a worker ourselves
    env_.set(handshake::name, order_.worker.name);
    env_.set(handshake::index, std::to_string(order_.worker.index));
    env_.set(handshake::generation, std::to_string(order_.worker.generation));
    if (!order_.marker.empty()) env_.set(descendant_marker, order_.marker);
    if (order_.wants_page || !order_.command.worker_type.empty()) give_page();
    if (!order_.command.worker_type.empty()) give_control();
    name_program();
    return std::move(request_);
  }

 private:
  void open_stdio() {
    auto const& io = order_.stdio;
    request_.stdio = {open_one(io.in, 0, nullptr), open_one(io.out, 1, &result_.out),
                      open_one(io.err, 2, &result_.err)};
  }

  int open_one(stdio_target const& target, int number, unique_fd* read_end) {
    switch (target.type()) {
      case stdio_target::kind::inherit: return number;
      case stdio_target::kind::null: return null_device();
      case stdio_target::kind::file: return open_file(target, number);
      case stdio_target::kind::pipe: break;
    }
    error_code ec;
    auto pipe = make_output_pipe(ec);
    check(ec, "pipe");
    *read_end = std::move(pipe.read_end);
    return keep(std::move(pipe.write_end));
  }

  int open_file(stdio_target const& target, int number) {
    auto const flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND;
    // The open of a FIFO would wait for its other end, and everybody's starts with it.
    auto fd = above_standard_streams(
        unique_fd{::open(target.path().c_str(), flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0644)});
    if (!fd) check(last_error(), "stdio");
    ::fcntl(fd.get(), F_SETFL, flags);
    return keep(std::move(fd));
  }

  void give_page() {
    error_code ec;
    result_.page = std::make_shared<supervisor_page>(supervisor_page::create(order_.worker.generation, ec));
    check(ec, "worker page");
    env_.set(handshake::page_fd, std::to_string(give(result_.page->descriptor())));
  }

  void give_control() {
    error_code ec;
    auto pair = make_control_pair(ec);
    check(ec, "control socket");
    result_.control = std::move(pair.supervisor);
    env_.set(handshake::control_fd, std::to_string(give(keep(std::move(pair.worker)))));
    env_.set(handshake::worker_type, order_.command.worker_type);
    env_.set(handshake::beat_period_ms, std::to_string(order_.beat_period.count()));
    if (!request_.dies_with_parent) env_.set(handshake::live_on, "1");
    env_.set(handshake::stop_grace_ms, std::to_string(order_.stop_grace.count()));
    if (!order_.command.program.empty()) return;
    request_.image = this_image(ec);
    check(ec, "image");
  }

  void name_program() {
    auto const& command = order_.command;
    std::vector<char const*> inherited;
    inherited.reserve(order_.inherited.size() + 1);
    for (auto const& variable : order_.inherited) inherited.push_back(variable.c_str());
    inherited.push_back(nullptr);
    request_.environment = env_.resolve(inherited.data());
    request_.argv.push_back(command.program.empty() ? command.worker_type : command.program);
    request_.argv.insert(request_.argv.end(), command.args.begin(), command.args.end());
    if (request_.image >= 0) return;
    error_code ec;
    request_.path = find_program(command.program, request_.environment, ec);
    check(ec, "find program");
  }

  // The next free number above the user's own.
  int give(int source) {
    int target = 3;
    for (auto const& d : request_.descriptors) target = std::max(target, d.target + 1);
    request_.descriptors.push_back({.source = source, .target = target});
    return target;
  }

  int keep(unique_fd fd) {
    open_.push_back(std::move(fd));
    return open_.back().get();
  }

  spawn_order const& order_;
  spawn_result& result_;
  environment env_ = order_.env;
  launch_request request_;
  std::vector<unique_fd> open_;
};

}  // namespace

spawn_order::spawn_order(worker_spec const& spec, worker_id id)
    : worker{std::move(id)},
      command{spec.command},
      env{spec.env},
      stdio{spec.stdio},
      process{spec.process},
      dies_with_supervisor{spec.on_death == on_supervisor_death::end},
      wants_page{reeve::wants_page(spec)},
      beat_period{reeve::beat_period(spec)},
      stop_grace{reeve::stop_grace(spec.stop)} {
  if (!spec.env.inherits()) return;
  for (char const* const* variable = environ; variable && *variable; ++variable)
    inherited.emplace_back(*variable);
}

spawn_result::~spawn_result() {
  if (!process.pidfd) return;
  signal_group(process.pidfd.get(), process.pid, SIGKILL);
  launch_thread::reap_later(std::move(process.pidfd), process.pid, true,
                            then_reap_strays(marker, process.pid));
}

spawn_result carry_out(spawn_order const& order) {
  spawn_result result;
  result.marker = order.marker;
  preparation preparing{order, result};
  try {
    auto const request = preparing.prepare();
    result.process = launch(request, result.failure);
  } catch (step_failed const& failed) {
    result.failure = {failed.error, failed.step};
  }
  if (result.page) result.page->close_descriptor();
  return result;
}

}  // namespace reeve
