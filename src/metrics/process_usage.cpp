// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/process_usage.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <ctime>
#include <unistd.h>

namespace reeve::detail {
namespace {

// The fields that follow the name, by their numbers in proc(5) less three: the state is the first of them.
constexpr std::size_t state_field = 0;
constexpr std::size_t user_field = 11;
constexpr std::size_t system_field = 12;
constexpr std::size_t start_field = 19;
constexpr std::size_t resident_field = 21;
constexpr std::size_t fields_used = resident_field + 1;

std::string_view next_field(std::string_view& text) noexcept {
  auto const end = text.find(' ');
  auto const field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return field;
}

std::optional<std::uint64_t> as_number(std::string_view field) noexcept {
  std::uint64_t number = 0;
  auto const end = field.data() + field.size();
  auto const [stopped, ec] = std::from_chars(field.data(), end, number);
  if (ec != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

// The kernel counts a process's start on the clock that goes on while the machine is suspended. What it was suspended
// for since `at` makes the result later than it was, and so no process a stranger that is none.
std::uint64_t boot_tick_of(std::chrono::steady_clock::time_point at,
                           std::uint64_t ticks_per_second) noexcept {
  auto const behind = std::chrono::steady_clock::now() - at;
  timespec boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  auto const since_boot = std::chrono::seconds{boot.tv_sec} + std::chrono::nanoseconds{boot.tv_nsec} - behind;
  auto const nanoseconds = static_cast<double>(since_boot.count());
  return nanoseconds <= 0
             ? 0
             : static_cast<std::uint64_t>(nanoseconds / 1e9 * static_cast<double>(ticks_per_second));
}

}  // namespace

std::optional<process_stat> parse_process_stat(std::string_view text) noexcept {
  // "pid (name) state ...": the name may have any characters, parentheses and spaces too; what follows it has none.
  auto const name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 2);
  std::array<std::string_view, fields_used> fields;
  for (auto& field : fields) field = next_field(text);

  auto const state = fields[state_field];
  if (state.size() != 1 || state == "Z" || state == "X") return std::nullopt;
  auto const user = as_number(fields[user_field]);
  auto const system = as_number(fields[system_field]);
  auto const start = as_number(fields[start_field]);
  auto const resident = as_number(fields[resident_field]);
  if (!user || !system || !start || !resident) return std::nullopt;
  return process_stat{.cpu_ticks = *user + *system, .resident_pages = *resident, .started_tick = *start};
}

std::optional<process_usage> parse_process_usage(std::string_view text,
                                                 std::chrono::steady_clock::time_point known_at) noexcept {
  static auto const ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  static auto const page_size = static_cast<double>(::sysconf(_SC_PAGESIZE));
  auto const stat = parse_process_stat(text);
  if (!stat || stat->started_tick > boot_tick_of(known_at, ticks_per_second)) return std::nullopt;
  return process_usage{
      .cpu_seconds = static_cast<double>(stat->cpu_ticks) / static_cast<double>(ticks_per_second),
      .resident_bytes = static_cast<double>(stat->resident_pages) * page_size};
}

}  // namespace reeve::detail
