// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_streams.hpp"

#include "nats/nats_connect.hpp"
#include "nats/nats_error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace reeve::detail {
namespace {

using std::chrono::nanoseconds;

// So many nodes may wait for tasks: each has one request with the consumer. (The server's default is 512.)
constexpr std::int64_t most_waiting = 4096;

std::int64_t in_nanoseconds(std::chrono::steady_clock::duration d) { return nanoseconds{d}.count(); }

jsStorageType storage_of(nats_params const& params) {
  return params.storage == nats_storage::file ? js_FileStorage : js_MemoryStorage;
}

bool exists(jsCtx* js, std::string const& stream) {
  jsStreamInfo* info = nullptr;
  auto const s = js_GetStreamInfo(&info, js, stream.c_str(), nullptr, nullptr);
  nats_ptr<jsStreamInfo> const found{info};
  if (s == NATS_NOT_FOUND) return false;
  check_nats(s, "look for the stream " + stream);
  return true;
}

/// One of the queue's streams.
struct stream_plan {
  std::string const& name;
  std::string subjects;
  jsRetentionPolicy retention;
  nanoseconds max_age;
};

void make_stream(jsCtx* js, stream_plan const& plan, nats_params const& params) {
  if (exists(js, plan.name)) return;
  jsStreamConfig config;
  check_nats(jsStreamConfig_Init(&config), "make a stream");
  char const* subjects[] = {plan.subjects.c_str()};
  config.Name = plan.name.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Retention = plan.retention;
  config.Storage = storage_of(params);
  config.Replicas = static_cast<std::int64_t>(params.replicas);
  config.MaxAge = plan.max_age.count();
  config.Duplicates = in_nanoseconds(params.dedup_window);
  // The server wants no window that is longer than the messages live.
  if (config.MaxAge > 0) config.Duplicates = std::min(config.Duplicates, config.MaxAge);
  jsErrCode code{};
  auto const s = js_AddStream(nullptr, js, &config, nullptr, &code);
  if (s != NATS_OK && code == JSStreamNameExistErr) return;  // another node was first
  check_nats(s, "make the stream " + plan.name);
}

// Without it the nodes do not see each other, and work all the same: who may not use it gets no error.
bool make_bucket(jsCtx* js, nats_params const& params, nats_names const& names) try {
  if (exists(js, "KV_" + names.nodes)) return true;
  kvConfig config;
  check_nats(kvConfig_Init(&config), "make a bucket");
  config.Bucket = names.nodes.c_str();
  config.History = 1;
  config.TTL = in_nanoseconds(params.node_lease);
  config.StorageType = storage_of(params);
  config.Replicas = static_cast<int>(params.replicas);
  kvStore* made = nullptr;
  auto const s = js_CreateKeyValue(&made, js, &config);
  nats_ptr<kvStore> const bucket{made};
  return s == NATS_OK || exists(js, "KV_" + names.nodes);  // another node may have been first
} catch (nats_failure const&) {
  return false;
}

void update_consumer(jsCtx* js, nats_params const& params, nats_names const& names,
                     jsConsumerConfig& config) {
  auto const lease = in_nanoseconds(params.lease);
  auto const most = static_cast<std::int64_t>(params.max_delivered);
  if (config.AckWait == lease && config.MaxAckPending == most) return;
  config.AckWait = lease;
  config.MaxAckPending = most;
  check_nats(js_UpdateConsumer(nullptr, js, names.tasks.c_str(), &config, nullptr, nullptr),
             std::string{"change the consumer "} + nats_names::consumer);
}

void make_consumer(jsCtx* js, nats_params const& params, nats_names const& names) {
  jsConsumerInfo* info = nullptr;
  auto const s = js_GetConsumerInfo(&info, js, names.tasks.c_str(), nats_names::consumer, nullptr, nullptr);
  nats_ptr<jsConsumerInfo> const found{info};
  if (s == NATS_OK) return update_consumer(js, params, names, *found->Config);
  if (s != NATS_NOT_FOUND) check_nats(s, std::string{"look for the consumer "} + nats_names::consumer);
  jsConsumerConfig config;
  check_nats(jsConsumerConfig_Init(&config), "make a consumer");
  config.Durable = nats_names::consumer;
  config.AckPolicy = js_AckExplicit;
  config.AckWait = in_nanoseconds(params.lease);
  config.MaxDeliver = -1;
  config.MaxWaiting = most_waiting;
  config.MaxAckPending = static_cast<std::int64_t>(params.max_delivered);
  check_nats(js_AddConsumer(nullptr, js, names.tasks.c_str(), &config, nullptr, nullptr),
             std::string{"make the consumer "} + nats_names::consumer);
}

}  // namespace

bool set_up_queue(natsConnection* connection, nats_params const& params, nats_names const& names) {
  auto const context = jetstream(connection, params.connection.timeout);
  auto* const js = context.get();
  make_stream(js, {names.tasks, names.task_prefix + '>', js_WorkQueuePolicy, {}}, params);
  make_stream(js, {names.results, names.result_prefix + '>', js_LimitsPolicy, params.max_age}, params);
  make_stream(js, {names.dead, names.dead_prefix + '>', js_LimitsPolicy, params.max_age}, params);
  make_consumer(js, params, names);
  return make_bucket(js, params, names);
}

}  // namespace reeve::detail
