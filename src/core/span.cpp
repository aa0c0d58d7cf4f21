// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/span.hpp"

#include "core/span_record.hpp"
#include "reeve/detail/tracer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace reeve {
namespace {

// So that a span that lasts, of a worker say, has an end in memory.
template <class T>
void append_bounded(std::vector<T>& to, T item, std::uint32_t& dropped) {
  if (to.size() < span::max_items)
    to.push_back(std::move(item));
  else
    ++dropped;
}

bool answers_another_process(span_kind kind) noexcept {
  return kind == span_kind::server || kind == span_kind::consumer;
}

}  // namespace

// Where nobody traces the context is the parent's own, and so is its span id. To ask once more whether somebody does is
// not the same: a tracer may have come meanwhile.
span::span(std::string_view name, trace_context const& parent, span_kind kind)
    : span{name, detail::begin_trace(parent), parent, kind} {}

span::span(std::string_view name, trace_context context, trace_context const& parent, span_kind kind)
    : context_{std::move(context)} {
  if (!context_.sampled() || context_.span_id == parent.span_id) return;
  record_ = std::make_unique<span_record>();
  auto& data = record_->data;
  data.name = name;
  data.kind = kind;
  data.context = context_;
  if (parent.valid()) {
    data.parent = parent.span_id;
    data.parent_is_remote = answers_another_process(kind);
  }
  data.began = std::chrono::system_clock::now();
  began_ = std::chrono::steady_clock::now();
  exceptions_ = std::uncaught_exceptions();
}

span::span(span&& other) noexcept
    : context_{std::move(other.context_)},
      record_{std::move(other.record_)},
      began_{other.began_},
      exceptions_{other.exceptions_} {}

span& span::operator=(span&& other) noexcept {
  if (this == &other) return *this;
  end();
  context_ = std::move(other.context_);
  record_ = std::move(other.record_);
  began_ = other.began_;
  exceptions_ = other.exceptions_;
  return *this;
}

span::~span() {
  if (record_ && record_->data.status == span_status::unset && std::uncaught_exceptions() > exceptions_)
    record_->data.status = span_status::error;
  end();
}

void span::set(std::string_view name, attribute_value value) {
  if (record_ && !record_->attributes.set(name, value, max_items)) ++record_->data.dropped_attributes;
}

void span::set_text(std::string_view name, std::string_view value) {
  if (record_ && !record_->attributes.set_text(name, value, max_items)) ++record_->data.dropped_attributes;
}

void span::event(std::string_view name, std::vector<span_attribute> attributes) {
  if (record_)
    append_bounded(record_->data.events,
                   {std::string{name}, std::chrono::system_clock::now(), std::move(attributes)},
                   record_->data.dropped_events);
}

void span::link(trace_context const& other) {
  if (record_ && other.valid()) append_bounded(record_->data.links, other, record_->data.dropped_links);
}

void span::error(std::string_view message, std::string_view type) {
  if (!record_) return;
  record_->data.status = span_status::error;
  record_->data.message = message;
  if (!type.empty()) set("error.type", type);
}

void span::ok() {
  if (!record_) return;
  record_->data.status = span_status::ok;
  record_->data.message.clear();
}

// The end is measured from the begin by the steady clock: a clock that is set makes no span longer.
void span::end() noexcept {
  auto const record = std::exchange(record_, nullptr);
  if (!record) return;
  using std::chrono::system_clock;
  record->ended_at = std::chrono::steady_clock::now();
  record->data.ended =
      record->data.began + std::chrono::duration_cast<system_clock::duration>(record->ended_at - began_);
  detail::record_span(*record);
}

}  // namespace reeve
