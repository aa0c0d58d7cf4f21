// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/process_resource.hpp"

#include "shm/handshake.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace reeve {
namespace {

// What was said first of a name counts.
void add_attribute(resource& to, std::string_view name, attribute_value value) {
  bool const known = std::any_of(to.begin(), to.end(), [&](auto const& one) { return one.name == name; });
  if (!known) to.push_back({std::string{name}, std::move(value)});
}

std::string executable_name() {
  std::array<char, 4096> path{};
  auto const size = ::readlink("/proc/self/exe", path.data(), path.size());
  std::string_view name{path.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  constexpr std::string_view deleted = " (deleted)";
  if (name.ends_with(deleted)) name.remove_suffix(deleted.size());
  name.remove_prefix(name.rfind('/') + 1);
  return std::string{name};
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

// Where it is no number the worker says so itself: here it just is not shown.
void add_worker_number(resource& to, char const* name, char const* value) {
  std::int64_t number = 0;
  std::string_view const text{value ? value : ""};
  auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && stop == text.data() + text.size()) add_attribute(to, name, number);
}

void add_worker(resource& to, variable_lookup const& look_up) {
  if (!is_worker_environment(look_up)) return;
  add_attribute(to, "reeve.worker.name", std::string{look_up(handshake::name)});
  add_worker_number(to, "reeve.worker.index", look_up(handshake::index));
  add_worker_number(to, "reeve.worker.generation", look_up(handshake::generation));
}

}  // namespace

bool is_worker_environment(variable_lookup const& look_up) { return look_up(handshake::name) != nullptr; }

resource make_resource(tracing_params const& params, otel_environment const& environment,
                       variable_lookup const& look_up) {
  resource made{{"telemetry.sdk.name", std::string{"reeve"}},
                {"telemetry.sdk.language", std::string{"cpp"}},
                {"telemetry.sdk.version", std::string{REEVE_VERSION}}};
  if (params.service_name) add_attribute(made, "service.name", *params.service_name);
  for (auto const& one : params.attributes) add_attribute(made, one.name, one.value);
  if (environment.service_name) add_attribute(made, "service.name", *environment.service_name);
  for (auto const& [name, value] : environment.attributes) add_attribute(made, name, value);
  auto const program = executable_name();
  add_attribute(made, "service.name", "unknown_service:" + program);
  add_attribute(made, "service.instance.id", to_string(boost::uuids::random_generator_mt19937{}()));
  add_attribute(made, "process.pid", std::int64_t{::getpid()});
  add_attribute(made, "process.executable.name", program);
  if (auto host = host_name(); !host.empty()) add_attribute(made, "host.name", std::move(host));
  add_worker(made, look_up);
  return made;
}

}  // namespace reeve
