// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_nodes.hpp"

#include "nats/nats_connect.hpp"
#include "nats/nats_error.hpp"
#include "nats/node_json.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace reeve::detail {

void nodes_reader::add(std::shared_ptr<nodes_call> call) {
  std::lock_guard const lock{mutex_};
  if (closed_) return call->abort();
  try {
    if (!started_) link_->run_thread("reeve-nodes", shared_from_this());
    started_ = true;
  } catch (std::exception const& e) {
    return call->end_from(door_, e.what());
  }
  new_.push_back(std::move(call));
  changed_.notify_one();
}

void nodes_reader::close() {
  std::lock_guard const lock{mutex_};
  closed_ = true;
  for (auto const* const list : {&new_, &known_})
    for (auto const& call : *list) call->abort();
  changed_.notify_one();
}

void nodes_reader::run() {
  calls waiting;
  while (take(waiting)) {
    try {
      auto nodes = list();
      for (auto const& call : waiting)
        door_.post([call, nodes]() mutable { call->complete({}, std::move(nodes)); });
    } catch (std::exception const& e) {
      for (auto const& call : waiting) call->end_from(door_, e.what());
    }
    waiting.clear();
  }
}

/// Waits for calls. Whether there may be more.
bool nodes_reader::take(calls& waiting) {
  std::unique_lock lock{mutex_};
  known_.clear();
  changed_.wait(lock, [&] { return closed_ || !new_.empty(); });
  waiting.swap(new_);
  known_ = waiting;
  return !closed_;
}

std::vector<node_info> nodes_reader::list() {
  auto const timeout = link_->params().timeout;
  auto const session = link_->wait_ready(nats_link::clock::now() + timeout);
  auto const js = jetstream(session.connection.get(), timeout);
  std::vector<node_info> nodes;
  kvStore* store = nullptr;
  auto const s = js_KeyValue(&store, js.get(), names_.nodes.c_str());
  nats_ptr<kvStore> const bucket{store};
  if (s == NATS_NOT_FOUND) return nodes;
  check_nats(s, "look for the bucket " + names_.nodes);

  kvWatchOptions options;
  check_nats(kvWatchOptions_Init(&options), "read the bucket " + names_.nodes);
  options.IgnoreDeletes = true;
  options.Timeout = in_milliseconds(timeout);
  kvWatcher* started = nullptr;
  check_nats(kvStore_WatchAll(&started, store, &options), "read the bucket " + names_.nodes);
  nats_ptr<kvWatcher> const watcher{started};
  for (;;) {
    kvEntry* next = nullptr;
    check_nats(kvWatcher_Next(&next, started, in_milliseconds(timeout)), "read the bucket " + names_.nodes);
    nats_ptr<kvEntry> const entry{next};
    if (!entry) break;  // that is all there is now
    std::string_view const text{static_cast<char const*>(kvEntry_Value(next)),
                                static_cast<std::size_t>(kvEntry_ValueLen(next))};
    if (auto node = node_from_json(text)) nodes.push_back(std::move(*node));
  }
  std::ranges::sort(nodes, {}, &node_info::node);
  return nodes;
}

nats_nodes::nats_nodes(boost::asio::any_io_executor executor, nats_params const& params)
    : executor_{std::move(executor)},
      link_{std::make_shared<nats_link>(params.connection, nullptr)},
      reader_{std::make_shared<nodes_reader>(executor_.door(), link_, nats_names{params})} {}

void nats_nodes::list(nodes_call::handler_type handler) {
  reader_->add(nodes_call::make(std::move(handler), executor()));
}

}  // namespace reeve::detail
