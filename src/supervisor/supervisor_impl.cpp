// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/supervisor_impl.hpp"

#include "process/subreaper.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

std::shared_ptr<node_host::surroundings const> make_surroundings(asio::any_io_executor executor,
                                                                 supervisor_params const& params,
                                                                 std::weak_ptr<void const> alive) {
  return std::make_shared<node_host::surroundings const>(node_host::surroundings{
      .user = executor,
      .strand = asio::make_strand(executor),
      .calls = asio::make_strand(executor),
      .gate = context_gate::of(executor),
      .params = params,
      .log = logger{params.logging},
      .alive = std::move(alive),
      .on_event = std::make_shared<std::function<void(worker_event const&)> const>(params.on_event)});
}

}  // namespace

supervisor_impl::supervisor_impl(asio::any_io_executor executor, supervisor_params params)
    : around_{make_surroundings(std::move(executor), params, alive_)},
      board_{params.exit_history, [this](auto const& worker) { check_page(worker); }},
      turns_{around_->strand, params.max_starting},
      heartbeats_{around_->strand} {
  if (!params.subreaper) return;
  become_subreaper();
  patrol_for_strays();
}

// Still at work only where the context is destroyed: then pending operations are destroyed with it, as ever.
supervisor_impl::~supervisor_impl() { let_go(); }

// ---- the strand's edge -----------------------------------------------------------------------------------

void supervisor_impl::close() {
  alive_.reset();  // from here on no callback of the application is called
  board_.close_streams();
  asio::post(around_->strand, [self = shared_from_this()] { self->end(); });
}

void supervisor_impl::end() {
  let_go();
  for (auto const& op : std::exchange(operations_, {})) {
    op->on_cancel = nullptr;
    op->cancel();
  }
}

void supervisor_impl::let_go() {
  ended_ = true;
  heartbeats_.stop();
  turns_.clear();
  for (auto const& [name, group] : groups_) group->abandon();
  for (auto const& node : all()) node->abandon();
  retiring_.clear();
  squads_.clear();
  groups_.clear();
}

void supervisor_impl::call_event_handler(worker_event const& event) {
  if (!*around_->on_event) return;
  asio::post(around_->calls, [handler = around_->on_event, event, alive = around_->alive] {
    if (!alive.expired()) (*handler)(event);
  });
}

// ---- what nodes need -------------------------------------------------------------------------------------

void supervisor_impl::wait_turn(worker_node& node) { turns_.enter(node); }

void supervisor_impl::settled(worker_node& node) { turns_.settled(node); }

void supervisor_impl::watch_heartbeat(worker_node& node, bool on) { heartbeats_.watch(node, on); }

void supervisor_impl::happened(worker_node& node, worker_event const& event) {
  call_event_handler(event);
  if (retiring_.contains(node.shared_from_this())) return;
  if (auto const group = group_of(node)) group->happened(node, event);
}

std::shared_ptr<worker_group> supervisor_impl::group_of(worker_node const& node) const {
  auto const it = squads_.find(node.spec().name);
  return it == squads_.end() ? nullptr : it->second.group;
}

// Somebody has seen nonsense on a worker's page; on any thread.
void supervisor_impl::check_page(worker_id const& worker) const {
  asio::post(around_->strand, [weak = weak_from_this(), worker] {
    auto const self = weak.lock();
    if (!self) return;
    for (auto const& node : self->select(worker).workers) node->check_page();
  });
}

// ---- squads ----------------------------------------------------------------------------------------------

supervisor_impl::squad& supervisor_impl::add_squad(worker_spec spec, std::shared_ptr<worker_group> group) {
  auto& s = squads_[spec.name];
  auto const count = spec.count;
  for (auto const& node : s.instances)
    if (node->index() >= count) node->remove();
  s.instances.clear();
  s.spec = std::make_shared<worker_spec const>(std::move(spec));
  s.group = std::move(group);
  grow(s, count);
  return s;
}

void supervisor_impl::grow(squad& s, std::size_t count) {
  bool const by_group = s.group && s.group->restarts_together();
  while (s.instances.size() < count) {
    auto const node = std::make_shared<worker_node>(*this, s.spec, s.instances.size(), by_group);
    s.instances.push_back(node);
    node->add();
  }
}

void supervisor_impl::forget(std::string const& name) {
  auto const it = squads_.find(name);
  if (it == squads_.end()) return;
  for (auto const& node : it->second.instances) node->remove();
  squads_.erase(it);
}

supervisor_impl::nodes supervisor_impl::of_group(worker_group const& group) const {
  nodes out;
  for (auto const& name : group.members()) {
    auto const& instances = squads_.at(name).instances;
    out.insert(out.end(), instances.begin(), instances.end());
  }
  return out;
}

supervisor_impl::nodes supervisor_impl::all() const {
  nodes out;
  for (auto const& [name, s] : squads_) out.insert(out.end(), s.instances.begin(), s.instances.end());
  out.insert(out.end(), retiring_.begin(), retiring_.end());
  return out;
}

// Its group is being removed.
bool supervisor_impl::is_leaving(squad const& s) const {
  return s.group && leaving_.contains(s.group->name());
}

bool supervisor_impl::lists(worker_node const& node) const {
  auto const it = squads_.find(node.spec().name);
  if (it == squads_.end() || node.index() >= it->second.instances.size()) return false;
  return it->second.instances[node.index()].get() == &node;
}

supervisor_impl::selection supervisor_impl::select(worker_selector const& which) const {
  if (auto const* name = std::get_if<std::string>(&which.value())) {
    if (auto const it = squads_.find(*name); it != squads_.end() && !is_leaving(it->second))
      return {it->second.instances, {}, {}, {}};
    if (auto const it = groups_.find(*name); it != groups_.end() && !leaving_.contains(*name))
      return {of_group(*it->second), it->second, {}, {}};
    return {{}, {}, error::not_found, "no worker or group is named \"" + *name + '"'};
  }
  auto const& id = std::get<worker_id>(which.value());
  auto const it = squads_.find(id.name);
  if (it == squads_.end() || is_leaving(it->second) || id.index >= it->second.instances.size())
    return {{}, {}, error::not_found, "there is no worker " + to_string(id)};
  auto const& node = it->second.instances[id.index];
  if (id.generation != 0 && id.generation != node->fsm().generation())
    return {{}, {}, error::stale_generation, "now it is " + to_string(node->id())};
  return {{node}, {}, {}, {}};
}

// ---- waiting ---------------------------------------------------------------------------------------------

std::shared_ptr<ready_watch> supervisor_impl::when_ready(operation_ptr const& op) {
  return std::make_shared<ready_watch>([weak = std::weak_ptr{op}](error_code ec, diagnostics why) {
    if (auto const o = weak.lock()) o->complete(ec, std::move(why));
  });
}

std::shared_ptr<rest_watch> supervisor_impl::when_at_rest(operation_ptr const& op) {
  return std::make_shared<rest_watch>([weak = std::weak_ptr{op}] {
    if (auto const o = weak.lock()) o->complete({});
  });
}

}  // namespace reeve::detail
