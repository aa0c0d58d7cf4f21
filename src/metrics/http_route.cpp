// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/http_route.hpp"

#include <optional>
#include <utility>

namespace reeve::detail {
namespace {

std::optional<endpoint> find_endpoint(std::string_view target) {
  auto const path = target.substr(0, target.find('?'));
  if (path == "/metrics") return endpoint::metrics;
  if (path == "/healthz") return endpoint::healthz;
  if (path == "/readyz") return endpoint::readyz;
  return std::nullopt;
}

}  // namespace

http_reply make_reply(unsigned status, std::string text) {
  return {.status = status, .body = std::make_shared<std::string const>(std::move(text))};
}

http_reply make_last_reply(unsigned status, std::string text) {
  auto reply = make_reply(status, std::move(text));
  reply.close = true;
  return reply;
}

std::variant<endpoint, http_reply> route(request_head const& request) {
  if (request.version >= 11 && !request.has_host) return make_last_reply(400, "the request has no Host\n");
  auto const found = find_endpoint(request.target);
  if (!found) {
    auto reply = make_reply(404, "there are /metrics, /healthz and /readyz\n");
    reply.close = request.has_body;
    return reply;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    auto reply = make_reply(405, "use GET or HEAD\n");
    reply.allow = "GET, HEAD";
    reply.close = request.has_body;
    return reply;
  }
  if (request.has_body) return make_last_reply(400, "the request has content: leave it out\n");
  return *found;
}

}  // namespace reeve::detail
