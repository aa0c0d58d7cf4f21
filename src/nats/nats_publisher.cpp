// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_publisher.hpp"

#include "nats/nats_error.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace reeve::detail {
namespace {

// So long the thread waits for an answer before it looks for new jobs.
constexpr std::chrono::milliseconds slice{20};

}  // namespace

void nats_publisher::add(std::shared_ptr<nats_job> job) {
  std::lock_guard const lock{mutex_};
  if (closed_) return job->call->abort();
  try {
    if (!started_) link_->run_thread("reeve-publish", shared_from_this());
    started_ = true;
  } catch (std::exception const& e) {
    return job->call->end_from(door_, e.what());
  }
  new_.push_back(std::move(job));
  changed_.notify_one();
}

void nats_publisher::close() {
  std::lock_guard const lock{mutex_};
  closed_ = true;
  for (auto const* const list : {&new_, &known_})
    for (auto const& job : *list) job->call->abort();
  changed_.notify_one();
}

void nats_publisher::run() {
  nats_line line{*link_};
  jobs active;
  while (take_new(active)) {
    try {
      work(line, active);
    } catch (nats_failure const& e) {
      if (e.missing()) link_->recheck();
      fail(active, e.what());
    } catch (std::exception const& e) {
      fail(active, e.what());
    }
    if (active.empty() && line.under_way() != 0) line.forget();
  }
}

/// Waits for jobs where none is active. Whether there may be more.
bool nats_publisher::take_new(jobs& active) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return closed_ || !new_.empty() || !active.empty(); });
  std::ranges::move(new_, std::back_inserter(active));
  new_.clear();
  known_ = active;
  return !closed_;
}

void nats_publisher::work(nats_line& line, jobs& active) {
  std::erase_if(active, [](auto const& job) { return job->call->done(); });
  if (active.empty()) return;
  auto const [first, last] = std::ranges::minmax(active, {}, [](auto const& job) { return job->deadline; });
  auto const latest = last->deadline;
  line.use(first->deadline);
  for (auto const& job : active) {
    if (std::exchange(job->sent, true)) continue;
    // One that cannot be sent, because it is too large say, takes no other with it.
    try {
      job->send(line);
    } catch (nats_failure const& e) {
      if (!line.is_current()) throw;
      job->error = e.what();
    }
  }
  if (line.needs_flush()) line.flush(latest);
  while (line.under_way() != 0 && line.collect(slice)) continue;
  for (auto const& job : active)
    if (job->open == 0) job->answered(line);
  if (line.needs_flush()) line.flush(latest);
  finish(active);
}

void nats_publisher::finish(jobs& active) {
  std::erase_if(active, [&](auto const& job) {
    if (job->open != 0 && clock::now() < job->deadline) return false;
    if (job->open != 0) {
      job->call->end_from(door_, "the server did not answer in time");
      return true;
    }
    job->flushed();
    if (job->has_more()) {
      job->sent = false;
      job->renew_deadline();
      return false;
    }
    job->call->end_from(door_, job->error);
    return true;
  });
}

void nats_publisher::fail(jobs& active, std::string const& why) {
  for (auto const& job : active) job->call->end_from(door_, why);
  active.clear();
}

}  // namespace reeve::detail
