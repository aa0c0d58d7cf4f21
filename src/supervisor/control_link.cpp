// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/control_link.hpp"

namespace reeve {

namespace asio = boost::asio;

control_link::control_link(asio::any_io_executor executor, unique_fd socket)
    : state_{std::make_shared<state>(std::move(executor), socket.get())} {
  socket.release();
}

void control_link::start(on_message message, on_nonsense nonsense) {
  state_->message = std::move(message);
  state_->nonsense = std::move(nonsense);
  wait(state_);
}

void control_link::drain() {
  auto const keep = state_;
  read(keep);
}

error_code control_link::ask_to_stop() {
  return send_control(state_->socket.native_handle(), {.kind = control_kind::stop, .number = 0, .text = {}});
}

void control_link::wait(std::shared_ptr<state> const& s) {
  s->socket.async_wait(asio::posix::stream_descriptor::wait_read, [weak = std::weak_ptr{s}](error_code ec) {
    auto const alive = weak.lock();
    if (ec || !alive) return;
    if (read(alive)) wait(alive);
  });
}

// Reads all that is there, at most so many messages that nobody can keep us here. False: no more will come.
bool control_link::read(std::shared_ptr<state> const& s) {
  constexpr int most = 16;
  std::weak_ptr<state> const weak{s};
  for (int i = 0; i < most; ++i) {
    control_message m;
    switch (receive_control(s->socket.native_handle(), m)) {
      case control_read::message: s->message(m); break;
      case control_read::nothing: return true;
      case control_read::closed: return false;
      case control_read::malformed: s->nonsense(); return false;
    }
    if (!s->socket.is_open()) return false;
  }
  return true;
}

}  // namespace reeve
