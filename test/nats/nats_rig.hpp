// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A server, and sources that use it, run step by step by the test's thread.

#include "loop_rig.hpp"
#include "nats/nats_connect.hpp"
#include "nats/nats_error.hpp"
#include "nats/nats_handle.hpp"
#include "nats/nats_messages.hpp"
#include "nats/nats_names.hpp"
#include "nats_server.hpp"
#include "reeve/nats_params.hpp"
#include "reeve/nats_source.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace reeve::test {

/// A message that is in a stream.
struct stored_message {
  std::string subject;
  std::string body;
  std::map<std::string, std::string> headers;
};

/// Looks at the server from outside.
class nats_peek {
 public:
  explicit nats_peek(nats_connection_params const& params)
      : connection_{detail::connect_nats(params, {nullptr, nullptr, nullptr, nullptr})},
        js_{detail::jetstream(connection_.get(), params.timeout)} {}

  natsConnection* connection() const { return connection_.get(); }
  jsCtx* js() const { return js_.get(); }

  std::uint64_t count(std::string const& stream) const {
    auto const info = info_of(stream);
    return info ? info->State.Msgs : 0;
  }

  std::vector<stored_message> all(std::string const& stream) const {
    std::vector<stored_message> found;
    auto const info = info_of(stream);
    if (!info) return found;
    for (auto seq = info->State.FirstSeq; seq <= info->State.LastSeq; ++seq) {
      natsMsg* message = nullptr;
      if (js_GetMsg(&message, js_.get(), stream.c_str(), seq, nullptr, nullptr) != NATS_OK) continue;
      detail::nats_ptr<natsMsg> const owned{message};
      found.push_back(read(message));
    }
    return found;
  }

  detail::nats_ptr<jsStreamInfo> info_of(std::string const& stream) const {
    jsStreamInfo* info = nullptr;
    js_GetStreamInfo(&info, js_.get(), stream.c_str(), nullptr, nullptr);
    return detail::nats_ptr<jsStreamInfo>{info};
  }

  detail::nats_ptr<jsConsumerInfo> consumer_of(std::string const& stream) const {
    jsConsumerInfo* info = nullptr;
    js_GetConsumerInfo(&info, js_.get(), stream.c_str(), detail::nats_names::consumer, nullptr, nullptr);
    return detail::nats_ptr<jsConsumerInfo>{info};
  }

  /// As any tool of NATS does it.
  void publish(std::string const& subject, std::string const& body,
               std::map<std::string, std::string> const& headers = {}) const {
    auto const message = detail::make_message(subject.c_str(), nullptr, body);
    for (auto const& [name, value] : headers) detail::set_header(message.get(), name.c_str(), value.c_str());
    jsPubAck* ack = nullptr;
    detail::check_nats(js_PublishMsg(&ack, js_.get(), message.get(), nullptr, nullptr), "publish");
    jsPubAck_Destroy(ack);
  }

 private:
  static stored_message read(natsMsg* message) {
    stored_message m{std::string{detail::subject_of(message)}, std::string{detail::body_of(message)}, {}};
    char const** names = nullptr;
    int count = 0;
    if (natsMsgHeader_Keys(message, &names, &count) == NATS_OK)
      for (int i = 0; i < count; ++i) m.headers[names[i]] = std::string{detail::header_of(message, names[i])};
    std::free(names);
    return m;
  }

  detail::nats_connection connection_;
  detail::nats_ptr<jsCtx> js_;
};

/// A coroutine that was begun.
template <class T>
class begun {
 public:
  begun(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine) {
    if constexpr (std::is_void_v<T>) {
      boost::asio::co_spawn(
          io, std::move(coroutine),
          boost::asio::bind_cancellation_slot(state_->signal.slot(), [s = state_](auto error) {
            s->error = error;
            s->done = true;
          }));
    } else {
      boost::asio::co_spawn(
          io, std::move(coroutine),
          boost::asio::bind_cancellation_slot(state_->signal.slot(), [s = state_](auto error, T value) {
            s->error = error;
            s->value.emplace(std::move(value));
            s->done = true;
          }));
    }
  }

  bool done() const { return state_->done; }
  void cancel(boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal) {
    state_->signal.emit(type);
  }
  T result() const {
    if (state_->error) std::rethrow_exception(state_->error);
    if constexpr (!std::is_void_v<T>) return std::move(*state_->value);
  }

 private:
  struct state {
    bool done = false;
    std::exception_ptr error;
    std::optional<std::conditional_t<std::is_void_v<T>, char, T>> value;
    boost::asio::cancellation_signal signal;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

struct nats_rig : loop_rig {
  using task_list = std::vector<task_message>;
  using outcome_list = std::vector<task_outcome>;
  using source_ptr = std::shared_ptr<nats_source>;

  explicit nats_rig(std::vector<std::string> server_args = {}, bool started = true)
      : server{std::move(server_args), started} {
    params.connection.servers = {server.url()};
    params.connection.reconnect_delay = std::chrono::milliseconds{20};
    params.connection.timeout = std::chrono::seconds{30};
    params.storage = nats_storage::file;
  }

  source_ptr make() { return std::make_shared<nats_source>(io.get_executor(), params); }
  nats_peek peek() const { return nats_peek{params.connection}; }
  detail::nats_names names() const { return detail::nats_names{params}; }

  /// Runs a coroutine to its end.
  template <class T>
  T run(boost::asio::awaitable<T> coroutine) {
    return finish(begun<T>{io, std::move(coroutine)});
  }
  template <class T>
  T finish(begun<T> const& call) {
    BOOST_REQUIRE(run_until([&] { return call.done(); }));
    return call.result();
  }

  begun<task_list> begin_fetch(source_ptr const& source, std::size_t most) {
    return {io, source->fetch(most)};
  }
  task_list fetch(source_ptr const& source, std::size_t most) { return run(source->fetch(most)); }
  task_list fetch_all(source_ptr const& source, std::size_t count) {
    task_list all;
    while (all.size() < count)
      for (auto& task : fetch(source, count - all.size())) all.push_back(std::move(task));
    return all;
  }
  void publish(source_ptr const& source, outcome_list const& list) { run(source->publish(list)); }
  void submit(source_ptr const& source, task_list list) {
    run(source->async_submit(std::move(list), boost::asio::use_awaitable));
  }

  /// Runs the context for that long, to see that something does not happen.
  template <class Condition>
  bool within(std::chrono::milliseconds time, Condition done) {
    auto const end = std::chrono::steady_clock::now() + time;
    auto const work = boost::asio::make_work_guard(io);
    io.restart();
    while (!done() && io.run_one_until(end) != 0) continue;
    return done();
  }

  /// Runs the context until something holds that no handler announces.
  template <class Condition>
  void soon(Condition condition) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{120};
    while (!condition()) {
      BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline,
                            "the condition did not hold in time");
      within(std::chrono::milliseconds{5}, [] { return false; });
    }
  }

  /// Waits until so many tasks are in the queue: the server acts on acknowledgements a little later.
  void await_tasks(std::uint64_t count) {
    auto const look = peek();
    soon([&] { return look.count(names().tasks) == count; });
  }

  nats_server server;
  nats_params params;
};

inline task_message task_of(std::string id, std::string payload = "[]", std::string name = "f") {
  return {.id = std::move(id), .name = std::move(name), .payload = std::move(payload)};
}

/// Of a delivery; `text` is the result of a complete one, the reason of all others.
inline task_outcome outcome_of(task_message const& task, verdict what, std::string text = "1") {
  task_outcome made{
      .id = task.id, .name = task.name, .attempt = task.attempt, .delivery = task.delivery, .what = what};
  (what == verdict::complete ? made.result : made.reason) = std::move(text);
  return made;
}

/// Whether `call` throws that the source is not available; what it says.
template <class Call>
std::string why_unavailable(Call call) {
  try {
    call();
  } catch (boost::system::system_error const& e) {
    BOOST_TEST((e.code() == error::source_unavailable));
    return e.what();
  }
  BOOST_ERROR("it did not throw");
  return {};
}

}  // namespace reeve::test
