// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/gzip.hpp"
#include "observe/otel_environment.hpp"
#include "observe/otlp_url.hpp"

#include <unistd.h>

namespace reeve {
namespace {

std::optional<std::string> read_url(otel_variables& variables, char const* name) {
  auto value = variables.text(name);
  if (!value) return std::nullopt;
  std::string problem;
  if (parse_otlp_url(*value, problem)) return value;
  variables.complain(name, problem);
  return std::nullopt;
}

// The one for all signals is a base: "/x?y" becomes "/x/v1/traces?y".
std::string below_base(std::string base) {
  auto const query = std::min(base.find('?'), base.size());
  bool const has_slash = query > 0 && base[query - 1] == '/';
  base.insert(query, has_slash ? "v1/traces" : "/v1/traces");
  return base;
}

std::optional<std::string> read_endpoint(otel_variables& variables) {
  if (auto whole = read_url(variables, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")) return whole;
  auto base = read_url(variables, "OTEL_EXPORTER_OTLP_ENDPOINT");
  if (!base) return std::nullopt;
  return below_base(std::move(*base));
}

std::optional<text_pairs> read_headers(otel_variables& variables, char const* name) {
  auto headers = variables.pairs(name);
  if (!headers) return std::nullopt;
  std::string problem;
  if (are_headers(*headers, problem)) return headers;
  variables.complain(name, problem);
  return std::nullopt;
}

std::optional<std::string> read_path(otel_variables& variables, char const* name) {
  auto path = variables.text(name);
  if (!path || ::access(path->c_str(), R_OK) == 0) return path;
  variables.complain(name, "that file can't be read");
  return std::nullopt;
}

std::optional<otlp_compression> read_compression(otel_variables& variables, char const* name) {
  auto const value = variables.text(name);
  if (!value) return std::nullopt;
  if (*value == "none") return otlp_compression::none;
  if (*value == "gzip" && gzip::is_there()) return otlp_compression::gzip;
  variables.complain(name,
                     *value == "gzip" ? "reeve::observe was built without zlib" : "it must be gzip or none");
  return std::nullopt;
}

struct path_variable {
  char const* of_traces;
  char const* of_all;
};

constexpr path_variable client_certificate_variable{"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
                                                    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"};
constexpr path_variable client_key_variable{"OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
                                            "OTEL_EXPORTER_OTLP_CLIENT_KEY"};

std::optional<std::string> read_path(otel_variables& variables, path_variable const& which) {
  return variables.first_of(which.of_traces, which.of_all,
                            [&](char const* name) { return read_path(variables, name); });
}

// A pair of which one half is missing is none.
void read_client(otel_variables& variables, otlp_environment& read) {
  read.client_certificate = read_path(variables, client_certificate_variable);
  read.client_key = read_path(variables, client_key_variable);
  if (read.client_certificate.has_value() == read.client_key.has_value()) return;
  bool const lacks_key = read.client_certificate.has_value();
  auto const& there = lacks_key ? client_certificate_variable : client_key_variable;
  auto const& missing = lacks_key ? client_key_variable : client_certificate_variable;
  variables.complain(variables.text(there.of_traces) ? there.of_traces : there.of_all,
                     std::string{"it needs "} + missing.of_all + " beside it");
  read.client_certificate.reset();
  read.client_key.reset();
}

// JSON is all that is spoken. Who takes protobuf over HTTP takes JSON as well, at the same endpoint.
void check_protocol(otel_variables& variables) {
  for (auto const* const name : {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"}) {
    auto const value = variables.text(name);
    if (!value) continue;
    if (*value != "http/json" && *value != "http/protobuf")
      variables.complain(name, "only http/json is spoken, to the port for HTTP, often 4318");
    return;
  }
}

}  // namespace

otlp_environment read_otlp_environment(variable_lookup const& look_up) {
  otel_variables variables{look_up};
  otlp_environment read;
  read.endpoint = read_endpoint(variables);
  read.headers = variables.first_of("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS",
                                    [&](char const* name) { return read_headers(variables, name); });
  read.timeout = variables.first_of("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT",
                                    [&](char const* name) { return variables.milliseconds(name, 1); });
  read.compression =
      variables.first_of("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION",
                         [&](char const* name) { return read_compression(variables, name); });
  read.certificate =
      read_path(variables, {"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"});
  read_client(variables, read);
  check_protocol(variables);
  read.complaints = variables.take_complaints();
  return read;
}

}  // namespace reeve
