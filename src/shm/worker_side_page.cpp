// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/segment.hpp"
#include "shm/worker_page.hpp"

#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/system/errc.hpp>

#include <cstring>
#include <new>
#include <utility>

namespace reeve {
namespace {

namespace pl = page_layout;

using packed_name = std::array<std::uint64_t, pl::name_size / 8>;

packed_name pack(std::string_view name) noexcept {
  packed_name packed{};
  std::memcpy(packed.data(), name.data(), name.size());
  return packed;
}

bool is_called(pl::slot_entry const& entry, packed_name const& name) noexcept {
  for (std::size_t i = 0; i < name.size(); ++i)
    if (entry.name[i].load(std::memory_order_relaxed) != name[i]) return false;
  return true;
}

void publish(pl::slot_entry& entry, packed_name const& name, pl::slot_kind kind) noexcept {
  for (std::size_t i = 0; i < name.size(); ++i) entry.name[i].store(name[i], std::memory_order_relaxed);
  entry.kind.store(static_cast<std::uint64_t>(kind), std::memory_order_release);
}

bool is_page(pl::page const& page) noexcept {
  return page.magic.load(std::memory_order_relaxed) == pl::magic &&
         page.version.load(std::memory_order_relaxed) == pl::version &&
         page.size.load(std::memory_order_relaxed) == pl::size &&
         page.slot_count.load(std::memory_order_relaxed) == pl::slots;
}

}  // namespace

worker_side_page::worker_side_page(boost::interprocess::mapped_region region)
    : region_{std::move(region)}, slot_mutex_{std::make_unique<std::mutex>()} {}

worker_side_page worker_side_page::attach(int fd, error_code& ec) {
  auto region = map_segment(fd, pl::size, ec);
  if (ec) return {};
  worker_side_page attached{std::move(region)};
  if (is_page(*attached.page())) return attached;
  ec = make_error_code(boost::system::errc::protocol_error);
  return {};
}

worker_side_page worker_side_page::detached() {
  worker_side_page made{boost::interprocess::anonymous_shared_memory(pl::size)};
  ::new (made.region_.get_address()) pl::page{};
  return made;
}

void worker_side_page::set_stage(pl::worker_stage stage) noexcept {
  auto const wanted = static_cast<std::uint64_t>(stage);
  auto& word = page()->stage;
  auto now = word.load(std::memory_order_relaxed);
  while (now < wanted && !word.compare_exchange_weak(now, wanted, std::memory_order_relaxed)) {
  }
}

pl::word* worker_side_page::slot(std::string_view name, pl::slot_kind kind, error_code& ec) {
  ec = {};
  if (!pl::is_valid_name(name)) {
    ec = error::invalid_argument;
    return nullptr;
  }
  auto const packed = pack(name);
  std::scoped_lock const lock{*slot_mutex_};
  for (std::size_t i = 0; i < pl::slots; ++i) {
    auto& entry = page()->entries[i];
    auto const taken = pl::slot_kind{entry.kind.load(std::memory_order_relaxed)};
    if (taken == pl::slot_kind::free) publish(entry, packed, kind);
    if (!is_called(entry, packed)) continue;
    if (taken != pl::slot_kind::free && taken != kind) {
      ec = error::invalid_argument;
      return nullptr;
    }
    return &page()->values[i];
  }
  ec = error::too_many_counters;
  return nullptr;
}

}  // namespace reeve
