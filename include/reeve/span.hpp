// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/trace_context.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace reeve {

/// What an attribute of a span may be.
using attribute_value = std::variant<std::string, std::int64_t, double, bool>;

/// One attribute: its name, by OpenTelemetry's semantic conventions where they have one, and its value.
struct span_attribute {
  /// "messaging.message.id"
  std::string name{};
  /// Its value.
  attribute_value value{};

  friend bool operator==(span_attribute const&, span_attribute const&) = default;
};

/// Something that happened during a span.
struct span_event {
  /// What.
  std::string name{};
  /// When.
  std::chrono::system_clock::time_point at{};
  /// More of it.
  std::vector<span_attribute> attributes{};
};

/// What a span is to the others (the numbers are OTLP's).
enum class span_kind : std::uint8_t {
  /// Work inside one process.
  internal = 1,
  /// An answer to a request from elsewhere.
  server = 2,
  /// A request to elsewhere.
  client = 3,
  /// A message or a task is handed on.
  producer = 4,
  /// It is worked on.
  consumer = 5,
};

/// How a span ended (the numbers are OTLP's).
enum class span_status : std::uint8_t {
  /// Nothing was said.
  unset = 0,
  /// Well.
  ok = 1,
  /// With an error: `span_data::message` says which.
  error = 2,
};

/// A span that has ended.
struct span_data {
  /// What was done: few different ones ("resize", not "resize cat.png").
  std::string name{};
  /// What it is to others.
  span_kind kind = span_kind::internal;
  /// Its own ids, flags and state.
  trace_context context{};
  /// The span that it is below; all zero: none.
  std::array<std::uint8_t, 8> parent{};
  /// The parent is known to be in another process, as that of a `server` and of a `consumer` is.
  bool parent_is_remote = false;
  /// When it began.
  std::chrono::system_clock::time_point began{};
  /// When it ended.
  std::chrono::system_clock::time_point ended{};
  /// How.
  span_status status = span_status::unset;
  /// Of an error: which.
  std::string message{};
  /// What is to be known of it.
  std::vector<span_attribute> attributes{};
  /// What happened in it.
  std::vector<span_event> events{};
  /// Other spans that it has to do with.
  std::vector<trace_context> links{};
  /// Attributes beyond the first `span::max_items`, which are not there.
  std::uint32_t dropped_attributes = 0;
  /// Events beyond.
  std::uint32_t dropped_events = 0;
  /// Links beyond.
  std::uint32_t dropped_links = 0;
};

struct span_access;
struct span_record;

/// Whether spans are recorded in this process: a `tracing` exists in it. One load.
REEVE_DECL bool is_tracing() noexcept;

/// A piece of work that is to be seen in a trace: from its construction to its destruction.
///
///     reeve::span work{"resize", reeve::this_task::trace()};
///     work.set("image.width", 640);
///     ... co_await pool.async_apply(scale(image).with(options_with(work.context())));
///
/// Where no `tracing` exists in this process, or the trace is not sampled, nothing is recorded, and `context()` passes
/// on what it was given. Not for several threads at once; a coroutine may keep it across its suspensions.
class REEVE_DECL span {
 public:
  /// The most attributes that it has, the most events, and the most links. What is beyond them is only counted.
  static constexpr std::size_t max_items = 128;

  /// Begins one below `parent`; where that belongs to no trace one of a new trace, of which the sampler decides
  /// whether it is recorded.
  explicit span(std::string_view name, trace_context const& parent = {},
                span_kind kind = span_kind::internal);
  /// One below `parent` whose own context was made before (`detail::begin_trace`).
  span(std::string_view name, trace_context context, trace_context const& parent, span_kind kind);
  /// The other one records nothing any more.
  span(span&& other) noexcept;
  /// Ends this one and goes on with the other.
  span& operator=(span&& other) noexcept;
  /// Ends it, as `end` does. Where an exception is on its way that was not when it began: with an error.
  ~span();

  /// For what is below it.
  trace_context const& context() const noexcept { return context_; }
  /// Whether anybody will see it: for what would cost something to find out.
  bool is_recording() const noexcept { return record_ != nullptr; }

  /// Sets an attribute.
  void set(std::string_view name, attribute_value value);
  /// The same of a text.
  template <class T>
    requires std::convertible_to<T const&, std::string_view>
  void set(std::string_view name, T const& value) {
    if (is_recording()) set_text(name, value);
  }
  /// The same of a whole number.
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void set(std::string_view name, T value) {
    set(name, attribute_value{static_cast<std::int64_t>(value)});
  }
  /// Something has happened.
  void event(std::string_view name, std::vector<span_attribute> attributes = {});
  /// It has to do with another one.
  void link(trace_context const& other);
  /// It went wrong. `type` is `error.type`: few different ones, an exception's type say.
  void error(std::string_view message, std::string_view type = {});
  /// It went well, and nobody is to think otherwise.
  void ok();
  /// Ends it. Later calls do nothing.
  void end() noexcept;

 private:
  friend struct span_access;
  void set_text(std::string_view name, std::string_view value);

  trace_context context_;
  std::unique_ptr<span_record> record_;
  std::chrono::steady_clock::time_point began_{};
  int exceptions_ = 0;
};

}  // namespace reeve
