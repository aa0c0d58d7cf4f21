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
    : completion_{std::move(handler), fallback}, calls_{std::move(calls)}, diag_{diag} {
  slot_ = asio::get_associated_cancellation_slot(completion_.handler());
}

void operation::complete(error_code ec, diagnostics why) {
  if (std::exchange(done_, true)) return;
  if (diag_) *diag_ = std::move(why);
  asio::post(calls_, [self = shared_from_this(), ec] { self->completion_.post(ec); });
  on_cancel = nullptr;
  if (auto const done = std::exchange(on_done, nullptr)) done();
}

void operation::listen_for_cancellation(asio::any_io_executor strand) {
  if (!slot_.is_connected()) return;
  slot_.assign([weak = weak_from_this(), strand = std::move(strand)](asio::cancellation_type) {
    asio::post(strand, [weak] {
      if (auto const self = weak.lock()) self->cancel();
    });
  });
}

void operation::cancel() {
  if (done_) return;
  if (auto const undo = std::exchange(on_cancel, nullptr)) undo();
  complete(asio::error::operation_aborted);
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
      bool const commanded = exit.cause == exit_cause::stop || exit.cause == exit_cause::restart ||
                             exit.cause == exit_cause::group;
      if (!counts || commanded) return true;
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
  ++waiting_;
  node.add_watcher(shared_from_this());
}

void rest_watch::begin() { check(); }

bool rest_watch::hear(worker_node& node, worker_event const& event) {
  // Of one that rests the event that says so comes after its exit; one that does not was told to start again.
  bool const overtaken = event.kind == event_kind::exited && !node.fsm().at_rest();
  bool const rests = event.kind != event_kind::exited && node.fsm().at_rest();
  if (!rests && !overtaken) return true;
  --waiting_;
  check();
  return false;
}

void rest_watch::check() {
  if (waiting_ != 0) return;
  if (auto const done = std::exchange(done_, nullptr)) done();
}

}  // namespace reeve
