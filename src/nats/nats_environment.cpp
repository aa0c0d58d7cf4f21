// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/nats_params.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace reeve {
namespace {

std::string variable(char const* name) {
  auto const* const value = std::getenv(name);
  return value ? value : "";
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  return text.substr(0, text.find_last_not_of(spaces) + 1);
}

std::vector<std::string> urls_in(std::string_view list) {
  std::vector<std::string> urls;
  while (!list.empty()) {
    auto const end = std::min(list.find(','), list.size());
    auto const one = trimmed(list.substr(0, end));
    if (!one.empty()) urls.emplace_back(one);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return urls;
}

}  // namespace

nats_connection_params nats_from_environment() {
  nats_connection_params params;
  if (auto urls = urls_in(variable("NATS_URL")); !urls.empty()) params.servers = std::move(urls);
  params.user = variable("NATS_USER");
  params.password = variable("NATS_PASSWORD");
  params.token = variable("NATS_TOKEN");
  params.credentials = variable("NATS_CREDS");
  params.nkey = variable("NATS_NKEY");
  params.tls_ca = variable("NATS_CA");
  params.tls_cert = variable("NATS_CERT");
  params.tls_key = variable("NATS_KEY");
  if (!params.user.empty() && params.password.empty() && params.token.empty()) params.token.swap(params.user);
  return params;
}

}  // namespace reeve
