// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/supervisor.hpp"

#include "supervisor/supervisor_impl.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

// The public handle: it posts each command to the strand of the impl.

namespace reeve {

using detail::supervisor_impl;

namespace {

/// Makes an operation of the handler on the calling thread, so that its cancellation slot is taken there, and
/// runs the command on the strand.
template <class Command>
void begin(std::shared_ptr<supervisor_impl> const& impl, operation::handler_type h, diagnostics* diag,
           Command command) {
  if (diag) *diag = {};
  auto const op = std::make_shared<operation>(std::move(h), diag, impl->executor(), impl->around()->calls);
  auto const& strand = impl->around()->strand;
  op->listen_for_cancellation(strand);
  boost::asio::post(strand, [impl, op, command = std::move(command)]() mutable { impl->run(op, command); });
}

}  // namespace

supervisor::supervisor(executor_type executor, supervisor_params params)
    : impl_{std::make_shared<supervisor_impl>(std::move(executor), std::move(params))} {}

supervisor::supervisor(supervisor&&) noexcept = default;

supervisor& supervisor::operator=(supervisor&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) impl_->close();
  impl_ = std::move(other.impl_);
  return *this;
}

supervisor::~supervisor() {
  if (impl_) impl_->close();
}

supervisor::executor_type supervisor::get_executor() const { return impl_->executor(); }

void supervisor::start(impl_ptr const& impl, handler h, worker_spec spec, diagnostics* diag) {
  begin(impl, std::move(h), diag,
        [s = std::move(spec)](auto& i, auto const& op) mutable { i.start(std::move(s), op); });
}

void supervisor::start_group(impl_ptr const& impl, handler h, group_spec spec, diagnostics* diag) {
  begin(impl, std::move(h), diag,
        [s = std::move(spec)](auto& i, auto const& op) mutable { i.start_group(std::move(s), op); });
}

void supervisor::stop(impl_ptr const& impl, handler h, worker_selector which, stop_options options) {
  begin(impl, std::move(h), nullptr,
        [w = std::move(which), options](auto& i, auto const& op) { i.stop(w, options, op); });
}

void supervisor::stop_all(impl_ptr const& impl, handler h, stop_options options) {
  begin(impl, std::move(h), nullptr, [options](auto& i, auto const& op) { i.stop_all(options, op); });
}

void supervisor::restart(impl_ptr const& impl, handler h, worker_selector which, restart_options options,
                         diagnostics* diag) {
  begin(impl, std::move(h), diag,
        [w = std::move(which), o = std::move(options)](auto& i, auto const& op) { i.restart(w, o, op); });
}

void supervisor::scale(impl_ptr const& impl, handler h, std::string name, std::size_t count,
                       diagnostics* diag) {
  begin(impl, std::move(h), diag,
        [n = std::move(name), count](auto& i, auto const& op) { i.scale(n, count, op); });
}

void supervisor::remove(impl_ptr const& impl, handler h, std::string name) {
  begin(impl, std::move(h), nullptr, [n = std::move(name)](auto& i, auto const& op) { i.remove(n, op); });
}

void supervisor::send_signal(impl_ptr const& impl, handler h, worker_selector which, int signal) {
  begin(impl, std::move(h), nullptr,
        [w = std::move(which), signal](auto& i, auto const& op) { i.send_signal(w, signal, op); });
}

std::vector<worker_status> supervisor::status() const { return impl_->board().status(); }

std::vector<worker_status> supervisor::status(std::string_view name) const {
  return impl_->board().status(name);
}

std::optional<worker_status> supervisor::find(worker_id const& id) const { return impl_->board().find(id); }

std::vector<std::shared_ptr<exit_record const>> supervisor::exits(worker_id const& id) const {
  return impl_->board().exits(id);
}

std::vector<pid_t> supervisor::running_pids() const { return impl_->board().running_pids(); }

worker_totals supervisor::totals() const { return impl_->board().totals(); }

std::function<std::optional<supervisor_status>()> supervisor::status_reader() const {
  return [weak = std::weak_ptr{impl_}]() -> std::optional<supervisor_status> {
    auto const impl = weak.lock();
    if (!impl) return std::nullopt;
    return supervisor_status{.workers = impl->board().status(), .totals = impl->board().totals()};
  };
}

event_stream supervisor::subscribe(std::size_t capacity) const {
  auto queue = std::make_shared<detail::event_queue>(impl_->executor(), std::max<std::size_t>(capacity, 1));
  auto snapshot = impl_->board().subscribe(queue);
  return event_stream{std::move(queue), std::move(snapshot)};
}

}  // namespace reeve
