// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/service_thread.hpp"

#include "shm/control_message.hpp"
#include "worker/last_resort.hpp"

#include <system_error>
#include <utility>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>

namespace reeve {
namespace {

// Gives the threads that are made while it lives this signal mask: ours alone are let through, so that no
// handler of the application's ever runs on a thread that it knows nothing of.
class service_mask {
 public:
  service_mask() noexcept {
    sigset_t mask;
    ::sigfillset(&mask);
    ::sigdelset(&mask, SIGTERM);
    ::sigdelset(&mask, SIGINT);
    ::pthread_sigmask(SIG_SETMASK, &mask, &before_);
  }
  service_mask(service_mask const&) = delete;
  service_mask& operator=(service_mask const&) = delete;
  ~service_mask() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

service_thread::service_thread(std::stop_source stop, params p) : params_{p}, stop_{std::move(stop)} {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  await_signal();
  if (params_.control >= 0) {
    control_.assign(params_.control);
    await_message();
  }
  service_mask const mask;
  thread_ = std::thread{[this] {
    ::prctl(PR_SET_NAME, "reeve-service");
    io_.run();
  }};
}

service_thread::~service_thread() {
  join();
  if (control_.is_open()) control_.release();
}

void service_thread::join() {
  if (!thread_.joinable()) return;
  io_.stop();
  thread_.join();
}

void service_thread::await_signal() {
  signals_.async_wait([this](error_code ec, int) {
    if (ec) return;
    if (params_.second_signal_kills)
      signals_.clear(ec);
    else
      await_signal();
    request_stop();
  });
}

void service_thread::await_message() {
  control_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](error_code ec) {
    if (ec)
      on_supervisor_gone();
    else
      read_messages();
  });
}

void service_thread::read_messages() {
  control_message message;
  for (;;) {
    switch (receive_control(params_.control, message)) {
      case control_read::message:
        if (message.kind == control_kind::stop) request_stop();
        break;
      case control_read::malformed: break;
      case control_read::nothing: return await_message();
      case control_read::closed: return on_supervisor_gone();
    }
  }
}

void service_thread::on_supervisor_gone() {
  if (params_.live_on) return;
  supervisor_died_ = true;
  kill_group_after(time_after_death);
  request_stop();
}

// The worker's stop callbacks run on a thread of their own, which may outlive this object: it only holds the
// stop state.
void service_thread::request_stop() {
  if (std::exchange(stop_was_requested_, true)) return;
  auto const request = [stop = stop_]() mutable { stop.request_stop(); };
  try {
    std::thread{request}.detach();
  } catch (std::system_error const&) {
    std::stop_source{stop_}.request_stop();
  }
}

}  // namespace reeve
