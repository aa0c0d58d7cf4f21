// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_thread_sink.hpp"

#include <boost/log/core.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <boost/smart_ptr/weak_ptr.hpp>

#include <cstdlib>
#include <mutex>
#include <vector>

namespace reeve {
namespace {

// Never destroyed: sinks are added and end at any time.
struct log_sinks {
  std::mutex mutex;
  std::vector<boost::weak_ptr<log_thread_sink>> all;
};

log_sinks& the_log_sinks() {
  static auto& one = *new log_sinks;
  return one;
}

void end_log_sinks() {
  std::lock_guard const guard{the_log_sinks().mutex};
  for (auto const& weak : the_log_sinks().all)
    if (auto const sink = weak.lock()) {
      boost::log::core::get()->remove_sink(sink);
      sink->end();
    }
}

// What is registered last is called first: Boost.Log's core and the names of its attributes are there already, and
// will be there still.
void end_with_process(boost::shared_ptr<log_thread_sink> const& sink) {
  static bool const registered = std::atexit(&end_log_sinks) == 0;
  static_cast<void>(registered);
  std::lock_guard const guard{the_log_sinks().mutex};
  std::erase_if(the_log_sinks().all, [](auto const& weak) { return weak.expired(); });
  the_log_sinks().all.push_back(sink);
}

}  // namespace

log_sink add_log_sink(std::unique_ptr<log_output> output) {
  auto sink = boost::make_shared<log_thread_sink>(std::move(output));
  boost::log::core::get()->add_sink(sink);
  end_with_process(sink);
  return sink;
}

}  // namespace reeve
