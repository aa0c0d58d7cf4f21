// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/worker.hpp"

#include "worker/runtime.hpp"

namespace reeve {

using page_layout::slot_kind;

worker_id const& worker::id() const noexcept { return runtime_->params().id; }
std::vector<std::string> const& worker::args() const noexcept { return runtime_->params().args; }
trace_context const& worker::trace() const noexcept { return runtime_->params().trace; }
bool worker::supervised() const noexcept { return runtime_->supervised(); }

void worker::beat(error_code& ec) noexcept {
  beat();
  ec = runtime_->has_listener() ? error_code{} : make_error_code(error::not_supervised);
}

void worker::ready() { runtime_->ready(); }
void worker::manual_readiness() noexcept { runtime_->manual_readiness(); }

counter worker::get_counter(std::string_view name) {
  return counter{runtime_->slot(name, slot_kind::counter)};
}
flag worker::get_flag(std::string_view name) { return flag{runtime_->slot(name, slot_kind::flag)}; }

bool worker::stop_requested() const noexcept { return runtime_->stop_source().stop_requested(); }
std::stop_token worker::stop_token() const noexcept { return runtime_->stop_source().get_token(); }

boost::asio::any_io_executor worker::get_executor() const { return runtime_->executor(); }

}  // namespace reeve
