// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/rotating_file_writer.hpp"

#include "core/last_error.hpp"
#include "supervisor/writer_thread.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve {
namespace {

std::filesystem::path numbered(std::filesystem::path path, unsigned number) {
  path += '.';
  return path += std::to_string(number);
}

std::filesystem::path from_here(std::filesystem::path const& path) {
  std::error_code ec;
  auto absolute = std::filesystem::absolute(path, ec);
  return ec ? path : absolute;
}

/// The files that are open, by path. A service, so that each writer thread has its own, without a lock.
class open_files : public boost::asio::execution_context::service {
 public:
  using key_type = open_files;
  inline static boost::asio::execution_context::id id;
  using service::service;

  std::shared_ptr<rotating_appender> get(std::filesystem::path const& path) {
    std::erase_if(files_, [](auto const& entry) { return entry.second.expired(); });
    auto& known = files_[path];
    auto file = known.lock();
    if (!file) known = file = std::make_shared<rotating_appender>(path);
    return file;
  }

 private:
  void shutdown() override { files_.clear(); }

  std::map<std::filesystem::path, std::weak_ptr<rotating_appender>> files_;
};

}  // namespace

std::filesystem::path path_for(std::filesystem::path const& pattern, worker_id const& worker) {
  auto name = worker.name;
  std::replace(name.begin(), name.end(), '/', '_');
  std::pair<std::string_view, std::string> const placeholders[] = {{"{name}", name},
                                                                   {"{index}", std::to_string(worker.index)}};
  std::string expanded;
  // In one pass: a name that holds a placeholder's text is not expanded again.
  for (std::string_view rest = pattern.native(); !rest.empty();) {
    auto const* const found = std::find_if(std::begin(placeholders), std::end(placeholders),
                                           [&](auto const& each) { return rest.starts_with(each.first); });
    if (found != std::end(placeholders)) {
      expanded += found->second;
      rest.remove_prefix(found->first.size());
    } else {
      expanded += rest.front();
      rest.remove_prefix(1);
    }
  }
  return expanded;
}

std::size_t rotating_appender::append(std::string_view bytes, rotating_file const& limits, error_code& ec) {
  ec = {};
  open(ec);
  while (!ec && !bytes.empty()) {
    if (auto const count = fitting(bytes, limits.max_bytes); count > 0) {
      bytes.remove_prefix(write(bytes.substr(0, count), ec));
      continue;
    }
    rotate(limits.keep, ec);
    if (!ec) {
      open(ec);
    } else {
      error_code failed;
      bytes.remove_prefix(write(bytes, failed));
    }
  }
  return bytes.size();
}

void rotating_appender::open(error_code& ec) {
  struct stat named {};
  struct stat ours {};
  bool const same = file_ && ::stat(path_.c_str(), &named) == 0 && ::fstat(file_.get(), &ours) == 0 &&
                    named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
  if (!same) {
    // Not blocking, for what is a FIFO: one without a reader is an error, not the end of all other files.
    file_ = unique_fd{
        ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640)};
    if (!file_ || ::fstat(file_.get(), &ours) != 0) {
      ec = last_error();
      return;
    }
  }
  size_ = static_cast<std::uint64_t>(ours.st_size);
  rotatable_ = S_ISREG(ours.st_mode);
}

void rotating_appender::rotate(unsigned keep, error_code& ec) {
  if (keep == 0) {
    if (::ftruncate(file_.get(), 0) != 0) ec = last_error();
    if (!ec) size_ = 0;
    return;
  }
  unsigned last = 1;
  struct stat ignored {};
  while (last < keep && ::stat(numbered(path_, last).c_str(), &ignored) == 0) ++last;
  // Stops where one can't be moved: the next would replace it, and its bytes would be lost.
  for (; last > 0 && !ec; --last) {
    auto const older = last > 1 ? numbered(path_, last - 1) : path_;
    if (std::rename(older.c_str(), numbered(path_, last).c_str()) != 0) ec = last_error();
  }
  if (!ec) file_.reset();
}

/// How many of the bytes the file takes before it must be rotated; 0: none.
std::size_t rotating_appender::fitting(std::string_view bytes, std::uint64_t max_bytes) const {
  if (!rotatable_ || max_bytes == 0) return bytes.size();
  auto const room = max_bytes > size_ ? max_bytes - size_ : 0;
  if (bytes.size() <= room) return bytes.size();
  auto const line_end = bytes.substr(0, room).rfind('\n');
  if (line_end != std::string_view::npos) return line_end + 1;
  return size_ > 0 ? 0 : room;
}

std::size_t rotating_appender::write(std::string_view bytes, error_code& ec) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    auto const count = ::write(file_.get(), bytes.data() + written, bytes.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      ec = last_error();
      // Opened anew at the next write: the trouble may be with this descriptor only.
      file_.reset();
      break;
    }
  }
  size_ += written;
  return written;
}

struct rotating_file_writer::state : std::enable_shared_from_this<state> {
  state(boost::asio::any_io_executor strand_, rotating_file file_, std::size_t max_waiting_bytes_,
        failure_handler on_failure_)
      : strand{std::move(strand_)},
        file{std::move(file_)},
        max_waiting_bytes{max_waiting_bytes_},
        on_failure{std::move(on_failure_)} {}

  bool take(std::string_view bytes);
  void write_waiting();
  void report(error_code ec);

  std::mutex mutex;
  // Empty once the writer is gone: its executor's context may be, too.
  boost::asio::any_io_executor strand;
  rotating_file const file;
  std::size_t const max_waiting_bytes;
  failure_handler on_failure;
  std::string waiting;
  // Those in `waiting` and those that are being written.
  std::size_t unwritten = 0;
  bool scheduled = false;
  std::atomic<std::uint64_t> dropped{0};

  // Of the writer thread.
  std::shared_ptr<rotating_appender> appender;
  bool failing = false;
};

bool rotating_file_writer::state::take(std::string_view bytes) {
  std::lock_guard const lock{mutex};
  if (unwritten > 0 && (bytes.size() > max_waiting_bytes || unwritten > max_waiting_bytes - bytes.size()))
    return false;
  if (!scheduled) {
    try {
      writer_thread::post([self = shared_from_this()] { self->write_waiting(); });
    } catch (std::exception const&) {
      return false;
    }
    scheduled = true;
  }
  waiting += bytes;
  unwritten += bytes.size();
  return true;
}

void rotating_file_writer::state::write_waiting() {
  std::string batch;
  {
    std::lock_guard const lock{mutex};
    batch.swap(waiting);
  }
  error_code ec;
  auto lost = batch.size();
  try {
    if (!appender) appender = boost::asio::use_service<open_files>(writer_thread::context()).get(file.path);
    lost = appender->append(batch, file, ec);
  } catch (std::exception const&) {
    ec = make_error_code(boost::system::errc::not_enough_memory);
  }
  dropped += lost;

  std::lock_guard const lock{mutex};
  unwritten -= batch.size();
  if (ec && !failing) report(ec);
  failing = static_cast<bool>(ec);
  scheduled = !waiting.empty();
  // Posted again rather than looped: other files have their turn.
  if (scheduled) writer_thread::post([self = shared_from_this()] { self->write_waiting(); });
}

void rotating_file_writer::state::report(error_code ec) {
  if (!on_failure) return;
  boost::asio::post(strand, [weak = weak_from_this(), ec] {
    auto const self = weak.lock();
    if (!self) return;
    // A copy: it may destroy the writer.
    if (auto const call = self->on_failure) call(self->file.path, ec);
  });
}

rotating_file_writer::rotating_file_writer(boost::asio::any_io_executor strand, rotating_file file,
                                           std::size_t max_waiting_bytes, failure_handler on_failure) {
  file.path = from_here(file.path);
  state_ =
      std::make_shared<state>(std::move(strand), std::move(file), max_waiting_bytes, std::move(on_failure));
}

rotating_file_writer::~rotating_file_writer() {
  {
    std::lock_guard const lock{state_->mutex};
    state_->on_failure = nullptr;
    state_->strand = {};
  }
  // The last reference closes the file, which may take its time: not here.
  try {
    writer_thread::post([last = std::move(state_)] {});
  } catch (std::exception const&) {
    // It is closed here after all.
  }
}

bool rotating_file_writer::write(std::string_view bytes) { return state_->take(bytes); }

std::uint64_t rotating_file_writer::dropped() const noexcept {
  return state_->dropped.load(std::memory_order_relaxed);
}

}  // namespace reeve
