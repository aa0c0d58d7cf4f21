// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/node_json.hpp"

#include <boost/json/conversion.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include <chrono>
#include <cstdint>

namespace reeve::detail {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using system_clock = std::chrono::system_clock;

constexpr std::int64_t most_ms = 9'000'000'000'000;  // in the year 2255: as nanoseconds it still is a number

// A field of another type, or one that is not there, leaves what was there before.
template <class T>
void read(boost::json::object const& from, char const* name, T& to) {
  if (auto const* const value = from.if_contains(name))
    if (auto const read = boost::json::try_value_to<T>(*value)) to = *read;
}

}  // namespace

std::string to_json(node_info const& node) {
  return boost::json::serialize(boost::json::object{
      {"node", node.node},
      {"host", node.host},
      {"pid", node.pid},
      {"pipeline", node.pipeline},
      {"workers", node.workers},
      {"held", node.held},
      {"published", node.published},
      {"per_second", node.per_second},
      {"started_ms", duration_cast<milliseconds>(node.started.time_since_epoch()).count()},
      {"draining", node.draining},
  });
}

std::optional<node_info> node_from_json(std::string_view text) {
  boost::json::error_code ec;
  auto const parsed = boost::json::parse({text.data(), text.size()}, ec);
  auto const* const fields = ec ? nullptr : parsed.if_object();
  if (!fields) return std::nullopt;
  node_info node;
  std::int64_t started = 0;
  read(*fields, "node", node.node);
  read(*fields, "host", node.host);
  read(*fields, "pid", node.pid);
  read(*fields, "pipeline", node.pipeline);
  read(*fields, "workers", node.workers);
  read(*fields, "held", node.held);
  read(*fields, "published", node.published);
  read(*fields, "per_second", node.per_second);
  read(*fields, "started_ms", started);
  read(*fields, "draining", node.draining);
  if (node.node.empty()) return std::nullopt;
  if (started < 0 || started > most_ms) started = 0;
  node.started = system_clock::time_point{duration_cast<system_clock::duration>(milliseconds{started})};
  return node;
}

}  // namespace reeve::detail
