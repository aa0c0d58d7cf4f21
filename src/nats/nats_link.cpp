// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_link.hpp"

#include "nats/nats_error.hpp"
#include "nats/nats_threads.hpp"

#include <exception>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace reeve::detail {
namespace {

// libnats calls back with a bare pointer, perhaps after the connection was destroyed: it gets a number
// instead, and whose that is stands here. Never destroyed.
struct link_directory {
  std::mutex mutex;
  std::unordered_map<std::uintptr_t, std::weak_ptr<nats_link>> links;
  std::uintptr_t last = 0;
};

link_directory& directory() {
  static auto* const made = new link_directory;
  return *made;
}

std::uintptr_t new_id() {
  auto& all = directory();
  std::lock_guard const lock{all.mutex};
  return ++all.last;
}

}  // namespace

nats_link::nats_link(nats_connection_params params, setup set_up)
    : params_{std::move(params)}, set_up_{std::move(set_up)}, id_{new_id()} {}

nats_link::~nats_link() {
  auto& all = directory();
  std::lock_guard const lock{all.mutex};
  all.links.erase(id_);
}

std::shared_ptr<nats_link> nats_link::find(void* id) {
  auto& all = directory();
  std::lock_guard const lock{all.mutex};
  auto const found = all.links.find(reinterpret_cast<std::uintptr_t>(id));
  return found == all.links.end() ? nullptr : found->second.lock();
}

void nats_link::close_all() {
  std::vector<std::shared_ptr<nats_link>> open;
  {
    auto& all = directory();
    std::lock_guard const lock{all.mutex};
    for (auto const& [id, link] : all.links)
      if (auto found = link.lock()) open.push_back(std::move(found));
  }
  for (auto const& link : open) link->close();
}

nats_link::session nats_link::wait_ready(clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  while (!closing_) {
    if (is_ready()) return {connection_, epoch_};
    start_making();
    if (clock::now() >= deadline)
      throw nats_failure{error_.empty() ? "no connection to " + params_.servers.front() + " in time"
                                        : error_};
    changed_.wait_until(lock, deadline);
  }
  throw nats_failure{"the source is closed"};
}

// With the lock.
void nats_link::start_making() {
  if (making_) return;
  try {
    begin_thread("reeve-nats", [self = shared_from_this()] { self->make(); });
    making_ = true;
  } catch (std::system_error const& e) {
    throw nats_failure{std::string{"cannot start a thread: "} + e.what()};
  }
}

/// The thread that connects.
void nats_link::make() {
  std::unique_lock lock{mutex_};
  while (!closing_ && !is_ready()) {
    if (connection_ && !connected_ && !given_up_) {  // libnats is at it
      changed_.wait(lock);
      continue;
    }
    auto connection = std::exchange(given_up_, false) ? nullptr : connection_;
    auto const old = connection ? nullptr : std::exchange(connection_, nullptr);
    lock.unlock();
    std::string why;
    try {
      attempt(std::move(connection));
    } catch (std::exception const& e) {
      why = e.what();
    }
    lock.lock();
    error_ = why;
    changed_.notify_all();
    if (!why.empty()) changed_.wait_for(lock, params_.reconnect_delay, [this] { return closing_.load(); });
  }
  making_ = false;
}

void nats_link::attempt(nats_connection connection) {
  if (!connection) {
    auto const epoch = epoch_.load();
    connection = connect();
    std::lock_guard const lock{mutex_};
    connection_ = connection;
    is_set_up_ = false;
    if (epoch == epoch_) connected_ = true;  // else it was lost again, and what was said then holds
  }
  if (set_up_) set_up_(connection.get());
  std::lock_guard const lock{mutex_};
  is_set_up_ = true;
}

nats_connection nats_link::connect() {
  return connect_nats(params_, {.lost = on_lost,
                                .back = on_back,
                                .closed = on_closed,
                                .who = reinterpret_cast<void*>(id_)});  // NOLINT: a number
}

void nats_link::on_lost(natsConnection* /*connection*/, void* id) {
  auto const self = find(id);
  if (!self) return;
  std::lock_guard const lock{self->mutex_};
  self->connected_ = false;
  self->error_ = "the connection to the server was lost";
  ++self->epoch_;
  self->changed_.notify_all();
}

void nats_link::on_back(natsConnection* /*connection*/, void* id) {
  auto const self = find(id);
  if (!self) return;
  std::lock_guard const lock{self->mutex_};
  self->connected_ = true;
  self->error_.clear();
  ++self->reconnects_;
  self->changed_.notify_all();
}

void nats_link::on_closed(natsConnection* connection, void* id) {
  auto const self = find(id);
  if (!self) return;
  char const* text = nullptr;
  natsConnection_GetLastError(connection, &text);
  std::string why = text && *text ? text : "the connection was closed";
  std::lock_guard const lock{self->mutex_};
  if (connection != self->connection_.get()) return;
  self->connected_ = false;
  self->given_up_ = true;
  self->error_ = std::move(why);
  ++self->epoch_;
  self->changed_.notify_all();
}

bool nats_link::wait_lost(session const& s, clock::duration limit) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, limit, [&] { return closing_ || !is_current(s); });
  return !is_current(s);
}

void nats_link::recheck() {
  std::lock_guard const lock{mutex_};
  is_set_up_ = false;
}

nats_link::state nats_link::look() const {
  std::lock_guard const lock{mutex_};
  bool const ready = is_ready() && !closing_;
  auto why = ready ? std::string{} : error_;
  if (!ready && why.empty()) why = "not connected yet";
  return {.ready = ready, .error = std::move(why), .reconnects = reconnects_};
}

void nats_link::run_thread(char const* name, std::function<void()> body, std::function<void()> close) {
  std::lock_guard const lock{mutex_};
  begin_thread(name, std::move(body));
  closers_.push_back(std::move(close));
}

// With the lock.
void nats_link::begin_thread(char const* name, std::function<void()> body) {
  if (ending_) throw nats_failure{"the source is closed"};
  open_nats(close_all);
  {
    auto& all = directory();
    std::lock_guard const lock{all.mutex};
    all.links[id_] = weak_from_this();
  }
  start_nats_thread(name, [self = shared_from_this(), body = std::move(body)]() mutable {
    body();
    body = nullptr;
    self->end_thread();
  });
  ++threads_;
}

void nats_link::end_thread() {
  nats_connection last;  // closed without the lock
  std::lock_guard const lock{mutex_};
  if (--threads_ == 0 && ending_) last.swap(connection_);
}

void nats_link::close() {
  std::vector<std::function<void()>> closers;
  {
    std::lock_guard const lock{mutex_};
    ending_ = true;  // no thread is begun any more, and the last one takes the connection along
    closers.swap(closers_);
  }
  for (auto const& close : closers) close();
  // Last: what fails because of it was aborted before.
  std::lock_guard const lock{mutex_};
  closing_ = true;
  changed_.notify_all();
}

}  // namespace reeve::detail
