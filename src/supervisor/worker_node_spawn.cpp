// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launch_thread.hpp"
#include "process/subreaper.hpp"
#include "supervisor/incarnation.hpp"
#include "supervisor/validate.hpp"
#include "supervisor/worker_node.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <system_error>
#include <utility>

// How a node comes to a process: the order for the launch thread, and what it does with the answer.

namespace reeve {

namespace asio = boost::asio;

void worker_node::spawn() {
  if (around_->alive.expired()) return;  // the supervisor is about to let go of us
  why_.clear();
  reason_.clear();
  spawn_order order{*spec_, id()};
  order.marker = marker();
  spans_.begin(order.worker, spec_->trace);
  host_.board().update(*entry_, [now = clock::now()](auto& e) { e.asked_at = now; });
  if (auto wrong = adapt(order)) return spawn_refused({error::invalid_argument, std::move(*wrong)});

  spans_.tell(order.env);
  auto carry = [order = std::move(order), gate = around_->gate, weak = weak_from_this()] {
    auto result = std::make_shared<spawn_result>(carry_out(order));
    gate->enter([&] {
      enter_strand(weak.lock(), [result = std::move(result), g = order.worker.generation](worker_node& node) {
        node.spawned(g, *result);
      });
    });
  };
  try {
    asio::post(launch_thread::executor(), std::move(carry));
  } catch (std::system_error const& e) {
    return spawn_refused({e.code(), "launch thread"});
  }
  spawn_work_.emplace(around_->user);  // the context stays, as far as it depends on us, until the answer
}

// The application's own changes to the order; what is wrong with them, if anything.
std::optional<std::string> worker_node::adapt(spawn_order& order) const {
  char const* function = "for_instance";
  try {
    if (spec_->for_instance) spec_->for_instance(index_, order.command, order.env);
    function = "for_start";
    if (spec_->for_start) spec_->for_start(order.worker, order.process);
  } catch (std::exception const& e) {
    return std::string{function} + " threw: " + e.what();
  } catch (...) {
    return std::string{function} + " threw";
  }
  auto wrong = validate(order.command, order.env);
  if (!wrong && spec_->for_start) wrong = validate(order.process);
  if (!wrong) return std::nullopt;
  return wrong->field + ' ' + wrong->message;
}

void worker_node::spawned(std::uint64_t generation, spawn_result& result) {
  if (abandoned_) return;
  spawn_work_.reset();
  if (result.failure.error) return spawn_refused(result.failure);
  if (auto const ec = adopt(result)) return spawn_refused({ec, "watch"});
  host_.board().update(*entry_, [this](auto& e) {
    e.page = now_->page;
    e.output = now_->output;
    e.status.last_heartbeat.reset();
  });
  apply(fsm_.spawned(generation, clock::now()));
  watch_incarnation();
}

// Watching a descriptor may fail as spawning may: the worker was not started then, as far as anyone can tell.
error_code worker_node::adopt(spawn_result& result) try {
  auto taken = std::make_unique<incarnation>();
  taken->started_at = clock::now();
  taken->process = std::make_unique<child>(around_->strand, std::move(result.process));
  auto const pid = taken->process->pid();
  taken->process->when_left(then_reap_strays(std::move(result.marker), pid));
  taken->page = std::move(result.page);
  if (result.control)
    taken->control = std::make_unique<control_link>(around_->strand, std::move(result.control));
  if (result.out || result.err) {
    auto const trace = spans_.context() ? *spans_.context() : trace_context{};
    output_capture_params params{
        .worker = id(),
        .policy = {spec_, &spec_->output},
        .out = std::move(result.out),
        .err = std::move(result.err),
        .strand = around_->strand,
        .callbacks = around_->calls,
        .owner = around_->alive,
        .log =
            [log = around_->log, pid, trace](auto const& worker, auto const& line) {
              if (log.enabled(log_level::info))
                log.write(log_level::info, worker, pid,
                          to_string(worker) + " (pid " + std::to_string(pid) + ") | " + line.text, &trace);
            },
        .file_failed =
            [log = around_->log, pid, trace](auto const& worker, auto const& path, error_code ec) {
              log.write(log_level::warning, worker, pid,
                        "output to " + path.string() + " failed: " + ec.message(), &trace);
            }};
    taken->output = std::make_shared<output_capture>(std::move(params));
  }
  now_ = std::move(taken);
  return {};
} catch (boost::system::system_error const& e) {
  return e.code();
}

void worker_node::spawn_refused(launch_failure const& failure) {
  auto record = std::make_shared<exit_record>();
  record->worker = id();
  record->cause = exit_cause::spawn_failed;
  record->error = failure.error;
  record->reason = failure.step + ": " + failure.error.message();
  record_exit(std::move(record));
  apply(fsm_.spawn_failed(fsm_.generation(), clock::now(), true));
}

bool worker_node::page_says_ready() {
  auto const& page = *now_->page;
  if (page.violation()) {
    // Not from here: the one who asks would be gone.
    asio::post(around_->strand, [weak = weak_from_this()] {
      if (auto const self = weak.lock()) self->check_page();
    });
    return false;
  }
  return spec_->ready.type() == ready_when::kind::first_beat
             ? page.beats() != 0
             : page.stage() == page_layout::worker_stage::ready;
}

void worker_node::watch_incarnation() {
  auto const generation = fsm_.generation();
  auto const weak = weak_from_this();
  auto const guarded = [weak, generation](auto member) {
    return [weak, generation, member](auto&&... args) {
      auto const self = weak.lock();
      if (self && !self->abandoned_ && self->now_ && self->fsm_.generation() == generation)
        ((*self).*member)(generation, std::forward<decltype(args)>(args)...);
    };
  };
  if (now_->control) {
    now_->control->start(guarded(&worker_node::heard), [weak, generation] {
      if (auto const self = weak.lock())
        self->call_unhealthy(generation, exit_cause::protocol_violation, error::protocol_violation,
                             "a malformed message on its control socket");
    });
  }
  now_->process->async_wait(guarded(&worker_node::process_ended));
  if (around_->params.monitoring && spec_->health.heartbeat) {
    heartbeat_.emplace(*spec_->health.heartbeat, clock::now());
    host_.watch_heartbeat(*this, true);
  }
  bool const hooks =
      spec_->ready.type() != ready_when::kind::spawned || (around_->params.monitoring && spec_->health.check);
  if (!hooks) return;
  auto const unhealthy = [weak, generation](std::string reason) {
    if (auto const self = weak.lock())
      self->call_unhealthy(generation, exit_cause::health_check, error::health_check_failed,
                           std::move(reason));
  };
  now_->health = std::make_unique<node_health>(
      around_->strand, around_->user, around_->alive, spec_,
      node_health::callbacks{.view = [this] { return view(); },
                             .page_says_ready = [this] { return page_says_ready(); },
                             .ready =
                                 [weak, generation] {
                                   if (auto const self = weak.lock())
                                     self->apply(self->fsm_.ready(generation, clock::now()));
                                 },
                             .unhealthy = unhealthy});
  if (fsm_.state() == worker_state::starting) now_->health->watch_readiness();
  if (fsm_.state() == worker_state::running && around_->params.monitoring) now_->health->watch_health();
}

}  // namespace reeve
