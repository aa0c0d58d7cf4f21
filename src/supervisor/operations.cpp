// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/operations.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace reeve {

namespace asio = boost::asio;

operation::operation(handler_type handler, diagnostics* diag, asio::any_io_executor const& fallback,
                     asio::any_io_executor calls)
    : slot_{asio::get_associated_cancellation_slot(handler)},
      completion_{std::move(handler), fallback},
      calls_{std::move(calls)},
      diag_{diag} {}

void operation::complete(error_code ec, diagnostics why) {
  if (std::exchange(done_, true)) return;
  if (diag_ && completion_.waits()) *diag_ = std::move(why);  // else it went with who waited
  asio::post(calls_, [self = shared_from_this(), ec] { self->completion_.post(ec); });
  on_cancel = nullptr;
  if (auto const done = std::exchange(on_done, nullptr)) done();
}

// The slot may outlive the context: it holds nothing of that.
void operation::listen_for_cancellation(asio::any_io_executor strand) {
  if (!slot_.is_connected()) return;
  strand_ = std::move(strand);
  slot_.assign([weak = weak_from_this()](asio::cancellation_type) {
    auto const self = weak.lock();
    if (!self) return;
    asio::post(self->strand_, [weak] {
      if (auto const op = weak.lock()) op->cancel();
    });
  });
}

void operation::cancel() {
  if (done_) return;
  // Completed first: what is undone may end what it waits for.
  auto const undo = std::exchange(on_cancel, nullptr);
  complete(asio::error::operation_aborted);
  if (undo) undo();
}

// ---- ready -----------------------------------------------------------------------------------------------

void ready_watch::expect(worker_node& node) {
  waiting_.emplace_back(&node, node.fsm().generation() + 1);
  node.add_watcher(shared_from_this());
}

void ready_watch::begin() {
  if (waiting_.empty()) finish({}, {});
}

bool ready_watch::hear(worker_node& node, worker_event const& event) {
  if (!done_) return false;
  auto const it = std::ranges::find(waiting_, &node, &decltype(waiting_)::value_type::first);
  if (it == waiting_.end()) return false;
  bool const counts = event.worker.generation >= it->second;
  switch (event.kind) {
    case event_kind::ready:
      if (!counts) return true;
      waiting_.erase(it);
      if (waiting_.empty()) finish({}, {});
      return false;
    case event_kind::exited: {
      auto const& exit = *event.exit;
      if (!counts || is_commanded(exit.cause)) return true;
      auto const ec = exit.error ? exit.error : make_error_code(error::exited_before_ready);
      finish(ec, {.message = to_string(exit), .field = {}, .exit = exit});
      return false;
    }
    case event_kind::stopped:
      if (stops_are_the_groups_) return true;
      finish(error::stopped, {.message = to_string(event), .field = {}, .exit = {}});
      return false;
    case event_kind::failed:
    case event_kind::finished:
      if (!counts) return true;
      finish(error::restart_limit, {.message = to_string(event), .field = {}, .exit = {}});
      return false;
    case event_kind::removed:
      finish(error::not_found, {.message = to_string(event), .field = {}, .exit = {}});
      return false;
    default: return true;
  }
}

void ready_watch::finish(error_code ec, diagnostics why) {
  if (auto const done = std::exchange(done_, nullptr)) done(ec, std::move(why));
}

// ---- at rest ---------------------------------------------------------------------------------------------

void rest_watch::expect(worker_node& node) {
  if (node.fsm().at_rest()) return;
  waiting_.emplace_back(&node, node.fsm().generation());
  node.add_watcher(shared_from_this());
}

rest_watch::callback rest_watch::expect_one() {
  ++others_;
  return [self = shared_from_this()] {
    --self->others_;
    self->begin();
  };
}

void rest_watch::begin() {
  if (!waiting_.empty() || others_ != 0) return;
  if (auto const done = std::exchange(done_, nullptr)) done();
}

bool rest_watch::hear(worker_node& node, worker_event const& event) {
  auto const it = std::ranges::find(waiting_, &node, &decltype(waiting_)::value_type::first);
  if (it == waiting_.end()) return false;
  // The event that says that it rests comes after its exit; one that goes on to start was told to.
  bool const rests = event.kind == event_kind::stopped || event.kind == event_kind::finished ||
                     event.kind == event_kind::failed || event.kind == event_kind::removed;
  bool const starts_again = event.kind == event_kind::exited && node.fsm().state() == worker_state::pending;
  if (!rests && !starts_again && event.worker.generation <= it->second) return true;
  waiting_.erase(it);
  begin();
  return false;
}

}  // namespace reeve
