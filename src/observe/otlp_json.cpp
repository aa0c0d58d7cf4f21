// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_json.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <variant>

namespace reeve {
namespace {

// Bits of a span's flags: whether its parent is in another process is known, and is so.
constexpr unsigned knows_remote = 0x100;
constexpr unsigned is_remote = 0x200;

class otlp_writer {
 public:
  explicit otlp_writer(json_writer& out) noexcept : json_{out} {}

  // Up to the first span.
  void begin(resource const& from) {
    json_.begin_object();
    json_.name<"resourceSpans">();
    json_.begin_array();
    json_.begin_object();
    json_.name<"resource">();
    json_.begin_object();
    attributes(from);
    json_.end_object();
    json_.name<"scopeSpans">();
    json_.begin_array();
    json_.begin_object();
    json_.name<"scope">();
    json_.begin_object();
    json_.member<"name">("reeve");
    json_.member<"version">(REEVE_VERSION);
    json_.end_object();
    json_.name<"spans">();
    json_.begin_array();
  }

  void span(span_data const& from) {
    json_.begin_object();
    span_members(from);
    json_.end_object();
  }

  // What follows the last one.
  void end() {
    for (int depth = 0; depth < 3; ++depth) {
      json_.end_array();
      json_.end_object();
    }
  }

 private:
  // Each item is an object, of which `write` writes the members.
  template <json_name Name, class Items, class Write>
  void list(Items const& items, Write const& write) {
    json_.name<Name>();
    json_.begin_array();
    for (auto const& one : items) {
      json_.begin_object();
      write(one);
      json_.end_object();
    }
    json_.end_array();
  }

  template <json_name Name>
  void time(std::chrono::system_clock::time_point at) {
    auto const since = std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
    json_.name<Name>();
    json_.long_number(std::max<std::int64_t>(since, 0));
  }

  template <json_name Name>
  void small_member(std::uint64_t number) {
    json_.name<Name>();
    json_.number(number);
  }

  template <json_name Name>
  void count(std::uint64_t number) {
    if (number != 0) small_member<Name>(number);
  }

  // Most of what is written is attributes: in as few steps as it goes.
  static void value(text_end& out, attribute_value const& from) {
    if (auto const* const text = std::get_if<std::string>(&from)) {
      out += R"({"stringValue":)";
      append_json_text(out, *text);
    } else if (auto const* const number = std::get_if<std::int64_t>(&from)) {
      out += R"({"intValue":")";
      append_number(out, *number);
      out += '"';
    } else if (auto const* const truth = std::get_if<bool>(&from)) {
      out += *truth ? R"({"boolValue":true)" : R"({"boolValue":false)";
    } else {
      out += R"({"doubleValue":)";
      double_value(out, std::get<double>(from));
    }
    out += '}';
  }

  // JSON has no numbers for some: protobuf has texts.
  static void double_value(text_end& out, double from) {
    if (std::isfinite(from)) return append_number(out, from);
    append_json_text(out, std::isnan(from) ? "NaN" : from > 0 ? "Infinity" : "-Infinity");
  }

  void attributes(std::vector<span_attribute> const& from) {
    json_.name<"attributes">();
    json_.begin_array();
    for (auto const& one : from) {
      auto& out = json_.item();
      out += R"({"key":)";
      append_json_text(out, one.name);
      out += R"(,"value":)";
      value(out, one.value);
      out += '}';
    }
    json_.end_array();
  }

  void event(span_event const& from) {
    time<"timeUnixNano">(from.at);
    json_.member<"name">(from.name);
    if (!from.attributes.empty()) attributes(from.attributes);
  }

  void context(trace_context const& from) {
    json_.name<"traceId">();
    json_.hex(from.trace_id);
    json_.name<"spanId">();
    json_.hex(from.span_id);
    if (!from.state.empty()) json_.member<"traceState">(from.state);
  }

  void status(span_data const& from) {
    json_.name<"status">();
    json_.begin_object();
    if (!from.message.empty()) json_.member<"message">(from.message);
    small_member<"code">(static_cast<unsigned>(from.status));
    json_.end_object();
  }

  void span_members(span_data const& from) {
    context(from.context);
    if (from.parent != decltype(from.parent){}) {
      json_.name<"parentSpanId">();
      json_.hex(from.parent);
    }
    small_member<"flags">(from.context.flags | (from.parent_is_remote ? knows_remote | is_remote : 0U));
    json_.member<"name">(from.name);
    small_member<"kind">(static_cast<unsigned>(from.kind));
    time<"startTimeUnixNano">(from.began);
    time<"endTimeUnixNano">(from.ended);
    if (!from.attributes.empty()) attributes(from.attributes);
    if (!from.events.empty()) list<"events">(from.events, [this](span_event const& one) { event(one); });
    if (!from.links.empty())
      list<"links">(from.links, [this](trace_context const& one) {
        context(one);
        small_member<"flags">(one.flags);
      });
    count<"droppedAttributesCount">(from.dropped_attributes);
    count<"droppedEventsCount">(from.dropped_events);
    count<"droppedLinksCount">(from.dropped_links);
    if (from.status != span_status::unset) status(from);
  }

  json_writer& json_;
};

}  // namespace

otlp_json::otlp_json(std::string& out, resource const& from) : json_{out} { otlp_writer{json_}.begin(from); }

void otlp_json::add(span_data const& span) { otlp_writer{json_}.span(span); }

void otlp_json::end() { otlp_writer{json_}.end(); }

}  // namespace reeve
