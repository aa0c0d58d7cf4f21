// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_url.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace reeve {
namespace {

constexpr std::string_view no_url = "it must be a URL like http://localhost:4318/v1/traces";

std::optional<otlp_url> no_otlp_url(std::string& problem, std::string_view why) {
  problem = why;
  return std::nullopt;
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && stop == end && port >= 1 && port <= 65535;
}

bool is_scheme(std::string_view text, std::string_view scheme) {
  return std::equal(text.begin(), text.end(), scheme.begin(), scheme.end(),
                    [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
}

// "host", "host:4318", "[::1]:4318"
bool split_authority(std::string_view text, otlp_url& into) {
  std::string_view port;
  if (text.starts_with('[')) {
    auto const end = text.find(']');
    if (end == std::string_view::npos) return false;
    into.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    auto const colon = std::min(text.find(':'), text.size());
    into.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (into.host.empty()) return false;
  if (port.empty()) return true;
  into.port = port.substr(1);
  return port[0] == ':' && is_port(into.port);
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
  });
}

}  // namespace

std::string otlp_url::authority() const {
  auto text = host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port != (tls ? "443" : "80")) text += ':' + port;
  return text;
}

std::uint16_t otlp_url::port_number() const {
  std::uint16_t number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number;
}

std::optional<otlp_url> parse_otlp_url(std::string_view text, std::string& problem) {
  auto const mark = text.find("://");
  if (mark == std::string_view::npos || !is_visible(text)) return no_otlp_url(problem, no_url);
  otlp_url url;
  auto const scheme = text.substr(0, mark);
  url.tls = is_scheme(scheme, "https");
  if (!url.tls && !is_scheme(scheme, "http")) return no_otlp_url(problem, "it must be an http or https URL");
#ifndef REEVE_OBSERVE_WITH_TLS
  if (url.tls)
    return no_otlp_url(problem, "reeve::observe was built without OpenSSL, so it must be an http URL");
#endif
  url.port = url.tls ? "443" : "80";
  text.remove_prefix(mark + 3);
  text = text.substr(0, text.find('#'));
  auto const end = std::min(text.find_first_of("/?"), text.size());
  auto const authority = text.substr(0, end);
  if (authority.find('@') != std::string_view::npos)
    return no_otlp_url(problem, "a URL with a password is not supported: give it as a header, authorization");
  if (!split_authority(authority, url)) return no_otlp_url(problem, no_url);
  url.target = text.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

bool are_headers(text_pairs const& headers, std::string& problem) {
  for (auto const& [name, value] : headers) {
    if (!is_header_name(name))
      problem = "it has a header whose name is none";
    else if (!is_header_value(value))
      problem = "the value of its header " + name + " has control characters";
    else
      continue;
    return false;
  }
  return true;
}

}  // namespace reeve
