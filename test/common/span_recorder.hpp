// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of traces need: a tracer that keeps the spans of this process, and one that writes those of a child to a
// file.

#include "core/span_record.hpp"
#include "reeve/detail/tracer.hpp"
#include "reeve/span.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>
#include <fcntl.h>
#include <unistd.h>

namespace reeve::test {

/// What `detail::tracer::recorded_below` says of a tracer that records each trace that begins here.
inline constexpr std::uint64_t all_traces = std::uint64_t{1} << 63U;

/// While it lives, this process is tracing: all traces, or those that their parent says.
class span_recorder {
 public:
  explicit span_recorder(bool sample_roots = true) : tracer_{std::make_shared<keeper>(sample_roots)} {
    if (!detail::install_tracer(tracer_)) std::abort();
  }
  span_recorder(span_recorder const&) = delete;
  span_recorder& operator=(span_recorder const&) = delete;
  ~span_recorder() { detail::remove_tracer(*tracer_); }

  std::vector<span_data> all() const {
    std::lock_guard const lock{tracer_->mutex};
    return tracer_->spans;
  }
  /// Those of one name.
  std::vector<span_data> named(std::string_view name) const {
    auto spans = all();
    std::erase_if(spans, [&](auto const& one) { return one.name != name; });
    return spans;
  }

 private:
  struct keeper final : detail::tracer {
    explicit keeper(bool roots) : sample_roots{roots} {}
    bool samples(trace_context const& parent, std::array<std::uint8_t, 16> const&) noexcept override {
      return parent.valid() ? parent.sampled() : sample_roots;
    }
    std::uint64_t recorded_below() const noexcept override { return sample_roots ? all_traces : 0; }
    void record(span_record const& span) noexcept override {
      std::lock_guard const lock{mutex};
      spans.push_back(span.unpacked());
    }
    bool flush(std::chrono::steady_clock::duration) noexcept override { return true; }

    bool const sample_roots;
    std::mutex mutex;
    std::vector<span_data> spans;
  };
  std::shared_ptr<keeper> tracer_;
};

inline std::string hex_of(std::array<std::uint8_t, 8> const& id) {
  return trace_context{.span_id = id}.span_id_text();
}

/// The value of a span's attribute; nothing where it has none.
inline std::optional<attribute_value> attribute(span_data const& of, std::string_view name) {
  auto const found = std::ranges::find(of.attributes, name, &span_attribute::name);
  if (found == of.attributes.end()) return std::nullopt;
  return found->value;
}
inline std::string text_attribute(span_data const& of, std::string_view name) {
  auto const value = attribute(of, name);
  auto const* const text = value ? std::get_if<std::string>(&*value) : nullptr;
  return text ? *text : "";
}
inline std::int64_t number_attribute(span_data const& of, std::string_view name) {
  auto const value = attribute(of, name);
  auto const* const number = value ? std::get_if<std::int64_t>(&*value) : nullptr;
  return number ? *number : -1;
}
inline bool has_event(span_data const& of, std::string_view name) {
  return std::ranges::find(of.events, name, &span_event::name) != of.events.end();
}

// ---- of a child ------------------------------------------------------------------------------------------------

/// A span as a child has written it.
struct written_span {
  std::string name;
  std::string trace_id;
  std::string span_id;
  std::string parent;
  int status = 0;
  std::string message;
};

/// The file in which the children of a test write their spans; its path goes to them as `variable`.
class span_file {
 public:
  static constexpr char const* variable = "TEST_SPANS";

  span_file() {
    int const fd = ::mkstemp(path_.data());
    if (fd < 0) std::abort();
    ::close(fd);
  }
  span_file(span_file const&) = delete;
  span_file& operator=(span_file const&) = delete;
  ~span_file() { ::unlink(path_.c_str()); }

  std::string const& path() const noexcept { return path_; }

  std::vector<written_span> read() const {
    std::vector<written_span> spans;
    std::ifstream in{path_};
    for (std::string line; std::getline(in, line);) {
      std::istringstream fields{line};
      written_span one;
      std::string status;
      for (auto* field : {&one.name, &one.trace_id, &one.span_id, &one.parent, &status, &one.message})
        std::getline(fields, *field, '\t');
      one.status = std::atoi(status.c_str());
      spans.push_back(std::move(one));
    }
    return spans;
  }

 private:
  std::string path_ = "/tmp/reeve-spans-XXXXXX";
};

/// In a child whose environment names such a file: writes the spans of this process there, when it is told to flush
/// them and not before.
inline void write_spans_where_wanted() {
  struct writer final : detail::tracer {
    explicit writer(char const* p) : path{p} {}
    bool samples(trace_context const& parent, std::array<std::uint8_t, 16> const&) noexcept override {
      return !parent.valid() || parent.sampled();
    }
    std::uint64_t recorded_below() const noexcept override { return all_traces; }
    void record(span_record const& span) noexcept override {
      std::lock_guard const lock{mutex};
      auto const data = span.unpacked();
      lines << data.name << '\t' << data.context.trace_id_text() << '\t' << data.context.span_id_text()
            << '\t' << hex_of(data.parent) << '\t' << static_cast<int>(data.status) << '\t' << data.message
            << '\n';
    }
    bool flush(std::chrono::steady_clock::duration) noexcept override {
      std::lock_guard const lock{mutex};
      auto const text = lines.str();
      int const fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
      auto const written = ::write(fd, text.data(), text.size());
      ::close(fd);
      lines.str({});
      return written == static_cast<ssize_t>(text.size());
    }
    std::string const path;
    std::mutex mutex;
    std::ostringstream lines;
  };
  if (auto const* const path = std::getenv(span_file::variable)) {
    std::string const kept{path};
    ::unsetenv(span_file::variable);
    detail::install_tracer(std::make_shared<writer>(kept.c_str()));
  }
}

}  // namespace reeve::test
