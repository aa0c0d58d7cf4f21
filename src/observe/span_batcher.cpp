// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/span_batcher.hpp"

#include <algorithm>
#include <utility>

namespace reeve {

span_batcher::added span_batcher::add(span_record const& span, time_point now) noexcept {
  if (closed_ || queued_ >= limits_.max_queue) {
    ++counts_.dropped;
    return added::dropped;
  }
  auto* const open = put(span, now);
  if (!open) {
    ++counts_.dropped;
    return added::dropped;
  }
  bool const first = queued_++ == 0;
  bool const first_full = batches_.size() == 1 && open->size() == limits_.max_batch;
  return first || first_full ? added::wake : added::queued;
}

// Null: there is no memory for it. An empty batch may stay behind then: it is the last one, and used next.
span_batch* span_batcher::put(span_record const& span, time_point now) noexcept try {
  auto& open = open_batch(now);
  open.push_back(span);
  return &open;
} catch (...) {
  return nullptr;
}

span_batch& span_batcher::open_batch(time_point now) {
  if (batches_.empty() || batches_.back().size() >= limits_.max_batch)
    batches_.push_back(std::exchange(spare_, {}));
  auto& open = batches_.back();
  if (open.empty()) last_since_ = now;
  return open;
}

bool span_batcher::is_due(time_point now) const noexcept {
  auto const at = wake();
  return at && now >= *at;
}

bool span_batcher::take(time_point now, span_batch& out) {
  if (!is_due(now)) return false;
  out.clear();
  std::swap(out, batches_.front());
  spare_ = std::move(batches_.front());
  batches_.pop_front();
  under_way_ = out.size();
  queued_ -= under_way_;
  return true;
}

std::optional<span_batcher::time_point> span_batcher::wake() const noexcept {
  if (queued_ == 0 || under_way_ != 0) return std::nullopt;
  bool const full = batches_.front().size() >= limits_.max_batch;
  if (full || ended_ < due_up_to_) return time_point::min();
  return last_since_ + limits_.delay;
}

void span_batcher::ended(std::size_t exported) { end(std::exchange(under_way_, 0), exported); }

void span_batcher::end(std::size_t size, std::size_t exported) {
  auto const began = ended_;
  exported = std::min(exported, size);
  ended_ += size;
  counts_.exported += exported;
  counts_.failed += size - exported;
  if (exported == size) return;
  for (auto& [number, call] : flushes_)
    if (began < call.up_to) call.failed = true;
}

std::uint64_t span_batcher::flush() {
  due_up_to_ = ended_ + under_way_ + queued_;
  flushes_.emplace(next_flush_, flush_call{.up_to = due_up_to_});
  return next_flush_++;
}

std::optional<bool> span_batcher::flushed(std::uint64_t flush) {
  auto const call = flushes_.find(flush);
  if (call == flushes_.end() || ended_ < call->second.up_to) return std::nullopt;
  bool const failed = call->second.failed;
  flushes_.erase(call);
  return !failed;
}

void span_batcher::close() {
  closed_ = true;
  due_up_to_ = ended_ + under_way_ + queued_;
}

void span_batcher::abandon() {
  closed_ = true;
  batches_.clear();
  end(std::exchange(queued_, 0), 0);
}

}  // namespace reeve
