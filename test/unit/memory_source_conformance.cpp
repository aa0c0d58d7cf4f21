// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/memory_source.hpp"
#include "source_conformance.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(memory_source_conformance)

namespace {

// All of its consumers share the one source.
class rig final : public reeve::test::source_rig {
 public:
  explicit rig(std::chrono::milliseconds lease)
      : source_{std::make_shared<reeve::memory_source>(
            io.get_executor(),
            reeve::memory_source_params{
                .lease = lease,
                .on_outcome = [this](auto const& task, auto const& outcome) { record(task, outcome); }})} {}

  std::shared_ptr<reeve::task_source> make_source() override { return source_; }

  void submit(std::vector<reeve::task_message> tasks) override {
    for (auto& task : tasks) BOOST_REQUIRE(source_->try_submit(std::move(task)));
  }

  std::vector<reeve::test::recorded_outcome> recorded() override {
    io.restart();
    io.poll();
    return recorded_;
  }

 private:
  void record(reeve::task_message const& task, reeve::task_outcome const& outcome) {
    auto const& text = outcome.what == reeve::verdict::complete ? outcome.result : outcome.reason;
    recorded_.push_back({task.id, outcome.what, text});
  }

  std::shared_ptr<reeve::memory_source> source_;
  std::vector<reeve::test::recorded_outcome> recorded_;
};

}  // namespace

REEVE_SOURCE_CONFORMANCE(rig)

BOOST_AUTO_TEST_SUITE_END()
