// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/counter_value.hpp"
#include "reeve/error.hpp"
#include "shm/page_layout.hpp"

#include <boost/interprocess/mapped_region.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve {

/// What the supervisor reads off a page, after it was checked.
struct page_reading {
  std::uint64_t beats = 0;
  page_layout::worker_stage stage{};
  std::vector<counter_value> counters;
};

/// The supervisor's end of a worker page: makes the segment, keeps it mapped and never trusts what is in it.
/// On an empty page every reading is zero or nothing.
class supervisor_page {
 public:
  /// A new page for the given generation. On failure `ec` is set and the page is empty.
  static supervisor_page create(std::uint64_t generation, error_code& ec);

  supervisor_page() = default;

  /// The descriptor for the worker, until `close_descriptor`.
  int descriptor() const noexcept { return fd_.get(); }
  void close_descriptor() noexcept { fd_.reset(); }

  explicit operator bool() const noexcept { return region_.get_size() != 0; }

  /// The beat count. One relaxed load. A change is a beat; the count may go backwards.
  std::uint64_t beats() const noexcept;

  /// Where the worker says it is; an unknown value reads as `starting`.
  page_layout::worker_stage stage() const noexcept;

  /// Why the page is nonsense, or nothing when it is sound.
  std::optional<std::string> violation() const;

  /// Everything on the page; what does not make sense is left out. A flag's value is 0 or 1.
  page_reading read() const;

 private:
  page_layout::page const* page() const noexcept {
    return static_cast<page_layout::page const*>(region_.get_address());
  }

  unique_fd fd_;
  boost::interprocess::mapped_region region_;
  std::uint64_t generation_ = 0;
};

/// The worker's end of its page. Not to be used while it is empty.
class worker_side_page {
 public:
  /// Maps the page behind `fd`, which may be closed then. A descriptor that is no page of this version is
  /// EPROTO.
  static worker_side_page attach(int fd, error_code& ec);

  /// A page in private memory, for a program that runs without a supervisor. Throws where there is none.
  static worker_side_page detached();

  worker_side_page() = default;

  /// The word that a beat adds one to. See worker::beat.
  page_layout::word& beats() noexcept { return page()->beats; }

  /// Moves on to a later stage; an earlier one than the present is ignored. Thread-safe.
  void set_stage(page_layout::worker_stage stage) noexcept;

  /// The slot of this name, taken where it is new. Thread-safe. Empty name, a name of more than 39 bytes or
  /// one that is not printable ASCII, or another kind under the same name: `error::invalid_argument`; no slot
  /// left: `error::too_many_counters`.
  page_layout::word* slot(std::string_view name, page_layout::slot_kind kind, error_code& ec);

 private:
  explicit worker_side_page(boost::interprocess::mapped_region region);
  page_layout::page* page() noexcept { return static_cast<page_layout::page*>(region_.get_address()); }

  boost::interprocess::mapped_region region_;
  // Orders the threads of this process that take slots; no other process ever does.
  std::unique_ptr<std::mutex> slot_mutex_;
};

}  // namespace reeve
