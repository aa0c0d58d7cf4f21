// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// Records for tests, and what became of them.

#include "observe/log_output.hpp"
#include "process_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/log/attributes/constant.hpp>
#include <boost/log/core.hpp>
#include <boost/log/utility/formatting_ostream.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace reeve::test {

/// A record with attributes of its own: `log_record{}.with("Message", std::string{"m"})`.
class log_record {
 public:
  template <class T>
  log_record with(char const* name, T value) && {
    attributes_[name] = boost::log::attributes::constant<T>{std::move(value)};
    return std::move(*this);
  }
  log_record says(std::string message) && { return std::move(*this).with("Message", std::move(message)); }

  boost::log::record_view view() const { return boost::log::core::get()->open_record(attributes_).lock(); }

  /// As a formatter writes it.
  std::string as(void (&format)(boost::log::record_view const&, boost::log::formatting_ostream&)) const {
    std::string text;
    boost::log::formatting_ostream stream{text};
    format(view(), stream);
    stream.flush();
    return text;
  }

 private:
  boost::log::attribute_set attributes_;
};

inline boost::log::record_view record_saying(std::string message) {
  return log_record{}.says(std::move(message)).view();
}

/// A member of a line of JSON, as JSON; "" where it is not there.
inline std::string member_of(std::string const& line, char const* name) {
  auto const value = boost::json::parse(line);
  auto const* const found = value.as_object().if_contains(name);
  return found ? boost::json::serialize(*found) : std::string{};
}

/// The text of a member of a line of JSON; "" where it is not there.
inline std::string text_member_of(std::string const& line, char const* name) {
  auto const value = boost::json::parse(line);
  auto const* const found = value.as_object().if_contains(name);
  return found ? std::string{found->as_string()} : std::string{};
}

inline std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What outputs of a test have written; those that are held write nothing until they are let go.
class log_gate {
 public:
  void hold() { set(true); }
  void let_go() { set(false); }
  void fail(bool fails) {
    std::lock_guard const guard{mutex_};
    fails_ = fails;
  }

  /// For the output: whether it was written.
  bool write(std::string text) {
    std::unique_lock lock{mutex_};
    inside_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    inside_ = false;
    if (!fails_) written_.push_back(std::move(text));
    changed_.notify_all();
    return !fails_;
  }
  void gone() {
    std::lock_guard const guard{mutex_};
    is_gone_ = true;
    changed_.notify_all();
  }

  /// Waits until the output hangs.
  void await_inside() {
    await([this] { return inside_; });
  }
  /// Waits until the output was destroyed.
  void await_gone() {
    await([this] { return is_gone_; });
  }

  std::vector<std::string> written() const {
    std::lock_guard const guard{mutex_};
    return written_;
  }

 private:
  void set(bool held) {
    std::lock_guard const guard{mutex_};
    held_ = held;
    changed_.notify_all();
  }
  template <class Condition>
  void await(Condition condition) {
    std::unique_lock lock{mutex_};
    BOOST_REQUIRE(changed_.wait_for(lock, patience, condition));
  }

  std::mutex mutable mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool inside_ = false;
  bool fails_ = false;
  bool is_gone_ = false;
  std::vector<std::string> written_;
};

class gated_output final : public log_output {
 public:
  explicit gated_output(std::shared_ptr<log_gate> gate) : gate_{std::move(gate)} {}
  ~gated_output() override { gate_->gone(); }
  bool write(log_fields const& fields) override { return gate_->write(std::string{text_in(fields.message)}); }

 private:
  std::shared_ptr<log_gate> gate_;
};

}  // namespace reeve::test
