// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "bare_nats.hpp"

#include <stdexcept>

namespace reeve::bench {
namespace {

void check(natsStatus status, char const* what) {
  if (status == NATS_OK) return;
  throw std::runtime_error{std::string{what} + ": " + natsStatus_GetText(status) + ": " +
                           nats_GetLastError(nullptr)};
}

void add_stream(jsCtx* js, std::string const& name, std::string const& subject, jsRetentionPolicy retention) {
  jsStreamConfig config;
  check(jsStreamConfig_Init(&config), "jsStreamConfig_Init");
  char const* subjects[] = {subject.c_str()};
  config.Name = name.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Retention = retention;
  config.Storage = js_FileStorage;
  check(js_AddStream(nullptr, js, &config, nullptr, nullptr), "js_AddStream");
}

constexpr std::size_t most_pending = 2048;
constexpr long long patience_ms = 10'000;

}  // namespace

bare_nats::bare_nats(std::string const& url) {
  check(natsConnection_ConnectTo(&connection_, url.c_str()), "natsConnection_ConnectTo");
  jsOptions options;
  check(jsOptions_Init(&options), "jsOptions_Init");
  options.PublishAsync.MaxPending = most_pending;
  options.PublishAsync.StallWait = patience_ms;
  check(natsConnection_JetStream(&js_, connection_, &options), "natsConnection_JetStream");
}

bare_nats::~bare_nats() {
  jsCtx_Destroy(js_);
  natsConnection_Destroy(connection_);
}

void bare_nats::make_queue(std::string const& name, std::string const& subject) {
  add_stream(js_, name, subject, js_WorkQueuePolicy);
  jsConsumerConfig config;
  check(jsConsumerConfig_Init(&config), "jsConsumerConfig_Init");
  config.Durable = name.c_str();
  config.AckPolicy = js_AckExplicit;
  config.MaxAckPending = 100'000;
  check(js_AddConsumer(nullptr, js_, name.c_str(), &config, nullptr, nullptr), "js_AddConsumer");
}

void bare_nats::make_stream(std::string const& name, std::string const& subject) {
  add_stream(js_, name, subject, js_LimitsPolicy);
}

void bare_nats::fill(std::string const& subject, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    check(js_PublishAsync(js_, subject.c_str(), "[1]", 3, nullptr), "js_PublishAsync");
  check(js_PublishAsyncComplete(js_, nullptr), "js_PublishAsyncComplete");
}

void bare_nats::consume(std::string const& queue, std::size_t count, int batch, std::string const& results) {
  jsSubOptions options;
  check(jsSubOptions_Init(&options), "jsSubOptions_Init");
  options.Stream = queue.c_str();
  options.Consumer = queue.c_str();
  natsSubscription* subscription = nullptr;
  check(js_PullSubscribe(&subscription, js_, nullptr, queue.c_str(), nullptr, &options, nullptr),
        "js_PullSubscribe");
  for (std::size_t done = 0; done < count;) {
    natsMsgList list{};
    check(natsSubscription_Fetch(&list, subscription, batch, patience_ms, nullptr), "natsSubscription_Fetch");
    if (!results.empty()) {
      for (int i = 0; i < list.Count; ++i)
        check(js_PublishAsync(js_, results.c_str(), "{\"outcome\":\"complete\",\"result\":1}", 33, nullptr),
              "publish");
      check(js_PublishAsyncComplete(js_, nullptr), "js_PublishAsyncComplete");
    }
    for (int i = 0; i < list.Count; ++i) check(natsMsg_Ack(list.Msgs[i], nullptr), "natsMsg_Ack");
    done += static_cast<std::size_t>(list.Count);
    natsMsgList_Destroy(&list);
  }
  check(natsConnection_Flush(connection_), "natsConnection_Flush");
  natsSubscription_Destroy(subscription);
}

std::size_t bare_nats::messages_in(std::string const& stream) {
  jsStreamInfo* info = nullptr;
  check(js_GetStreamInfo(&info, js_, stream.c_str(), nullptr, nullptr), "js_GetStreamInfo");
  auto const count = static_cast<std::size_t>(info->State.Msgs);
  jsStreamInfo_Destroy(info);
  return count;
}

}  // namespace reeve::bench
