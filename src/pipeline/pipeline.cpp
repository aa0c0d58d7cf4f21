// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/pipeline.hpp"

#include "pipeline/pipeline_impl.hpp"

#include <utility>

// The public handle.

namespace reeve {

pipeline::pipeline(process_pool& pool, std::shared_ptr<task_source> source, pipeline_params params)
    : impl_{std::make_shared<detail::pipeline_impl>(pool.impl_, std::move(source), std::move(params))} {}

pipeline::pipeline(pipeline&&) noexcept = default;

pipeline& pipeline::operator=(pipeline&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) impl_->destroy();
  impl_ = std::move(other.impl_);
  return *this;
}

pipeline::~pipeline() {
  if (impl_) impl_->destroy();
}

pipeline::executor_type pipeline::get_executor() const { return impl_->executor(); }

void pipeline::run(impl_ptr const& impl, handler h, diagnostics* diag) { impl->run(std::move(h), diag); }

void pipeline::drain(std::optional<std::chrono::steady_clock::duration> within) { impl_->drain(within); }

pipeline_status pipeline::status() const { return impl_->status(); }

std::function<std::optional<pipeline_status>()> pipeline::status_reader() const {
  return [weak = std::weak_ptr{impl_}]() -> std::optional<pipeline_status> {
    auto const impl = weak.lock();
    if (!impl) return std::nullopt;
    return impl->status();
  };
}

}  // namespace reeve
