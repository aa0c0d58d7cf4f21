// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A map over a pool without processes: batches wait until the test runs them, and the sink notes what it is told.

#include "pool/map_job.hpp"
#include "reeve/task_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve::test {

/// What an exception says; empty for none.
inline std::string text_of(std::exception_ptr const& error) {
  if (!error) return {};
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    return e.what();
  }
}

inline std::exception_ptr aborted_error() {
  return std::make_exception_ptr(boost::system::system_error{boost::asio::error::operation_aborted});
}
inline std::string aborted_text() { return text_of(aborted_error()); }

/// Set while somebody is inside: notes that somebody else was.
class turnstile {
 public:
  explicit turnstile(std::atomic<bool>& inside, std::atomic<bool>& overlapped) : inside_{inside} {
    if (inside_.exchange(true)) overlapped = true;
  }
  turnstile(turnstile const&) = delete;
  turnstile& operator=(turnstile const&) = delete;
  ~turnstile() { inside_ = false; }

 private:
  std::atomic<bool>& inside_;
};

/// The elements "0", "1" and so on.
struct element_plan {
  std::size_t count = 0;
  bool sized = true;
  /// Each is so many bytes longer.
  std::size_t padding = 0;
  /// These cannot be encoded.
  std::set<std::size_t> bad{};
  std::size_t throws_at = std::numeric_limits<std::size_t>::max();
};

/// What a test sees of a source, which its map owns.
struct source_view {
  std::size_t read = 0;
  std::function<void(std::size_t)> before;
  std::shared_ptr<int> alive = std::make_shared<int>();
  std::atomic<bool> inside{false};
  std::atomic<bool> twice{false};
  bool overlapped() const { return twice; }
};

class planned_source final : public detail::element_source {
 public:
  planned_source(element_plan plan, std::shared_ptr<source_view> view)
      : plan_{std::move(plan)}, view_{std::move(view)}, alive_{view_->alive} {}

  std::optional<std::size_t> size() override {
    return plan_.sized ? std::optional{plan_.count} : std::nullopt;
  }

  step next(std::string& arguments, std::exception_ptr& error) override {
    turnstile const turn{view_->inside, view_->twice};
    auto const i = view_->read;
    if (view_->before) view_->before(i);
    arguments += "half";  // of what is not an element nothing stays
    if (i == plan_.throws_at) throw std::runtime_error{"thrown"};
    if (i == plan_.count) return step::end;
    ++view_->read;
    if (plan_.bad.contains(i)) {
      error = std::make_exception_ptr(std::runtime_error{"bad"});
      return step::bad_element;
    }
    arguments.resize(arguments.size() - 4);
    arguments += std::to_string(i);
    arguments.append(plan_.padding, ' ');
    return step::element;
  }

 private:
  element_plan plan_;
  std::shared_ptr<source_view> view_;
  std::shared_ptr<int> alive_;
};

class recording_sink final : public detail::element_sink {
 public:
  std::map<std::size_t, std::string> results;
  std::map<std::size_t, std::exception_ptr> errors;
  std::atomic<int> ends{0};
  std::exception_ptr end_error;
  std::optional<std::size_t> refuses;
  std::size_t were_read = 0;
  std::function<void()> at_end;
  std::atomic<bool> overlapped{false};

  std::string error() const { return text_of(end_error); }

  std::exception_ptr succeed(std::size_t index, std::string_view result) override {
    turnstile const turn{inside_, overlapped};
    if (index == refuses) return std::make_exception_ptr(std::runtime_error{"refused"});
    BOOST_REQUIRE(!results.contains(index) && !errors.contains(index));
    results.emplace(index, result);
    return nullptr;
  }
  void fail(std::size_t index, std::exception_ptr error) override {
    turnstile const turn{inside_, overlapped};
    BOOST_REQUIRE(!results.contains(index) && !errors.contains(index));
    errors.emplace(index, std::move(error));
  }
  void finish(std::exception_ptr error) override {
    turnstile const turn{inside_, overlapped};
    end_error = std::move(error);
    ++ends;
    if (at_end) at_end();
  }
  std::size_t read() override { return were_read; }

 private:
  std::atomic<bool> inside_{false};
};

/// A batch that was submitted.
struct submitted_batch {
  std::uint64_t id;
  batch what;
  std::shared_ptr<batch_sink> sink;

  // Several threads run batches: Boost.Test's checks are for one.
  static void expect(bool holds) {
    if (!holds) throw std::logic_error{"the frames of a batch are wrong"};
  }
  /// The elements, as the source wrote them.
  std::vector<std::string> elements() const {
    std::vector<std::string> all;
    std::string_view rest = what.frames;
    while (!rest.empty()) {
      expect(rest.size() >= 4);
      std::size_t size = 0;
      for (unsigned i = 0; i < 4; ++i) size |= std::size_t{static_cast<unsigned char>(rest[i])} << (8 * i);
      expect(rest.size() >= 4 + size);
      all.emplace_back(rest.substr(4, size));
      rest.remove_prefix(4 + size);
    }
    expect(all.size() == what.count);
    return all;
  }

  void succeed(std::uint32_t element, std::chrono::nanoseconds time) const {
    sink->succeed(element, '<' + elements().at(element) + '>', time);
  }
  void fail(std::uint32_t element, std::string const& why, std::chrono::nanoseconds time = {}) const {
    sink->fail(element, std::make_exception_ptr(std::runtime_error{why}), time);
  }
  /// All of it.
  void run(std::chrono::nanoseconds each, std::function<bool(std::string const&)> const& fails = {}) const {
    std::uint32_t number = 0;
    for (auto const& element : elements()) {
      if (fails && fails(element))
        fail(number++, "failed: " + element, each);
      else
        sink->succeed(number++, '<' + element + '>', each);
    }
    sink->end();
  }
  void end_with(std::exception_ptr const& error) const {
    for (std::uint32_t i = 0; i < what.count; ++i) sink->fail(i, error, {});
    sink->end();
  }
};

/// What stands for the pool. The lists are the test's while no other thread submits.
struct fake_pool {
  std::size_t count = 2;
  std::uint64_t most_bytes = std::uint64_t{1} << 32U;
  std::chrono::nanoseconds run_time = std::chrono::milliseconds{10};
  std::function<bool(std::string const&)> fails;
  std::function<void()> while_submitting;
  std::shared_ptr<int> keeper = std::make_shared<int>();
  int opened = 0;

  std::mutex mutex;
  std::uint64_t last_id = 0;
  std::deque<submitted_batch> waiting;
  std::vector<std::uint32_t> sizes;
  std::multiset<std::uint64_t> cancelled;

  std::optional<submitted_batch> try_take() {
    std::lock_guard const lock{mutex};
    if (waiting.empty()) return std::nullopt;
    auto b = std::move(waiting.front());
    waiting.pop_front();
    return b;
  }
  submitted_batch take() {
    auto b = try_take();
    BOOST_REQUIRE(b.has_value());
    return *std::move(b);
  }
  void run_one() { take().run(run_time, fails); }
  void abort_one() {
    auto const b = take();
    BOOST_TEST(cancelled.contains(b.id));
    b.end_with(aborted_error());
  }
  void close_one() { take().end_with(std::make_exception_ptr(pool_closed{"closed"})); }
};

class fake_port final : public detail::batch_port {
 public:
  explicit fake_port(std::shared_ptr<fake_pool> pool) : pool_{std::move(pool)} {}
  std::size_t workers() const override { return pool_->count; }
  std::uint64_t max_message() const override { return pool_->most_bytes; }
  std::shared_ptr<void> keep_open() override {
    ++pool_->opened;
    return pool_->keeper;
  }
  std::uint64_t new_id() override {
    std::lock_guard const lock{pool_->mutex};
    return ++pool_->last_id;
  }
  void submit(std::uint64_t id, batch what, std::shared_ptr<batch_sink> sink) override {
    if (pool_->while_submitting) pool_->while_submitting();
    std::lock_guard const lock{pool_->mutex};
    pool_->sizes.push_back(what.count);
    pool_->waiting.push_back({id, std::move(what), std::move(sink)});
  }
  void cancel(std::uint64_t id) override {
    std::lock_guard const lock{pool_->mutex};
    pool_->cancelled.insert(id);
  }

 private:
  std::shared_ptr<fake_pool> pool_;
};

struct map_rig {
  std::shared_ptr<fake_pool> pool = std::make_shared<fake_pool>();
  boost::asio::io_context io;
  std::shared_ptr<source_view> source = std::make_shared<source_view>();
  std::shared_ptr<recording_sink> sink = std::make_shared<recording_sink>();
  std::shared_ptr<detail::map_job_impl> job;

  explicit map_rig(element_plan plan, detail::map_job_params params = {})
      : job{std::make_shared<detail::map_job_impl>(
            std::make_unique<fake_port>(pool), io.get_executor(), std::move(params),
            std::make_unique<planned_source>(std::move(plan), source), sink)} {}

  // The batches that wait hold the job, which holds the pool.
  ~map_rig() { pool->waiting.clear(); }
  map_rig(map_rig const&) = delete;
  map_rig& operator=(map_rig const&) = delete;

  std::size_t read() const { return source->read; }

  void poll() {
    io.restart();
    io.poll();
  }
  void start() {
    job->start();
    poll();
  }
  /// Until nothing is left to run.
  void run_all() {
    poll();
    while (!pool->waiting.empty()) {
      pool->run_one();
      poll();
    }
  }
};

}  // namespace reeve::test
