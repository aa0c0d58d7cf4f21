// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/nats_source.hpp>
#include "../common/compare.hpp"
#include "bare_nats.hpp"
#include "nats_server.hpp"
#include "pipeline_bed.hpp"
#include "sections.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace reeve::bench {
namespace {

constexpr std::size_t tasks_at_a_time = 20'000;
constexpr int batch = 256;

// A queue of the pipeline's, which is worked on for one measurement at a time.
class nats_line {
 public:
  nats_line(std::string const& url, std::string name, bool keep_results) : name_{std::move(name)} {
    nats_params params;
    params.connection.servers = {url};
    params.queue = name_;
    params.keep_results = keep_results;
    auto const source = std::make_shared<nats_source>(bed_.io.get_executor(), params);
    bed_.start(source, {.fetch_batch = batch, .publish_batch = batch});
    bed_.run_until([&] {
      bed_.io.run_one_for(std::chrono::milliseconds{10});
      return source->status().ready;
    });
  }

  std::string subject() const { return "reeve." + name_ + ".task.bench_no_op"; }

  /// Until the tasks that are in its queue are done.
  void run(bare_nats& filler, std::size_t count) {
    // It stands still while its loop does not run; the first few of the next ones it has already.
    filler.fill(subject(), count);
    took_ = seconds([&] { bed_.run_until_published(done_ += count); });
  }
  double took() const noexcept { return took_; }

 private:
  std::string name_;
  pipeline_bed bed_{{.workers = 2}};
  std::uint64_t done_ = 0;
  double took_ = 0;
};

// Of the pipeline, and of a bare consumer: with results, or without.
void compare_with_bare(nats_server const& server, std::string const& metric, bool ours_has_results,
                       bool bare_has_results, std::string_view goal) {
  bare_nats bare{server.url()};
  auto const queue = "bare_" + metric;
  auto const kept = bare_has_results ? queue + ".result" : std::string{};
  bare.make_queue(queue, queue + ".task");
  if (bare_has_results) bare.make_stream(queue + "_results", kept);
  nats_line line{server.url(), metric, ours_has_results};
  line.run(bare, tasks_at_a_time);

  auto const ours = [&] {
    line.run(bare, tasks_at_a_time);
    return std::array{line.took() / static_cast<double>(tasks_at_a_time)};
  };
  auto const raw = [&] {
    bare.fill(queue + ".task", tasks_at_a_time);
    auto const took = seconds([&] { bare.consume(queue, tasks_at_a_time, batch, kept); });
    return std::array{took / static_cast<double>(tasks_at_a_time)};
  };
  auto const result = compare<1>({.step = std::chrono::seconds{1}, .steps = 7}, ours, raw)[0];
  report_pipeline(metric, 1 / result.ratio, "ratio",
                  number(1 / result.ours, 0) + " tasks/s, beside " + number(1 / result.raw, 0) +
                      " of a bare libnats consumer that fetches 256 at a time" +
                      (bare_has_results ? ", publishes a result for each" : "") + " and acknowledges",
                  goal);
}

}  // namespace

void measure_nats() {
  nats_server const server;
  compare_with_bare(server, "nats_ratio", false, false, ">= 0.7");
  compare_with_bare(server, "nats_results_ratio", true, true, {});
  compare_with_bare(server, "nats_results_to_bare_ratio", true, false, {});
}

}  // namespace reeve::bench
