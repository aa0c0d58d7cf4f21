// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "reeve/output_policy.hpp"
#include "reeve/worker_id.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace reeve {

/// The pattern with "{name}" and "{index}" replaced by the worker's; a '/' in its name becomes '_'.
std::filesystem::path path_for(std::filesystem::path const& pattern, worker_id const& worker);

/// Appends to a file and rotates it. Blocks: lives on the writer thread.
///
/// The file is opened at the first bytes, and again when somebody else moved or removed it. A size of 0 never
/// rotates, and neither does what is no regular file.
class rotating_appender {
 public:
  explicit rotating_appender(std::filesystem::path path) : path_{std::move(path)} {}

  /// Appends, rotating where a line would grow the file past `limits.max_bytes`: a line is split only when it
  /// is longer than a file, or came in parts. Returns how many of the bytes were lost, with the reason in
  /// `ec`. A file that can't be rotated is an error, but grows and loses nothing.
  std::size_t append(std::string_view bytes, rotating_file const& limits, error_code& ec);

 private:
  void open(error_code& ec);
  void rotate(unsigned keep, error_code& ec);
  std::size_t fitting(std::string_view bytes, std::uint64_t max_bytes) const;
  std::size_t write(std::string_view bytes, error_code& ec);

  std::filesystem::path path_;
  unique_fd file_;
  std::uint64_t size_ = 0;
  bool rotatable_ = false;
};

/// One worker's way to its file: hands bytes to the writer thread, and never waits.
///
/// Writers of this process that name the same path share the file, each by its own limits; what each `write`
/// took stays together. Other processes may append to it, too; where two rotate it at the same moment, one
/// rotation too many is done. All calls but `dropped` are made on one strand.
class rotating_file_writer {
 public:
  /// Called on the executor given when the file fails, and not again until it has worked in between.
  using failure_handler = std::function<void(std::filesystem::path const& path, error_code ec)>;

  /// `file.path` is used as it is: see `path_for`. Touches no file yet.
  rotating_file_writer(boost::asio::any_io_executor strand, rotating_file file, std::size_t max_waiting_bytes,
                       failure_handler on_failure);
  rotating_file_writer(rotating_file_writer const&) = delete;
  rotating_file_writer& operator=(rotating_file_writer const&) = delete;

  /// What waits is still written; `on_failure` is not called any more.
  ~rotating_file_writer();

  /// Takes all of the bytes, or none and returns false when too many wait already. Where none wait, any
  /// number is taken.
  bool write(std::string_view bytes);

  /// Bytes that were taken and lost, because the file failed. From any thread.
  std::uint64_t dropped() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace reeve
