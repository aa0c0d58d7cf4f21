// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_line.hpp"

#include "nats/nats_connect.hpp"
#include "nats/nats_error.hpp"
#include "nats/nats_messages.hpp"
#include "nats/nats_wire.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace reeve::detail {

void nats_line::use(clock::time_point deadline) {
  if (under_way_ != 0 && !link_.is_current(session_)) {
    forget();
    throw nats_failure{"the connection to the server was lost"};
  }
  auto session = link_.wait_ready(deadline);
  if (session.connection != session_.connection) forget();
  session_ = std::move(session);
  if (!subscription_) subscribe();
}

void nats_line::subscribe() {
  inbox_ = new_inbox() + '.';
  natsSubscription* made = nullptr;
  check_nats(natsConnection_SubscribeSync(&made, session_.connection.get(), (inbox_ + '*').c_str()),
             "subscribe");
  subscription_.reset(made);
  // As many as messages are under way.
  check_nats(natsSubscription_SetPendingLimits(made, -1, -1), "subscribe");
}

std::string nats_line::next_reply() const { return inbox_ + std::to_string(first_ + entries_.size()); }

void nats_line::publish(std::shared_ptr<nats_publishing> const& owner, std::size_t item, natsMsg* message) {
  check_nats(natsConnection_PublishMsg(session_.connection.get(), message), "publish");
  entries_.push_back({owner, item});
  ++under_way_;
  unflushed_ = true;
}

void nats_line::send(char const* subject, std::string_view body) {
  check_nats(
      natsConnection_Publish(session_.connection.get(), subject, body.data(), static_cast<int>(body.size())),
      "acknowledge");
  unflushed_ = true;
}

void nats_line::flush(clock::time_point deadline) {
  unflushed_ = false;
  check_nats(natsConnection_FlushTimeout(session_.connection.get(), in_milliseconds(deadline - clock::now())),
             "send to the server");
}

bool nats_line::collect(std::chrono::milliseconds wait) {
  bool any = false;
  while (under_way_ != 0) {
    natsMsg* received = nullptr;
    auto const s = natsSubscription_NextMsg(&received, subscription_.get(), any ? 0 : wait.count());
    nats_ptr<natsMsg> const message{received};
    if (s == NATS_TIMEOUT) break;
    // Of what it was is not said.
    if (s == NATS_NO_RESPONDERS) throw nats_failure{"a stream of the queue is missing", true};
    check_nats(s, "receive what the streams say");
    answer(received);
    any = true;
  }
  return any;
}

void nats_line::answer(natsMsg* message) {
  auto const subject = subject_of(message);
  std::uint64_t number = 0;
  auto const digits = subject.substr(std::min(inbox_.size(), subject.size()));
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (number < first_ || number - first_ >= entries_.size()) return;  // of before the connection was lost
  auto const e = std::exchange(entries_[number - first_], {});
  if (!e.owner) return;
  --under_way_;
  while (!entries_.empty() && !entries_.front().owner) {
    entries_.pop_front();
    ++first_;
  }
  auto const reply = parse_publish_reply(body_of(message));
  if (reply.stored) return e.owner->stored(e.item);
  e.owner->refused(e.item, reply.error);
}

void nats_line::forget() noexcept {
  first_ += entries_.size();
  entries_.clear();
  under_way_ = 0;
  subscription_.reset();  // what still comes is not mistaken for an answer to what is published next
}

std::size_t nats_line::max_payload() const {
  return static_cast<std::size_t>(natsConnection_GetMaxPayload(session_.connection.get()));
}

}  // namespace reeve::detail
