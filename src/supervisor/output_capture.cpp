// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/output_capture.hpp"

#include "supervisor/line_splitter.hpp"
#include "supervisor/rotating_file_writer.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <fcntl.h>
#include <unistd.h>

namespace reeve {
namespace {

using boost::asio::posix::stream_descriptor;
using stream_type = output_line::stream_type;

constexpr std::size_t turn_bytes = 64 * 1024;
constexpr std::size_t finish_bytes = 1024 * 1024;

/// The thread's buffer: what was read is handed on before anybody else reads.
char* read_buffer() {
  thread_local std::unique_ptr<char[]> const buffer{new char[turn_bytes]};
  return buffer.get();
}

/// What is in the pipe, `limit` bytes at most; -1 with EAGAIN: nothing yet.
ssize_t read_some(int fd, std::size_t limit) {
  for (;;) {
    auto const count = ::read(fd, read_buffer(), limit);
    if (count >= 0 || errno != EINTR) return count;
  }
}

/// The lines on their way to `on_line`.
class line_queue : public std::enable_shared_from_this<line_queue> {
 public:
  line_queue(boost::asio::any_io_executor executor, std::shared_ptr<output_policy const> policy,
             std::weak_ptr<void const> owner)
      : executor_{std::move(executor)}, policy_{std::move(policy)}, owner_{std::move(owner)} {}

  /// False when too many lines wait.
  bool push(output_line line) {
    std::lock_guard const lock{mutex_};
    if (closed_) return true;
    if (waiting_.size() >= policy_->max_waiting_lines) return false;
    waiting_.push_back(std::move(line));
    if (!posted_) post();
    return true;
  }

  /// Drops what waits, and what comes.
  void close() {
    std::lock_guard const lock{mutex_};
    closed_ = true;
    waiting_.clear();
  }

 private:
  void post() {
    boost::asio::post(executor_, [self = shared_from_this()] { self->deliver(); });
    posted_ = true;
  }

  void deliver() {
    try {
      call_all();
    } catch (...) {
      // The caller's exception, on the caller's executor; the next lines come in a call of their own.
      post_again();
      throw;
    }
    post_again();
  }

  void call_all() {
    // Not those that come meanwhile: the executor has other work.
    auto count = size();
    for (auto line = take(); line; line = take()) {
      policy_->on_line(*line);
      if (--count == 0) return;
    }
  }

  void post_again() {
    std::lock_guard const lock{mutex_};
    posted_ = false;
    if (!waiting_.empty()) post();
  }

  std::size_t size() {
    std::lock_guard const lock{mutex_};
    return waiting_.size();
  }

  std::optional<output_line> take() {
    std::lock_guard const lock{mutex_};
    // Asked before each line: the one before it may have destroyed the supervisor.
    if (owner_.expired()) waiting_.clear();
    if (waiting_.empty()) return std::nullopt;
    std::optional<output_line> line{std::move(waiting_.front())};
    waiting_.pop_front();
    return line;
  }

  boost::asio::any_io_executor const executor_;
  std::shared_ptr<output_policy const> const policy_;
  std::weak_ptr<void const> const owner_;
  std::mutex mutex_;
  std::deque<output_line> waiting_;
  bool posted_ = false;
  bool closed_ = false;
};

/// The last lines, in a ring whose strings are used again.
class line_ring {
 public:
  explicit line_ring(std::size_t capacity) : capacity_{capacity} {}

  void push(std::string_view text) {
    if (lines_.size() < capacity_) {
      lines_.emplace_back(text);
    } else if (capacity_ > 0) {
      lines_[oldest_].assign(text);
      oldest_ = (oldest_ + 1) % capacity_;
    }
  }

  /// Oldest first.
  std::vector<std::string> take() {
    std::rotate(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(oldest_), lines_.end());
    oldest_ = 0;
    return std::exchange(lines_, {});
  }

 private:
  std::size_t capacity_;
  std::vector<std::string> lines_;
  std::size_t oldest_ = 0;
};

}  // namespace

output_pipe make_output_pipe(error_code& ec) {
  ec = {};
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    ec = {errno, boost::system::system_category()};
    return {};
  }
  output_pipe made{above_standard_streams(unique_fd{ends[0]}), above_standard_streams(unique_fd{ends[1]})};
  if (::fcntl(made.read_end.get(), F_SETFL, O_NONBLOCK) != 0) {
    ec = {errno, boost::system::system_category()};
    return {};
  }
  return made;
}

struct output_capture::state : std::enable_shared_from_this<state> {
  struct stream {
    stream(boost::asio::any_io_executor const& strand, stream_type type_, std::size_t max_line_bytes)
        : descriptor{strand}, type{type_}, lines{max_line_bytes} {}
    stream_descriptor descriptor;
    stream_type type;
    line_splitter lines;
  };

  explicit state(output_capture_params& params);
  void start(stream& from, unique_fd fd);
  void wait(stream& from);
  void turn(stream& from);
  void drain(stream& from);
  void end(stream& from);
  void take(stream& from, std::string_view bytes);
  void take_line(stream_type type, std::string_view text, bool complete);

  worker_id const worker;
  std::shared_ptr<output_policy const> const policy;
  std::function<void(worker_id const&, output_line const&)> const log;
  stream out;
  stream err;
  line_ring last;
  std::shared_ptr<line_queue> queue;
  std::optional<rotating_file_writer> file;
  bool wants_lines = false;
  std::size_t bytes_each_turn = turn_bytes;
  std::atomic<std::uint64_t> dropped{0};
};

output_capture::state::state(output_capture_params& params)
    : worker{std::move(params.worker)},
      policy{std::move(params.policy)},
      log{policy->to_log ? std::move(params.log) : nullptr},
      out{params.strand, stream_type::out, policy->max_line_bytes},
      err{params.strand, stream_type::err, policy->max_line_bytes},
      last{policy->last_lines} {
  if (policy->on_line) {
    queue = std::make_shared<line_queue>(std::move(params.callbacks), policy, std::move(params.owner));
    // Even if each byte is a line, both streams' turns fit into an empty queue: an `on_line` that keeps up
    // loses nothing.
    bytes_each_turn = std::clamp<std::size_t>(policy->max_waiting_lines / 2, 512, turn_bytes);
  }
  if (policy->to_file) {
    auto settings = *policy->to_file;
    settings.path = path_for(settings.path, worker);
    auto failed = [id = worker, report = std::move(params.file_failed)](auto const& path, error_code ec) {
      if (report) report(id, path, ec);
    };
    file.emplace(params.strand, std::move(settings), policy->max_waiting_bytes, std::move(failed));
  }
  wants_lines = queue || log || policy->last_lines > 0;
}

void output_capture::state::start(stream& from, unique_fd fd) {
  if (!fd) return;
  from.descriptor.assign(fd.get());
  fd.release();
  wait(from);
}

void output_capture::state::wait(stream& from) {
  from.descriptor.async_wait(stream_descriptor::wait_read, [weak = weak_from_this(), &from](error_code ec) {
    auto const self = weak.lock();
    // Closed, perhaps since this was queued.
    if (!self || ec || !from.descriptor.is_open()) return;
    self->turn(from);
  });
}

void output_capture::state::turn(stream& from) {
  auto const count = read_some(from.descriptor.native_handle(), bytes_each_turn);
  if (count > 0) {
    // Before anything that may throw.
    wait(from);
    take(from, {read_buffer(), static_cast<std::size_t>(count)});
  } else if (count < 0 && errno == EAGAIN) {
    wait(from);
  } else {
    end(from);
  }
}

void output_capture::state::drain(stream& from) {
  std::size_t total = 0;
  while (from.descriptor.is_open() && total < finish_bytes) {
    auto const count = read_some(from.descriptor.native_handle(), turn_bytes);
    if (count <= 0) break;
    total += static_cast<std::size_t>(count);
    take(from, {read_buffer(), static_cast<std::size_t>(count)});
  }
  end(from);
}

void output_capture::state::end(stream& from) {
  error_code ignored;
  from.descriptor.close(ignored);
  from.lines.flush([&](std::string_view text, bool complete) { take_line(from.type, text, complete); });
}

void output_capture::state::take(stream& from, std::string_view bytes) {
  if (file && !file->write(bytes)) dropped += bytes.size();
  if (!wants_lines) return;
  from.lines.feed(bytes, [&](std::string_view text, bool complete) { take_line(from.type, text, complete); });
}

void output_capture::state::take_line(stream_type type, std::string_view text, bool complete) {
  last.push(text);
  if (!queue && !log) return;
  output_line line{worker, type, std::string{text}, complete};
  if (log) log(worker, line);
  // The line's end was a byte, too.
  if (queue && !queue->push(std::move(line))) dropped += text.size() + (complete ? 1 : 0);
}

output_capture::output_capture(output_capture_params params) : state_{std::make_shared<state>(params)} {
  state_->start(state_->out, std::move(params.out));
  state_->start(state_->err, std::move(params.err));
}

output_capture::~output_capture() {
  if (state_->queue) state_->queue->close();
}

std::vector<std::string> output_capture::finish() {
  // It must outlive what `log` may do.
  auto const self = state_;
  self->drain(self->out);
  self->drain(self->err);
  // What waits is delivered from here on by itself.
  self->queue = nullptr;
  return self->last.take();
}

std::uint64_t output_capture::dropped() const noexcept {
  return state_->dropped.load(std::memory_order_relaxed) + (state_->file ? state_->file->dropped() : 0);
}

}  // namespace reeve
