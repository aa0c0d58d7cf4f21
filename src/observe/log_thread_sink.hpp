// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/log_thread.hpp"
#include "reeve/log_format.hpp"

#include <boost/log/sinks/basic_sink_frontend.hpp>

#include <memory>

namespace reeve {

/// A sink on a `log_thread`. Boost.Log's `asynchronous_sink` would not do: it forgets what waits when it is destroyed;
/// its `flush` waits for ever for an output that hangs, and lets all who log wait with it.
class log_thread_sink final : public boost::log::sinks::basic_sink_frontend {
 public:
  /// How long the output is given to write what waits, at a flush and at the end.
  static constexpr std::chrono::seconds patience{2};

  explicit log_thread_sink(std::unique_ptr<log_output> output)
      : basic_sink_frontend{true}, thread_{std::move(output)} {}
  ~log_thread_sink() override { end(); }

  void consume(boost::log::record_view const& record) override { thread_.push(record); }
  bool try_consume(boost::log::record_view const& record) override {
    thread_.push(record);
    return true;
  }
  void flush() override { thread_.flush(log_thread::clock::now() + patience); }

  /// Takes nothing any more. For the one thread that runs at the end, and the destructor.
  void end() {
    if (!std::exchange(ended_, true)) thread_.end(log_thread::clock::now() + patience);
  }

 private:
  log_thread thread_;
  bool ended_ = false;
};

/// Adds a sink for an output. It is taken away, and what waits is written, when the process ends: in time before
/// Boost.Log ends.
log_sink add_log_sink(std::unique_ptr<log_output> output);

}  // namespace reeve
