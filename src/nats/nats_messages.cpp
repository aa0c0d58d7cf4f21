// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_messages.hpp"

#include "nats/nats_error.hpp"
#include "nats/nats_wire.hpp"

#include <cstdlib>
#include <memory>
#include <vector>

namespace reeve::detail {
namespace {

struct free_array {
  void operator()(char const** p) const noexcept { std::free(p); }
};

// What a header has besides its name and its value: a colon, a space, the end of the line.
constexpr std::size_t header_overhead = 4;

// Calls `f(name, value)` for each header. Whether they could be read.
template <class F>
bool for_each_header(natsMsg* message, F f) {
  char const** names = nullptr;
  int count = 0;
  auto const s = natsMsgHeader_Keys(message, &names, &count);
  std::unique_ptr<char const*, free_array> const freed{names};
  if (s == NATS_NOT_FOUND) return true;
  if (s != NATS_OK) return false;
  for (int i = 0; i < count; ++i) {
    char const** values = nullptr;
    int n = 0;
    if (natsMsgHeader_Values(message, names[i], &values, &n) != NATS_OK) continue;
    std::unique_ptr<char const*, free_array> const freed_values{values};
    for (int k = 0; k < n; ++k) f(names[i], values[k] ? values[k] : "");
  }
  return true;
}

}  // namespace

task_message to_task(natsMsg* message, nats_names const& names) {
  task_message task;
  bool const readable = for_each_header(message, [&](char const* name, char const* value) {
    if (std::string_view{name} == "Nats-Msg-Id")
      task.id = value;
    else
      task.headers.push_back({name, value});
  });
  if (readable) task.name = task_name(subject_of(message), names.task_prefix);
  task.payload = body_of(message);
  auto const reply = parse_delivery_reply(reply_of(message));
  if (reply) task.attempt = reply->delivered;
  if (task.id.empty()) task.id = names.tasks + ':' + std::to_string(reply ? reply->sequence : 0);
  return task;
}

std::string_view header_of(natsMsg* message, char const* name) {
  char const* value = nullptr;
  if (natsMsgHeader_Get(message, name, &value) != NATS_OK || !value) return {};
  return value;
}

std::string_view subject_of(natsMsg* message) {
  auto const* const text = natsMsg_GetSubject(message);
  return text ? std::string_view{text} : std::string_view{};
}

std::string_view reply_of(natsMsg* message) {
  auto const* const text = natsMsg_GetReply(message);
  return text ? std::string_view{text} : std::string_view{};
}

std::string_view body_of(natsMsg* message) {
  auto const* const data = natsMsg_GetData(message);
  auto const length = natsMsg_GetDataLength(message);
  if (!data || length <= 0) return {};
  return {data, static_cast<std::size_t>(length)};
}

nats_ptr<natsMsg> make_message(char const* subject, char const* reply, std::string_view body) {
  natsMsg* made = nullptr;
  check_nats(natsMsg_Create(&made, subject, reply, body.data(), static_cast<int>(body.size())),
             "make a message");
  return nats_ptr<natsMsg>{made};
}

void set_header(natsMsg* message, char const* name, char const* value) {
  check_nats(natsMsgHeader_Set(message, name, value), "set a header");
}

void copy_headers(natsMsg* from, natsMsg* to) {
  for_each_header(from, [to](char const* name, char const* value) {
    if (!is_server_header(name)) check_nats(natsMsgHeader_Add(to, name, value), "set a header");
  });
}

std::size_t headers_size(natsMsg* message) {
  std::size_t size = 0;
  for_each_header(message, [&size](std::string_view name, std::string_view value) {
    size += name.size() + value.size() + header_overhead;
  });
  return size;
}

std::string new_inbox() {
  natsInbox* made = nullptr;
  check_nats(natsInbox_Create(&made), "make an inbox");
  std::string name = made;
  natsInbox_Destroy(made);
  return name;
}

void hand_back(natsConnection* connection, natsMsg* message) noexcept {
  if (auto const* const reply = natsMsg_GetReply(message))
    static_cast<void>(natsConnection_PublishString(connection, reply, "-NAK"));
}

}  // namespace reeve::detail
