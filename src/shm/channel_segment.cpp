// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_segment.hpp"

#include "shm/segment.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <sys/stat.h>

namespace reeve {
namespace {

namespace tcl = task_channel_layout;

// What is before the two texts of a function.
struct text_sizes {
  std::uint32_t name;
  std::uint32_t type;
};
static_assert(sizeof(text_sizes) == 8);

std::size_t bytes_of(std::vector<function_name> const& functions) {
  std::size_t bytes = 0;
  for (auto const& f : functions) bytes += sizeof(text_sizes) + f.name.size() + f.type.size();
  return bytes;
}

void write_functions(std::vector<function_name> const& functions, char* place) {
  for (auto const& f : functions) {
    text_sizes const sizes{.name = static_cast<std::uint32_t>(f.name.size()),
                           .type = static_cast<std::uint32_t>(f.type.size())};
    std::memcpy(place, &sizes, sizeof sizes);
    place += sizeof sizes;
    f.name.copy(place, f.name.size());
    place += f.name.size();
    f.type.copy(place, f.type.size());
    place += f.type.size();
  }
}

// Relaxed is enough: the worker does not exist yet.
void write_header(tcl::head_page& header, std::size_t size, channel_facts const& facts) {
  auto const set = [](tcl::word& word, std::uint64_t value) { word.store(value, std::memory_order_relaxed); };
  set(header.magic, tcl::magic);
  set(header.version, tcl::version);
  set(header.size, size);
  set(header.generation, facts.generation);
  set(header.slot_count, tcl::slot_count);
  set(header.submission_count, tcl::submission_count);
  set(header.request_size, tcl::request_size);
  set(header.result_size, tcl::result_size);
  set(header.max_message, facts.max_message);
  set(header.function_count, facts.functions.size());
  set(header.concurrency, facts.concurrency);
  set(header.spin_ns, static_cast<std::uint64_t>(facts.spin.count()));
}

std::uint64_t get(tcl::word const& word) noexcept { return word.load(std::memory_order_relaxed); }

bool is_channel(tcl::head_page const& header, std::size_t size) {
  return get(header.magic) == tcl::magic && get(header.version) == tcl::version && get(header.size) == size &&
         get(header.slot_count) == tcl::slot_count && get(header.submission_count) == tcl::submission_count &&
         get(header.request_size) == tcl::request_size && get(header.result_size) == tcl::result_size;
}

// False where the table is not what it should be.
bool read_functions(std::uint64_t count, std::string_view table, std::vector<function_name>& functions) {
  for (; count != 0; --count) {
    text_sizes sizes{};
    if (table.size() < sizeof sizes) return false;
    std::memcpy(&sizes, table.data(), sizeof sizes);
    table.remove_prefix(sizeof sizes);
    if (table.size() < std::uint64_t{sizes.name} + sizes.type) return false;
    functions.push_back(
        {std::string{table.substr(0, sizes.name)}, std::string{table.substr(sizes.name, sizes.type)}});
    table.remove_prefix(std::size_t{sizes.name} + sizes.type);
  }
  return table.empty();
}

}  // namespace

unique_fd make_channel_segment(channel_facts const& facts, boost::interprocess::mapped_region& region,
                               error_code& ec) {
  auto const table = bytes_of(facts.functions);
  if (table > tcl::functions_max) {
    ec = make_error_code(boost::system::errc::message_size);
    return {};
  }
  auto const size = sizeof(tcl::segment) + table;
  auto fd = make_segment("reeve-task-channel", size, ec);
  if (ec) return {};
  region = map_segment(fd.get(), size, ec);
  if (ec) return {};
  // A new segment is all zeros, which is what every word of it begins with.
  auto* const memory = static_cast<tcl::segment*>(region.get_address());
  write_header(memory->header, size, facts);
  write_functions(facts.functions, static_cast<char*>(region.get_address()) + sizeof(tcl::segment));
  return fd;
}

boost::interprocess::mapped_region map_channel_segment(int fd, channel_facts& facts, error_code& ec) {
  auto const refuse = [&ec] {
    ec = make_error_code(boost::system::errc::protocol_error);
    return boost::interprocess::mapped_region{};
  };
  struct stat status {};
  if (::fstat(fd, &status) != 0 || status.st_size < static_cast<off_t>(sizeof(tcl::segment))) return refuse();
  auto const size = static_cast<std::size_t>(status.st_size);
  auto region = map_segment(fd, size, ec);
  if (ec) return {};
  auto const& header = static_cast<tcl::segment const*>(region.get_address())->header;
  if (!is_channel(header, size)) return refuse();
  facts.generation = get(header.generation);
  facts.max_message = get(header.max_message);
  facts.concurrency = std::max<std::uint64_t>(1, get(header.concurrency));
  facts.spin = std::chrono::nanoseconds{static_cast<std::int64_t>(get(header.spin_ns))};
  auto const* const table = static_cast<char const*>(region.get_address()) + sizeof(tcl::segment);
  if (!read_functions(get(header.function_count), {table, size - sizeof(tcl::segment)}, facts.functions))
    return refuse();
  return region;
}

}  // namespace reeve
