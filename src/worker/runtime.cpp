// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/runtime.hpp"

#include "worker/complain.hpp"

#include <boost/system/system_error.hpp>

#include <utility>

namespace reeve::detail {

worker_runtime::worker_runtime(runtime_params params)
    : params_{std::move(params)},
      page_is_shared_{params_.page.has_value()},
      page_{page_is_shared_ ? *std::move(params_.page) : worker_side_page::detached()},
      self_{*this, page_.beats()} {}

std::atomic<std::uint64_t>& worker_runtime::slot(std::string_view name, page_layout::slot_kind kind) {
  error_code ec;
  auto* const slot = page_.slot(name, kind, ec);
  if (ec) throw boost::system::system_error{ec, "reeve: the counter or flag \"" + std::string{name} + '"'};
  return *slot;
}

void worker_runtime::ready() {
  if (ready_.exchange(true)) return;
  page_.set_stage(page_layout::worker_stage::ready);
  tell({.kind = control_kind::ready});
}

error_code worker_runtime::tell(control_message const& message) {
  if (!supervised()) return {};
  return send_control(params_.control.get(), message);
}

void worker_runtime::fail(std::string_view reason) {
  complain("worker " + to_string(params_.id) + ": " + std::string{reason});
  if (!failed_.exchange(true)) tell({.kind = control_kind::failure, .text = std::string{reason}});
}

}  // namespace reeve::detail
