// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/process_pool.hpp"

#include "pool/pool_impl.hpp"

#include <utility>

// The public handle, and where the templates come in.

namespace reeve {

using detail::pool_impl;

char const* to_string(pool_state state) noexcept {
  switch (state) {
    case pool_state::idle: return "idle";
    case pool_state::starting: return "starting";
    case pool_state::running: return "running";
    case pool_state::closing: return "closing";
    case pool_state::closed: return "closed";
    case pool_state::failed: return "failed";
  }
  return "unknown";
}

process_pool::process_pool(executor_type executor, pool_params params)
    : impl_{std::make_shared<pool_impl>(std::move(executor), std::move(params))} {
  impl_->begin();
}

process_pool::process_pool(process_pool&&) noexcept = default;

process_pool& process_pool::operator=(process_pool&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) impl_->destroy();
  impl_ = std::move(other.impl_);
  return *this;
}

process_pool::~process_pool() {
  if (impl_) impl_->destroy();
}

process_pool::executor_type process_pool::get_executor() const { return impl_->executor(); }

void process_pool::start(impl_ptr const& impl, handler h, diagnostics* diag) {
  auto abandon = [weak = std::weak_ptr{impl}] {
    if (auto const self = weak.lock()) self->abandon_start();
  };
  impl->start(pool_operation::make(std::move(h), diag, impl->executor(), std::move(abandon)));
}

void process_pool::wait_for_room(impl_ptr const& impl, handler h) {
  impl->wait_for_room(pool_operation::make(std::move(h), nullptr, impl->executor()));
}

void process_pool::close(impl_ptr const& impl, handler h) {
  impl->close(pool_operation::make(std::move(h), nullptr, impl->executor()));
}

void process_pool::join(impl_ptr const& impl, handler h) {
  impl->join(pool_operation::make(std::move(h), nullptr, impl->executor()));
}

void process_pool::grow(impl_ptr const& impl, handler h, std::size_t workers) {
  impl->grow(pool_operation::make(std::move(h), nullptr, impl->executor()), workers);
}

void process_pool::shrink(impl_ptr const& impl, handler h, std::size_t workers) {
  impl->shrink(pool_operation::make(std::move(h), nullptr, impl->executor()), workers);
}

void process_pool::restart(impl_ptr const& impl, handler h) {
  impl->restart(pool_operation::make(std::move(h), nullptr, impl->executor()));
}

void process_pool::terminate() { impl_->terminate(); }
bool process_pool::terminate_worker(worker_id const& which) { return impl_->terminate_worker(which); }
pool_status process_pool::status() const { return impl_->status(); }

std::function<std::optional<pool_status>()> process_pool::status_reader() const {
  return [weak = std::weak_ptr{impl_}]() -> std::optional<pool_status> {
    auto const impl = weak.lock();
    if (!impl) return std::nullopt;
    return impl->status();
  };
}

namespace detail {

std::uint64_t new_task_id(pool_impl& pool) noexcept { return pool.new_id(); }

void submit_task(std::shared_ptr<pool_impl> const& pool, std::uint64_t id, call_data call, bool cancellable,
                 std::unique_ptr<task_sink> sink) {
  auto task = pool->blank_task();
  task->id = id;
  task->function = call.function;
  task->arguments = std::move(call.arguments);
  task->options = std::move(call.options);
  task->cancellable = cancellable;
  task->sink = std::move(sink);
  pool->submit(std::move(task), std::move(call.failure));
}

void submit_batch(std::shared_ptr<pool_impl> const& pool, std::uint64_t id, batch what,
                  std::shared_ptr<batch_sink> sink) {
  auto task = pool->blank_task();
  task->id = id;
  task->function = what.function;
  task->arguments = std::move(what.frames);
  task->options = std::move(what.options);
  task->count = what.count;
  task->kept_open = what.kept_open;
  task->cancellable = true;
  task->batch = std::move(sink);
  pool->submit(std::move(task), {});
}

void cancel_task(std::weak_ptr<pool_impl> const& pool, std::uint64_t id) {
  if (auto const self = pool.lock()) self->cancel(id);
}

std::size_t pool_workers(pool_impl const& pool) noexcept { return pool.capacity(); }
std::uint64_t pool_max_message(pool_impl const& pool) noexcept { return pool.params().max_message_size; }
std::shared_ptr<void> keep_open(std::shared_ptr<pool_impl> const& pool) { return pool->keep_open(); }
boost::asio::any_io_executor const& pool_executor(pool_impl const& pool) noexcept { return pool.executor(); }

}  // namespace detail
}  // namespace reeve
