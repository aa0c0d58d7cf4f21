// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/segment.hpp"
#include "shm/worker_page.hpp"

#include <array>
#include <cstring>
#include <new>
#include <sstream>

namespace reeve {
namespace {

namespace pl = page_layout;

// A copy of one slot, taken once: what was checked is what is used, whatever the worker does meanwhile.
struct slot_copy {
  pl::slot_kind kind;
  std::array<char, pl::name_size> bytes;

  explicit slot_copy(pl::slot_entry const& entry) noexcept
      : kind{pl::slot_kind{entry.kind.load(std::memory_order_acquire)}} {
    if (kind == pl::slot_kind::free) return;
    for (std::size_t i = 0; i < entry.name.size(); ++i) {
      auto const word = entry.name[i].load(std::memory_order_relaxed);
      std::memcpy(bytes.data() + 8 * i, &word, 8);
    }
  }

  bool has_known_kind() const noexcept {
    return kind == pl::slot_kind::counter || kind == pl::slot_kind::flag;
  }
  std::string_view name() const noexcept { return {bytes.data(), ::strnlen(bytes.data(), bytes.size())}; }
};

template <class... Parts>
std::string text(Parts const&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

std::optional<std::string> wrong_word(char const* what, pl::word const& word, std::uint64_t expected) {
  auto const found = word.load(std::memory_order_relaxed);
  if (found == expected) return {};
  return text("the page's ", what, " is ", std::hex, std::showbase, found, ", not ", expected);
}

std::optional<std::string> wrong_slot(std::size_t index, slot_copy const& slot) {
  if (!slot.has_known_kind())
    return text("the page's slot ", index, " is of the unknown kind ", static_cast<std::uint64_t>(slot.kind));
  auto const name = slot.name();
  if (name.empty()) return text("the name of the page's slot ", index, " is empty");
  if (name.size() == pl::name_size) return text("the name of the page's slot ", index, " is not terminated");
  if (!pl::is_valid_name(name)) return text("the name of the page's slot ", index, " is not printable ASCII");
  return {};
}

bool is_known(pl::worker_stage stage) noexcept { return stage <= pl::worker_stage::stopping; }

pl::worker_stage load_stage(pl::page const& page) noexcept {
  return pl::worker_stage{page.stage.load(std::memory_order_relaxed)};
}

}  // namespace

supervisor_page supervisor_page::create(std::uint64_t generation, error_code& ec) {
  supervisor_page made;
  made.fd_ = make_segment("reeve-worker-page", pl::size, ec);
  if (ec) return {};
  made.region_ = map_segment(made.fd_.get(), pl::size, ec);
  if (ec) return {};

  // Relaxed is enough: the worker does not exist yet.
  auto& page = *::new (made.region_.get_address()) pl::page{};
  page.magic.store(pl::magic, std::memory_order_relaxed);
  page.version.store(pl::version, std::memory_order_relaxed);
  page.size.store(pl::size, std::memory_order_relaxed);
  page.generation.store(generation, std::memory_order_relaxed);
  page.slot_count.store(pl::slots, std::memory_order_relaxed);
  made.generation_ = generation;
  return made;
}

std::uint64_t supervisor_page::beats() const noexcept {
  return *this ? page()->beats.load(std::memory_order_relaxed) : 0;
}

pl::worker_stage supervisor_page::stage() const noexcept {
  if (!*this) return {};
  auto const stage = load_stage(*page());
  return is_known(stage) ? stage : pl::worker_stage::starting;
}

std::optional<std::string> supervisor_page::violation() const {
  if (!*this) return {};
  auto const& p = *page();
  if (auto wrong = wrong_word("magic number", p.magic, pl::magic)) return wrong;
  if (auto wrong = wrong_word("version", p.version, pl::version)) return wrong;
  if (auto wrong = wrong_word("size", p.size, pl::size)) return wrong;
  if (auto wrong = wrong_word("generation", p.generation, generation_)) return wrong;
  if (auto wrong = wrong_word("slot count", p.slot_count, pl::slots)) return wrong;
  if (auto const stage = load_stage(p); !is_known(stage))
    return text("the page's stage is ", static_cast<std::uint64_t>(stage), ", which is unknown");
  for (std::size_t i = 0; i < pl::slots; ++i) {
    slot_copy const slot{p.entries[i]};
    if (slot.kind == pl::slot_kind::free) break;
    if (auto wrong = wrong_slot(i, slot)) return wrong;
  }
  return {};
}

page_reading supervisor_page::read() const {
  page_reading reading;
  if (!*this) return reading;
  reading.beats = beats();
  reading.stage = stage();
  // Slots are taken without gaps: the first free one ends the list.
  for (std::size_t i = 0; i < pl::slots; ++i) {
    slot_copy const slot{page()->entries[i]};
    if (slot.kind == pl::slot_kind::free) break;
    if (!slot.has_known_kind() || !pl::is_valid_name(slot.name())) continue;
    bool const is_flag = slot.kind == pl::slot_kind::flag;
    auto const value = page()->values[i].load(std::memory_order_relaxed);
    reading.counters.push_back({std::string{slot.name()}, is_flag ? value != 0 : value, is_flag});
  }
  return reading;
}

}  // namespace reeve
