// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace reeve::detail {

/// What there is to ask for.
enum class endpoint {
  metrics,
  healthz,
  readyz,
};

/// What is said to a request.
struct http_reply {
  unsigned status = 200;
  std::shared_ptr<std::string const> body;
  std::string_view content_type = "text/plain; charset=utf-8";
  /// The methods that are allowed, where another one was used.
  std::string_view allow{};
  /// The connection is of no use after it.
  bool close = false;
};

http_reply make_reply(unsigned status, std::string text);
/// The same, and the last one on its connection.
http_reply make_last_reply(unsigned status, std::string text);

/// What is looked at of a request.
struct request_head {
  std::string_view method;
  std::string_view target;
  /// 11 for HTTP/1.1.
  unsigned version = 11;
  bool has_host = true;
  /// It comes with content, which nothing here has a use for.
  bool has_body = false;
};

/// What the request is for, or why it is refused.
std::variant<endpoint, http_reply> route(request_head const& request);

}  // namespace reeve::detail
