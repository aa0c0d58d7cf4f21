// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// The layout of the page a worker shares with its supervisor, version 1. doc/worker_page.md documents it
/// byte for byte; a worker in any language may map it. Everything on it is a 64-bit word that is only ever
/// read and written whole.
namespace reeve::page_layout {

using word = std::atomic<std::uint64_t>;
static_assert(word::is_always_lock_free && sizeof(word) == 8 && alignof(word) == 8);
static_assert(std::endian::native == std::endian::little, "the page is little-endian on every machine");

inline constexpr std::uint64_t magic = 0x3147504556454552;  // "REEVEPG1" in memory order
inline constexpr std::uint64_t version = 1;
inline constexpr std::uint64_t size = 4096;
inline constexpr std::size_t slots = 64;
/// The bytes of a slot's name, its terminating NUL among them.
inline constexpr std::size_t name_size = 40;

enum class slot_kind : std::uint64_t { free = 0, counter = 1, flag = 2 };
enum class worker_stage : std::uint64_t { starting = 0, ready = 1, stopping = 2 };

/// What a slot is called. `kind` is stored last, with release: a reader that loads it with acquire and finds
/// it not `free` sees the whole name, which never changes again.
struct slot_entry {
  std::array<word, name_size / 8> name;
  word kind;
};

/// The page. The header is written by the supervisor before the worker exists, all else by the worker.
struct page {
  word magic;
  word version;
  word size;
  word generation;
  /// The number of slots.
  word slot_count;
  std::array<word, 3> reserved_1;

  // The beat is on a cache line of its own: it is the one word written without end.
  word beats;
  std::array<word, 7> reserved_2;

  word stage;
  std::array<word, 47> reserved_3;

  std::array<word, slots> values;
  std::array<slot_entry, slots> entries;
};

static_assert(std::is_standard_layout_v<page> && sizeof(page) == size);
static_assert(offsetof(page, magic) == 0 && offsetof(page, version) == 8 && offsetof(page, size) == 16);
static_assert(offsetof(page, generation) == 24 && offsetof(page, slot_count) == 32);
static_assert(offsetof(page, beats) == 64 && offsetof(page, stage) == 128);
static_assert(offsetof(page, values) == 512 && offsetof(page, entries) == 1024);
static_assert(sizeof(slot_entry) == 48 && offsetof(slot_entry, kind) == 40);

/// Whether a slot may be called so: 1 to 39 printable ASCII characters.
constexpr bool is_valid_name(std::string_view name) noexcept {
  if (name.empty() || name.size() >= name_size) return false;
  for (char c : name)
    if (c < ' ' || c > '~') return false;
  return true;
}

}  // namespace reeve::page_layout
