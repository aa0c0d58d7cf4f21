// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/validate_nats.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

namespace reeve::detail {
namespace {

using namespace std::chrono_literals;
using duration = std::chrono::steady_clock::duration;

constexpr duration year = std::chrono::hours{24 * 365};

void require(bool ok, char const* field, char const* message) {
  if (!ok) throw std::invalid_argument{std::string{"nats_params."} + field + ' ' + message};
}

bool is_within(duration d, duration least, duration most) { return d >= least && d <= most; }

// Of a queue or a prefix.
bool is_name(std::string const& text) {
  auto const is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_fine);
}

// libnats takes them as they are.
bool is_text(std::string const& text) { return text.find('\0') == std::string::npos; }

void validate(nats_connection_params const& c) {
  require(!c.servers.empty(), "connection.servers", "must name at least one server");
  require(std::ranges::none_of(c.servers, [](auto const& url) { return url.empty() || !is_text(url); }),
          "connection.servers", "must be URLs: nats://host:port");
  for (auto const* const text :
       {&c.user, &c.password, &c.token, &c.credentials, &c.nkey, &c.tls_ca, &c.tls_cert, &c.tls_key, &c.name})
    require(is_text(*text), "connection", "must have no text with a zero byte in it");
  require(c.password.empty() || !c.user.empty(), "connection.password", "is of no use without a user");
  auto const ways = !c.user.empty() + !c.token.empty() + !c.credentials.empty() + !c.nkey.empty();
  require(ways <= 1, "connection", "must have one of user, token, credentials and nkey");
  require(c.tls_cert.empty() == c.tls_key.empty(), "connection.tls_cert",
          "and tls_key must be given together");
  require(is_within(c.timeout, 10ms, 1h), "connection.timeout", "must be 10 ms to an hour");
  require(is_within(c.reconnect_delay, 1ms, 1h), "connection.reconnect_delay", "must be 1 ms to an hour");
}

}  // namespace

void validate(nats_params const& p) {
  validate(p.connection);
  require(is_name(p.queue), "queue", "must be 1 to 64 of A-Z, a-z, 0-9, - and _");
  require(is_name(p.prefix), "prefix", "must be 1 to 64 of A-Z, a-z, 0-9, - and _");
  require(is_within(p.lease, 100ms, 24h), "lease", "must be 100 ms to a day");
  require(is_within(p.dedup_window, 100ms, year), "dedup_window", "must be 100 ms to a year");
  require(p.max_delivered >= 1 && p.max_delivered <= 10'000'000, "max_delivered", "must be 1 to 10,000,000");
  require(p.max_age == 0s || (p.max_age >= 1s && p.max_age <= 10 * 365 * 24h), "max_age",
          "must be 0, or 1 s to 10 years");
  require(p.storage == nats_storage::file || p.storage == nats_storage::memory, "storage",
          "must be file or memory");
  require(p.replicas >= 1 && p.replicas <= 5, "replicas", "must be 1 to 5");
  require(is_within(p.node_lease, 1s, 24h), "node_lease", "must be 1 s to a day");
}

}  // namespace reeve::detail
