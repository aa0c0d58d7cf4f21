// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/span_batch.hpp"

#include "observe/kept_memory.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace reeve {
namespace {

/// Finds out how many bytes are written.
class byte_counter {
 public:
  template <class T>
  void value(T const& /*of*/) noexcept {
    size_ += sizeof(T);
  }
  void text(std::string_view of) noexcept { size_ += sizeof(std::uint32_t) + of.size(); }
  std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_ = 0;
};

/// Writes them, where there is room for them.
class byte_writer {
 public:
  explicit byte_writer(char* to) noexcept : to_{to} {}

  template <class T>
  void value(T const& from) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(to_, &from, sizeof from);
    to_ += sizeof from;
  }
  void text(std::string_view from) noexcept {
    value(static_cast<std::uint32_t>(from.size()));
    if (!from.empty()) std::memcpy(to_, from.data(), from.size());
    to_ += from.size();
  }

 private:
  char* to_;
};

/// Reads what that one has written.
class byte_reader {
 public:
  explicit byte_reader(char const* from) noexcept : from_{from} {}

  template <class T>
  void value(T& to) noexcept {
    std::memcpy(&to, from_, sizeof to);
    from_ += sizeof to;
  }
  std::string_view text() noexcept {
    std::uint32_t size = 0;
    value(size);
    return {std::exchange(from_, from_ + size), size};
  }
  void text(std::string& to) { to = text(); }
  char const* end() const noexcept { return from_; }

 private:
  char const* from_;
};

// What follows says what a span consists of: to those that write a `T const`, and to the one that reads a `T`.

template <class To, class T>
void pass_list(To& bytes, T& list, auto const& pass_item) {
  auto size = static_cast<std::uint32_t>(list.size());
  bytes.value(size);
  if constexpr (!std::is_const_v<T>) list.resize(size);
  for (auto& item : list) pass_item(bytes, item);
}

template <class Bytes, class T>
void pass_value(Bytes& bytes, T& from) {
  auto which = static_cast<std::uint8_t>(from.index());
  bytes.value(which);
  if constexpr (!std::is_const_v<T>)
    if (which != from.index())
      from = which == 0   ? attribute_value{std::string{}}
             : which == 1 ? attribute_value{std::int64_t{}}
             : which == 2 ? attribute_value{double{}}
                          : attribute_value{bool{}};
  std::visit(
      [&bytes](auto& one) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(one)>, std::string>)
          bytes.text(one);
        else
          bytes.value(one);
      },
      from);
}

constexpr auto pass_attribute = [](auto& bytes, auto& attribute) {
  bytes.text(attribute.name);
  pass_value(bytes, attribute.value);
};

constexpr auto pass_context = [](auto& bytes, auto& context) {
  bytes.value(context.trace_id);
  bytes.value(context.span_id);
  bytes.value(context.flags);
  bytes.text(context.state);
  bytes.text(context.baggage);
};

constexpr auto pass_event = [](auto& bytes, auto& event) {
  bytes.text(event.name);
  bytes.value(event.at);
  pass_list(bytes, event.attributes, pass_attribute);
};

void pass_span(auto& bytes, auto& span) {
  bytes.text(span.name);
  bytes.value(span.kind);
  pass_context(bytes, span.context);
  bytes.value(span.parent);
  bytes.value(span.parent_is_remote);
  bytes.value(span.began);
  bytes.value(span.ended);
  bytes.value(span.status);
  bytes.text(span.message);
  pass_list(bytes, span.events, pass_event);
  pass_list(bytes, span.links, pass_context);
  bytes.value(span.dropped_attributes);
  bytes.value(span.dropped_events);
  bytes.value(span.dropped_links);
}

}  // namespace

void span_batch::push_back(span_record const& span) {
  byte_counter counter;
  counter.value(span.facts);
  counter.text(span.attributes.bytes());
  pass_span(counter, span.data);
  auto const before = bytes_.size();
  bytes_.resize(before + counter.size());
  byte_writer writer{bytes_.data() + before};
  writer.value(span.facts);
  writer.text(span.attributes.bytes());
  pass_span(writer, span.data);
  ++size_;
}

void span_batch::clear() noexcept {
  bytes_.clear();
  if (bytes_.capacity() > most_kept_memory) bytes_ = {};
  size_ = 0;
}

bool span_batch::reader::next(span_data& out) {
  if (left_ == 0) return false;
  byte_reader bytes{at_};
  span_facts facts;
  bytes.value(facts);
  packed_attributes::unpack(bytes.text(), out.attributes);
  pass_span(bytes, out);
  facts.describe(out);
  at_ = bytes.end();
  --left_;
  return true;
}

}  // namespace reeve
