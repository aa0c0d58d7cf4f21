// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace reeve {

/// One offer of a task: no two of a channel have the same sequence, and it is never 0.
struct slot_ref {
  std::uint32_t index = 0;
  std::uint64_t sequence = 0;

  friend bool operator==(slot_ref const&, slot_ref const&) = default;
};

/// A function that the pool calls by its place in the channel's table, and its type, by which the two sides see
/// whether they mean the same one.
struct function_name {
  std::string name;
  std::string type;

  friend bool operator==(function_name const&, function_name const&) = default;
};

/// What became of an element.
enum class result_status : std::uint16_t {
  /// The payload is its encoded result.
  ok = 0,
  /// It threw; the payload says what.
  failed = 1,
  /// Its arguments could not be decoded, or its result not be encoded; the payload says why.
  codec_error = 2,
  /// It ended with an exception after it was asked to stop; the payload says what was thrown.
  stopped = 3,
};

/// What the worker is told of the trace that a task belongs to.
enum class task_trace : std::uint8_t {
  /// It belongs to none.
  none,
  /// The preface begins with its block.
  sent,
  /// It began with the task, and is not recorded.
  unrecorded,
};

/// In the place of an element: all of them.
inline constexpr std::uint32_t every_element = ~std::uint32_t{0};

}  // namespace reeve

/// The layout of the memory that a pool shares with one incarnation of a worker, version 1. doc/task_channel.md
/// documents it byte for byte, and the protocol. Both sides run on one machine.
namespace reeve::task_channel_layout {

using word = std::atomic<std::uint64_t>;
static_assert(word::is_always_lock_free && sizeof(word) == 8 && alignof(word) == 8);
static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint64_t magic = 0x3148435456454552;  // "REEVTCH1" in memory order
inline constexpr std::uint64_t version = 1;

inline constexpr std::size_t slot_count = 64;
inline constexpr std::size_t slot_size = 256;
inline constexpr std::size_t inline_size = 144;
inline constexpr std::size_t submission_count = 256;
inline constexpr std::size_t request_size = std::size_t{256} << 10U;
inline constexpr std::size_t result_size = std::size_t{256} << 10U;
/// A body or a record of more than this is streamed.
inline constexpr std::size_t request_whole_max = request_size / 2;
inline constexpr std::size_t result_whole_max = result_size / 2;
/// What is streamed is published in pieces of at most this, so that the two sides copy at the same time.
inline constexpr std::size_t piece = std::size_t{64} << 10U;
/// The bytes of the table of functions.
inline constexpr std::size_t functions_max = std::size_t{16} << 20U;
/// What goes before the payload: the trace's block, where there is one, and the correlation id.
inline constexpr std::size_t trace_max = 29 + 512 + 8192;
inline constexpr std::size_t correlation_max = 256;
inline constexpr std::size_t preface_max = trace_max + correlation_max;

/// The numbers under which a worker inherits the descriptors.
inline constexpr int segment_fd = 3;
inline constexpr int work_fd = 4;
inline constexpr int news_fd = 5;
inline constexpr int attention_fd = 6;

// The claim word of a slot: its sequence above its state.
enum class slot_state : std::uint8_t { free = 0, offered = 1, claimed = 2, revoked = 3 };
constexpr std::uint64_t claim_word(std::uint64_t sequence, slot_state state) noexcept {
  return sequence << 8U | static_cast<std::uint64_t>(state);
}

// The running word of a slot: the low half of its sequence above the element that is being run. The stop word: the
// same of the element that is to stop, which may be every one.
constexpr std::uint64_t running_word(std::uint64_t sequence, std::uint32_t element) noexcept {
  return sequence << 32U | element;
}

/// The flags of a slot.
inline constexpr std::uint16_t flag_wake_on_claim = 1;
inline constexpr std::uint16_t flag_streamed = 2;
inline constexpr std::uint16_t flag_batch = 4;
inline constexpr std::uint16_t flag_timed = 8;
inline constexpr std::uint16_t flag_traced = 16;
inline constexpr std::uint16_t flag_unrecorded = 32;

/// The flag of a record: the slot is done.
inline constexpr std::uint16_t flag_last = 1;

/// What a sleeper waits for: the bits of its word. Zero: it does not sleep.
inline constexpr std::uint64_t awaits_offers = 1;   ///< Worker: an entry in the submission ring.
inline constexpr std::uint64_t awaits_bytes = 2;    ///< Worker: more of a streamed body.
inline constexpr std::uint64_t awaits_room = 4;     ///< Either: room in a ring that it writes to.
inline constexpr std::uint64_t awaits_results = 8;  ///< Pool: a record, or the begin of a task it watches.

/// A task that was offered. The pool writes all but the last line, before it stores the claim word `offered`.
struct slot {
  word claim;
  std::uint64_t task_id;
  /// The preface and the payload, one after the other: so many bytes.
  std::uint64_t body_size;
  /// What is to stop.
  word stop;
  std::uint32_t function;
  std::uint32_t attempt;
  std::uint16_t flags;
  std::uint16_t preface_size;
  std::uint32_t elements;
  std::array<char, inline_size> body;

  // What the worker writes has a cache line of its own.
  word running;
  /// CLOCK_MONOTONIC, in nanoseconds.
  word started;
  /// The bits of a double.
  word progress;
  std::array<word, 5> reserved;
};
static_assert(std::is_standard_layout_v<slot> && sizeof(slot) == slot_size);
static_assert(offsetof(slot, task_id) == 8 && offsetof(slot, body_size) == 16 && offsetof(slot, stop) == 24);
static_assert(offsetof(slot, function) == 32 && offsetof(slot, attempt) == 36 && offsetof(slot, flags) == 40);
static_assert(offsetof(slot, preface_size) == 42 && offsetof(slot, elements) == 44);
static_assert(offsetof(slot, body) == 48 && offsetof(slot, running) == 192 && offsetof(slot, started) == 200);
static_assert(offsetof(slot, progress) == 208);

/// An offer on its way: claim that slot if it still has that sequence, and else skip so many bytes of the
/// request ring.
struct submission {
  std::uint64_t sequence;
  std::uint32_t index;
  std::uint32_t ring_bytes;
};
static_assert(sizeof(submission) == 16);

/// What is before each result in the result ring. Records begin at multiples of 8.
struct record {
  /// The sequence of its offer, above the index of the slot in the lowest byte.
  std::uint64_t slot;
  std::uint32_t element;
  std::uint16_t status;
  std::uint16_t flags;
  std::uint64_t size;
  std::uint64_t run_ns;
};
static_assert(sizeof(record) == 32 && std::has_unique_object_representations_v<record>);

/// A brief record is a single word before its payload: the next element of the record before it, which has ended
/// well and is not the last. The lowest byte is that of no slot; above it are 24 bits of the payload's size, and 32
/// of the run time in nanoseconds.
inline constexpr std::uint64_t brief_mark = 0xff;
inline constexpr std::uint64_t brief_size_max = 1024;
inline constexpr std::uint64_t brief_time_max = 0xffff'ffff;
constexpr std::uint64_t brief_word(std::uint64_t size, std::uint64_t run_ns) noexcept {
  return run_ns << 32U | size << 8U | brief_mark;
}
constexpr bool is_brief(std::uint64_t brief) noexcept { return (brief & 0xffU) == brief_mark; }
constexpr std::uint64_t brief_size(std::uint64_t brief) noexcept { return brief >> 8U & 0xff'ffffU; }
constexpr std::uint64_t brief_time(std::uint64_t brief) noexcept { return brief >> 32U; }
static_assert(slot_count <= brief_mark);

constexpr std::uint64_t padded(std::uint64_t size) noexcept { return (size + 7) & ~std::uint64_t{7}; }

/// A word that is alone on its cache line, and on the one that some processors fetch along.
struct alignas(128) cursor {
  word value;
};
static_assert(sizeof(cursor) == 128);

/// The first page. The words before the cursors are written before the worker exists, and never again.
struct head_page {
  word magic;
  word version;
  /// The bytes of the whole segment.
  word size;
  word generation;
  word slot_count;
  word submission_count;
  word request_size;
  word result_size;
  /// The longest payload of a task or of a result.
  word max_message;
  /// The entries of the table of functions, which goes from behind the rings to the end of the segment.
  word function_count;
  /// How many coroutines the worker runs at a time; 0 counts as 1.
  word concurrency;
  /// How long it looks for tasks before it sleeps, in nanoseconds.
  word spin_ns;
  std::array<word, 116> reserved_1;

  // Positions count on for ever; the place is the remainder. The head is the reader's, the tail the writer's.
  cursor submission_tail;
  cursor submission_head;
  cursor request_tail;
  cursor request_head;
  cursor result_tail;
  cursor result_head;
  cursor worker_awaits;
  cursor pool_awaits;
  std::array<word, 256> reserved_2;
};
static_assert(std::is_standard_layout_v<head_page> && sizeof(head_page) == 4096);
static_assert(offsetof(head_page, function_count) == 72 && offsetof(head_page, submission_tail) == 1024);
static_assert(offsetof(head_page, pool_awaits) == 1920);

/// The segment. Behind it is the table of functions: for each the sizes of its name and of its type, two 32-bit
/// numbers, and the two texts.
struct segment {
  head_page header;
  std::array<slot, slot_count> slots;
  std::array<submission, submission_count> submissions;
  std::array<char, request_size> request;
  std::array<char, result_size> result;
};
static_assert(std::is_standard_layout_v<segment> && sizeof(segment) == 548864);
static_assert(offsetof(segment, slots) == 4096 && offsetof(segment, submissions) == 20480);
static_assert(offsetof(segment, request) == 24576 && offsetof(segment, result) == 286720);
static_assert(std::has_single_bit(submission_count) && std::has_single_bit(request_size) &&
              std::has_single_bit(result_size));

}  // namespace reeve::task_channel_layout
