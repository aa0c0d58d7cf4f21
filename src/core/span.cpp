// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/span.hpp"

#include "reeve/detail/tracer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace reeve {
namespace {

// Room for so many is made at once.
constexpr std::size_t usual_attributes = 8;

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
  data_ = std::make_unique<span_data>(
      span_data{.name = std::string{name},
                .kind = kind,
                .context = context_,
                .parent = parent.valid() ? parent.span_id : decltype(parent.span_id){},
                .parent_is_remote = parent.valid() && answers_another_process(kind),
                .began = std::chrono::system_clock::now()});
  data_->attributes.reserve(usual_attributes);
  began_ = std::chrono::steady_clock::now();
  exceptions_ = std::uncaught_exceptions();
}

span::span(span&& other) noexcept
    : context_{std::move(other.context_)},
      data_{std::move(other.data_)},
      began_{other.began_},
      exceptions_{other.exceptions_} {}

span& span::operator=(span&& other) noexcept {
  if (this == &other) return *this;
  end();
  context_ = std::move(other.context_);
  data_ = std::move(other.data_);
  began_ = other.began_;
  exceptions_ = other.exceptions_;
  return *this;
}

span::~span() {
  if (data_ && data_->status == span_status::unset && std::uncaught_exceptions() > exceptions_)
    data_->status = span_status::error;
  end();
}

void span::set(std::string_view name, attribute_value value) {
  if (!data_) return;
  auto& all = data_->attributes;
  auto const found = std::find_if(all.begin(), all.end(), [&](auto const& one) { return one.name == name; });
  if (found != all.end())
    found->value = std::move(value);
  else
    append_bounded(all, {std::string{name}, std::move(value)}, data_->dropped_attributes);
}

void span::event(std::string_view name, std::vector<span_attribute> attributes) {
  if (data_)
    append_bounded(data_->events,
                   {std::string{name}, std::chrono::system_clock::now(), std::move(attributes)},
                   data_->dropped_events);
}

void span::link(trace_context const& other) {
  if (data_ && other.valid()) append_bounded(data_->links, other, data_->dropped_links);
}

void span::error(std::string_view message, std::string_view type) {
  if (!data_) return;
  data_->status = span_status::error;
  data_->message = message;
  if (!type.empty()) set("error.type", type);
}

void span::ok() {
  if (!data_) return;
  data_->status = span_status::ok;
  data_->message.clear();
}

// The end is measured from the begin by the steady clock: a clock that is set makes no span longer.
void span::end() noexcept {
  auto const data = std::exchange(data_, nullptr);
  if (!data) return;
  auto const tracer = detail::current_tracer();
  if (!tracer) return;
  using std::chrono::system_clock;
  data->ended = data->began +
                std::chrono::duration_cast<system_clock::duration>(std::chrono::steady_clock::now() - began_);
  tracer->record(std::move(*data));
}

}  // namespace reeve
