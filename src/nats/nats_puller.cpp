// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_puller.hpp"

#include "nats/nats_connect.hpp"
#include "nats/nats_error.hpp"
#include "nats/nats_messages.hpp"
#include "nats/nats_wire.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace reeve::detail {
namespace {

using namespace std::chrono_literals;

// So long a request waits with the server. One that the server forgot, as a new leader does, is missed for so
// long.
constexpr std::chrono::seconds pull_expires = 5s;
// How soon it is noticed that the connection was lost or that nobody waits any more.
constexpr std::chrono::milliseconds pull_slice = 100ms;
// What was given out together follows without a gap. Where the request does not end (the consumer may not
// deliver more) what came is not held back longer than this.
constexpr std::chrono::milliseconds gap = 20ms;

}  // namespace

std::vector<nats_ptr<natsMsg>> nats_puller::receive(std::size_t most) {
  if (request_ && !link_.is_current(session_)) request_.reset();
  std::vector<nats_ptr<natsMsg>> messages;
  if (!request_) {
    if (most == 0) return messages;
    auto const deadline = clock::now() + link_.params().timeout;
    use(link_.wait_ready(deadline));
    if (!ask(most, deadline)) return messages;
  }
  try {
    take(messages);
  } catch (nats_failure const& e) {
    // What was received is not thrown away because of what came after it.
    if (messages.empty()) throw;
    if (e.missing()) link_.recheck();
    request_.reset();
  }
  if (request_ && clock::now() > request_->made + pull_expires + link_.params().timeout) request_.reset();
  return messages;
}

void nats_puller::take(std::vector<nats_ptr<natsMsg>>& messages) {
  nats_ptr<natsMsg> message;
  while (request_ && next(messages.empty() ? pull_slice : gap, message)) {
    if (natsMsg_GetReply(message.get())) {
      messages.push_back(std::move(message));
      if (--request_->remaining == 0) request_.reset();
    } else {
      read_status(message.get());
    }
  }
}

void nats_puller::use(nats_link::session session) {
  if (session.connection != session_.connection) {
    subscription_.reset();
    session_ = {};
    inbox_ = new_inbox() + '.';
    natsSubscription* made = nullptr;
    check_nats(natsConnection_SubscribeSync(&made, session.connection.get(), (inbox_ + '*').c_str()),
               "subscribe");
    subscription_.reset(made);
    // What is asked for is taken: there is no more than that.
    check_nats(natsSubscription_SetPendingLimits(made, -1, -1), "subscribe");
  }
  session_ = std::move(session);
}

/// Not where the connection is lost just now: then somebody waits for it the next time.
bool nats_puller::ask(std::size_t most, clock::time_point deadline) try {
  bool const one_shot = !std::exchange(in_line_, false);
  auto const asked = one_shot ? most : 1;
  auto const body = pull_request(asked, pull_expires, one_shot);
  auto* const connection = session_.connection.get();
  reply_ = inbox_ + std::to_string(++requests_);
  check_nats(natsConnection_PublishRequestString(connection, names_.next_subject.c_str(), reply_.c_str(),
                                                 body.c_str()),
             "ask for tasks");
  request_ = {asked, asked, clock::now()};
  // libnats would send it a millisecond later.
  check_nats(natsConnection_FlushTimeout(connection, in_milliseconds(deadline - clock::now())),
             "ask for tasks");
  return true;
} catch (nats_failure const&) {
  if (!link_.wait_lost(session_, pull_slice)) throw;
  request_.reset();
  return false;
}

bool nats_puller::next(std::chrono::milliseconds wait, nats_ptr<natsMsg>& message) {
  natsMsg* received = nullptr;
  auto const s = natsSubscription_NextMsg(&received, subscription_.get(), wait.count());
  message.reset(received);
  if (s == NATS_TIMEOUT) return false;
  if (s != NATS_OK) request_.reset();
  if (s == NATS_NO_RESPONDERS)
    throw nats_failure{"the stream " + names_.tasks + " or its consumer is missing", true};
  check_nats(s, "receive tasks");
  return true;
}

void nats_puller::read_status(natsMsg* message) {
  if (subject_of(message) != reply_) return;  // of a request that was given up
  auto const status = header_of(message, "Status");
  if (status.starts_with('1')) return;  // a sign of life
  auto const ended = *std::exchange(request_, std::nullopt);
  if (status == "404" || status == "408") {
    in_line_ = ended.remaining == ended.asked && clock::now() < ended.made + pull_expires / 2;
    return;
  }
  bool const missing = status == "503" || header_of(message, "Description") == "Consumer Deleted";
  std::string why = "the stream " + names_.tasks + " gives no tasks: ";
  why += missing ? "it or its consumer is missing" : header_of(message, "Description");
  throw nats_failure{why, missing};
}

std::vector<nats_ptr<natsMsg>> nats_puller::end() noexcept {
  std::vector<nats_ptr<natsMsg>> left;
  request_.reset();
  if (!subscription_) return left;
  natsMsg* message = nullptr;
  while (natsSubscription_NextMsg(&message, subscription_.get(), 0) == NATS_OK) {
    nats_ptr<natsMsg> owned{message};
    if (natsMsg_GetReply(message)) left.push_back(std::move(owned));
  }
  return left;
}

}  // namespace reeve::detail
