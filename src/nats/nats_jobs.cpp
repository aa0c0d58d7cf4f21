// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_jobs.hpp"

#include "nats/nats_error.hpp"
#include "nats/nats_messages.hpp"
#include "nats/nats_wire.hpp"

#include <algorithm>
#include <string_view>

namespace reeve::detail {
namespace {

// More tasks than that are not under way at a time, so that outcomes need not wait for all of them.
constexpr std::size_t submit_window = 1024;

// What a message has besides its body, its subject and the texts in its headers.
constexpr std::size_t room_for_names = 1024;

// So much of a reason is kept where the server does not take all of it.
constexpr std::size_t shortened_reason = 1024;

std::size_t length(char const* text) { return std::string_view{text}.size(); }

void set_header_if_any(natsMsg* message, char const* name, char const* value) {
  if (*value != '\0') set_header(message, name, value);
}

}  // namespace

outcomes_job::outcomes_job(std::shared_ptr<pending_call> waiter, std::chrono::steady_clock::duration timeout,
                           publish_plan plan, std::shared_ptr<delivery_map> deliveries,
                           std::shared_ptr<nats_names const> names)
    : nats_job{std::move(waiter), timeout},
      plan_{std::move(plan)},
      deliveries_{std::move(deliveries)},
      names_{std::move(names)} {}

void outcomes_job::send(nats_line& line) {
  auto const& items = plan_.items();
  std::vector<std::uint64_t> numbers;
  numbers.reserve(items.size());
  for (auto const& item : items) numbers.push_back(item.delivery);
  // What is found stays: it is this thread that takes it out.
  std::vector<natsMsg*> found;
  deliveries_->find(numbers, found);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!found[i]) continue;
    // What is wrong with one is no reason not to send the others.
    try {
      send_item(line, i, found[i]);
    } catch (nats_failure const& e) {
      if (!line.is_current()) throw;
      if (error.empty()) error = e.what();
    }
  }
}

void outcomes_job::send_item(nats_line& line, std::size_t index, natsMsg* delivered) {
  using step = publish_plan::step;
  auto const& item = plan_.items()[index];
  switch (item.what) {
    case step::acknowledge: line.send(natsMsg_GetReply(delivered), "+ACK"); break;
    case step::deliver_again: line.send(natsMsg_GetReply(delivered), nak_text(item.delay)); break;
    case step::publish: return send_result(line, index);
    case step::bury: return send_dead_letter(line, index, delivered);
  }
  settled_.push_back(item.delivery);
}

void outcomes_job::send_result(nats_line& line, std::size_t index) {
  auto const& item = plan_.items()[index];
  auto body = plan_.body(item);
  std::string shorter;
  auto const beside = length(plan_.text(item.subject)) + length(plan_.text(item.message_id)) +
                      length(plan_.text(item.traceparent)) + length(plan_.text(item.tracestate)) +
                      length(plan_.text(item.baggage)) + room_for_names;
  if (body.size() + beside > line.max_payload()) {
    // Else it would be tried for ever.
    auto const reason =
        "its outcome has " + std::to_string(body.size()) + " bytes, more than the server takes";
    append_result(shorter,
                  {.id = plan_.text(item.task_id),
                   .name = plan_.text(item.subject) + names_->result_prefix.size(),
                   .attempt = item.attempt,
                   .what = verdict::failed,
                   .reason = reason},
                  {});
    body = shorter;
  }
  auto const message = make_message(plan_.text(item.subject), line.next_reply().c_str(), body);
  set_header(message.get(), "Nats-Msg-Id", plan_.text(item.message_id));
  set_header_if_any(message.get(), "traceparent", plan_.text(item.traceparent));
  set_header_if_any(message.get(), "tracestate", plan_.text(item.tracestate));
  set_header_if_any(message.get(), "baggage", plan_.text(item.baggage));
  publish(line, index, message.get());
}

void outcomes_job::send_dead_letter(nats_line& line, std::size_t index, natsMsg* delivered) {
  auto const& item = plan_.items()[index];
  auto body = body_of(delivered);
  auto const reply = line.next_reply();
  auto const beside = headers_size(delivered) + length(plan_.text(item.subject)) +
                      length(plan_.text(item.message_id)) + length(plan_.text(item.task_id)) + room_for_names;
  std::string reason{plan_.text(item.reason)};
  bool const fits = body.size() + reason.size() + beside <= line.max_payload();
  if (!fits) reason.resize(std::min(reason.size(), shortened_reason));
  auto const message =
      make_message(plan_.text(item.subject), reply.c_str(), fits ? body : std::string_view{});
  if (fits) copy_headers(delivered, message.get());
  set_header(message.get(), "Nats-Msg-Id", plan_.text(item.message_id));
  set_header(message.get(), "Reeve-Task", plan_.text(item.task_id));
  set_header(message.get(), "Reeve-Reason", reason.c_str());
  set_header(message.get(), "Reeve-Attempts", std::to_string(item.attempt).c_str());
  if (!fits) set_header(message.get(), "Reeve-Left-Out", std::to_string(body.size()).c_str());
  publish(line, index, message.get());
}

void outcomes_job::stored(std::size_t item) {
  nats_job::stored(item);
  stored_.push_back(plan_.items()[item].delivery);
}

void outcomes_job::answered(nats_line& line) {
  std::vector<natsMsg*> found;
  deliveries_->find(stored_, found);
  for (auto* const delivered : found)
    if (delivered) line.send(natsMsg_GetReply(delivered), "+ACK");
  settled_.insert(settled_.end(), stored_.begin(), stored_.end());
  stored_.clear();
}

void outcomes_job::flushed() { deliveries_->take(settled_); }

void leases_job::send(nats_line& line) {
  std::vector<natsMsg*> found;
  deliveries_->find(numbers_, found);
  for (auto* const delivered : found)
    if (delivered) line.send(natsMsg_GetReply(delivered), "+WPI");
}

void submit_job::send(nats_line& line) {
  auto const end = std::min(next_ + submit_window, tasks_.size());
  for (; next_ < end; ++next_) send_task(line, tasks_[next_]);
}

void submit_job::send_task(nats_line& line, task_message const& task) {
  auto const message =
      make_message((names_->task_prefix + task.name).c_str(), line.next_reply().c_str(), task.payload);
  for (auto const& header : task.headers)
    check_nats(natsMsgHeader_Add(message.get(), header.name.c_str(), header.value.c_str()), "set a header");
  set_header(message.get(), "Nats-Msg-Id", task.id.c_str());
  publish(line, 0, message.get());
}

void announce_job::send(nats_line& line) {
  if (!*bucket_) {
    error = "the bucket of the nodes is not there and cannot be made";
    return;
  }
  auto const message = make_message(subject_.c_str(), line.next_reply().c_str(), body_);
  if (body_.empty()) set_header(message.get(), "KV-Operation", "DEL");
  publish(line, 0, message.get());
}

}  // namespace reeve::detail
