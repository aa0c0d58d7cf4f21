// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/worker_node.hpp"

#include "process/launch_thread.hpp"
#include "process/oom.hpp"
#include "process/subreaper.hpp"
#include "supervisor/incarnation.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <random>
#include <utility>

namespace reeve {

namespace asio = boost::asio;

namespace {

worker_fsm::config config_of(worker_spec const& spec, bool monitoring, bool by_group) {
  return {.restart = spec.restart,
          .stop = spec.stop,
          .ready_when_spawned = spec.ready.type() == ready_when::kind::spawned,
          .ready_timeout = spec.ready.timeout(),
          .restarts = monitoring,
          .restarted_by_group = by_group && monitoring};
}

std::uint64_t jitter_seed() {
  static thread_local std::mt19937_64 engine{std::random_device{}()};
  return engine();
}

}  // namespace

worker_node::worker_node(node_host& host, std::shared_ptr<worker_spec const> spec, std::size_t index,
                         bool by_group)
    : host_{host},
      around_{host.around()},
      spec_{std::move(spec)},
      index_{index},
      entry_{host.board().add({spec_->name, index, 0})},
      fsm_{config_of(*spec_, around_->params.monitoring, by_group), jitter_seed(),
           entry_->status.worker.generation},
      timer_{around_->strand} {}

worker_node::~worker_node() = default;

// ---- commands --------------------------------------------------------------------------------------------

void worker_node::start() { apply(fsm_.start(clock::now())); }

void worker_node::stop(bool graceful, exit_cause cause, std::string const& reason) {
  ends_because(reason);
  apply(fsm_.stop(clock::now(), graceful, cause));
}

void worker_node::restart(restart_options const& options) {
  ends_because(options.reason);
  apply(fsm_.restart(clock::now(), options.graceful, options.cause));
}

// What is being ended already keeps its cause, and so its reason.
void worker_node::ends_because(std::string const& reason) {
  if (fsm_.state() == worker_state::starting || fsm_.state() == worker_state::running) reason_ = reason;
}

void worker_node::give_up() { apply(fsm_.give_up(clock::now())); }

void worker_node::turn() { apply(fsm_.turn(clock::now())); }

error_code worker_node::signal(int number) {
  if (!now_) return error::not_found;
  return now_->process->signal(number, signal_target::leader);
}

void worker_node::abandon() {
  abandoned_ = true;
  timer_.cancel();
  host_.watch_heartbeat(*this, false);
  if (now_ && spec_->on_death == on_supervisor_death::live_on) now_->process->release();
  now_.reset();
  spawn_work_.reset();
  watchers_.clear();
}

void worker_node::add() {
  report({.what = worker_action::kind::report, .event = event_kind::added, .state = fsm_.state()});
}

// Off the board first: a stream that begins between the two hears of a worker that its snapshot lacks, which
// is better than the opposite.
void worker_node::remove() {
  host_.board().remove(*entry_);
  report({.what = worker_action::kind::report, .event = event_kind::removed, .state = fsm_.state()});
}

// ---- carrying out the machine ----------------------------------------------------------------------------

void worker_node::apply(worker_fsm::actions const& actions) {
  using kind = worker_action::kind;
  auto const keep = shared_from_this();
  for (auto const& action : actions) {
    switch (action.what) {
      case kind::wait_turn: host_.wait_turn(*this); break;
      case kind::spawn: spawn(); break;
      case kind::ask_stop:
        if (!now_ || !now_->control || now_->control->ask_to_stop())
          apply(fsm_.ask_refused(fsm_.generation(), clock::now()));
        break;
      case kind::send_signal: {
        auto const whom =
            spec_->stop.scope == signal_scope::group ? signal_target::group : signal_target::leader;
        now_->process->signal(spec_->stop.signal, whom);
        now_->process->signal(SIGCONT, whom);
        break;
      }
      case kind::kill: now_->process->signal(SIGKILL, signal_target::group); break;
      case kind::report: report(action); break;
    }
  }
  if (abandoned_) return;
  publish(nullptr);
  arm_timer();
  host_.settled(*this);
}

void worker_node::arm_timer() {
  auto const deadline = fsm_.deadline();
  if (deadline == armed_for_) return;
  armed_for_ = deadline;
  timer_.cancel();
  if (!deadline) return;
  auto fired = [weak = weak_from_this()](error_code ec) {
    if (auto const self = weak.lock(); self && !ec) self->timer_fired();
  };
  // What is due already needs no timer, and no system call for it: a restart without delay.
  if (*deadline <= clock::now()) return asio::post(around_->strand, [fired] { fired({}); });
  timer_.expires_at(*deadline);
  timer_.async_wait(std::move(fired));
}

void worker_node::timer_fired() {
  if (abandoned_ || !armed_for_ || clock::now() < *armed_for_) return;
  armed_for_.reset();
  bool const was_starting = fsm_.state() == worker_state::starting;
  auto const actions = fsm_.timer(clock::now());
  if (was_starting && fsm_.state() == worker_state::stopping) {
    why_ = error::start_timeout;
    reason_ = now_ && now_->health ? now_->health->last_reason() : std::string{};
  }
  apply(actions);
}

// ---- what the process tells ------------------------------------------------------------------------------

void worker_node::heard(std::uint64_t generation, control_message const& message) {
  switch (message.kind) {
    case control_kind::hello: apply(fsm_.said_hello(generation)); break;
    case control_kind::ready:
      if (spec_->ready.type() == ready_when::kind::reported) apply(fsm_.ready(generation, clock::now()));
      break;
    case control_kind::unknown_type:
      now_->unknown_type = true;
      now_->failure = "no worker of type " + message.text + " is registered in the program";
      break;
    case control_kind::goodbye:
      if (message.number != 0) now_->peak_memory = message.number;
      break;
    case control_kind::failure: now_->failure = message.text; break;
    default:
      call_unhealthy(generation, exit_cause::protocol_violation, error::protocol_violation,
                     "a message on its control socket that only a supervisor sends");
  }
}

bool worker_node::check_page() {
  auto violation = now_ && now_->page ? now_->page->violation() : std::nullopt;
  if (!violation) return true;
  call_unhealthy(fsm_.generation(), exit_cause::protocol_violation, error::protocol_violation,
                 std::move(*violation));
  return false;
}

void worker_node::check_heartbeat(time_point now, duration most) {
  if (!check_page()) return;
  auto const before = heartbeat_->seen_at();
  auto const verdict = heartbeat_->check(now_->page->beats(), now, most);
  if (heartbeat_->seen_at() != before) publish_heartbeat();
  if (verdict == heartbeat_watch::verdict::lost)
    call_unhealthy(fsm_.generation(), exit_cause::heartbeat, error::heartbeat_lost,
                   "no beat within its timeout");
  if (verdict == heartbeat_watch::verdict::never_started)
    call_unhealthy(fsm_.generation(), exit_cause::heartbeat, error::heartbeat_never_started,
                   "it never beat since it was started");
}

void worker_node::call_unhealthy(std::uint64_t generation, exit_cause cause, error_code why,
                                 std::string reason) {
  if (abandoned_ || !now_ || generation != fsm_.generation()) return;
  if (fsm_.state() != worker_state::starting && fsm_.state() != worker_state::running) return;
  why_ = why;
  reason_ = std::move(reason);
  apply(fsm_.unhealthy(generation, clock::now(), cause));
}

void worker_node::process_ended(std::uint64_t generation, child_exit const& exit) {
  auto const keep = shared_from_this();
  host_.watch_heartbeat(*this, false);
  now_->health.reset();
  if (now_->control) now_->control->drain();
  bool const killed_by_a_stranger = exit.status.signal() == SIGKILL && fsm_.cause() == exit_cause::itself;
  if ((killed_by_a_stranger && oom_watch_has_news()) || around_->params.subreaper)
    inspect_then_bury(generation, exit);
  else
    bury(generation, exit, false);
}

// /proc and the kernel's log are read on the launch thread: they may be slow.
void worker_node::inspect_then_bury(std::uint64_t generation, child_exit const& exit) {
  spawn_work_.emplace(around_->user);
  auto look = [generation, exit, pid = now_->process->pid(), marker = marker(), gate = around_->gate,
               weak = weak_from_this()] {
    bool const out_of_memory = exit.status.signal() == SIGKILL && killed_by_oom(pid);
    if (!marker.empty()) reap_strays(marker, pid);
    gate->enter([&] {
      enter_strand(weak.lock(), [generation, exit, out_of_memory](worker_node& node) {
        if (!node.abandoned_) node.bury(generation, exit, out_of_memory);
      });
    });
  };
  asio::post(launch_thread::executor(), std::move(look));
}

void worker_node::bury(std::uint64_t generation, child_exit const& exit, bool out_of_memory) {
  spawn_work_.reset();
  auto const now = clock::now();
  auto record = std::make_shared<exit_record>();
  record->worker = id();
  record->pid = now_->process->pid();
  record->status = exit.status;
  record->cause = out_of_memory ? exit_cause::out_of_memory : fsm_.cause();
  record->error = now_->unknown_type ? make_error_code(error::unknown_worker_type) : why_;
  record->reason = !reason_.empty() ? reason_ : now_->failure;
  if (auto violation = now_->page ? now_->page->violation() : std::nullopt; violation && !record->error) {
    record->error = error::protocol_violation;
    record->reason = std::move(*violation);
  }
  record->uptime = now - now_->started_at;
  record->user_time = exit.user_time;
  record->system_time = exit.system_time;
  record->peak_memory = now_->peak_memory ? now_->peak_memory : exit.peak_memory;
  if (heartbeat_ && heartbeat_->seen_at()) record->heartbeat_age = now - *heartbeat_->seen_at();
  if (now_->page) record->counters = now_->page->read().counters;
  if (now_->output) record->last_lines = now_->output->finish();
  bool const mendable = !now_->unknown_type;
  auto const dropped = now_->output ? now_->output->dropped() : 0;
  now_.reset();
  heartbeat_.reset();
  host_.board().update(*entry_, [dropped](auto& e) {
    e.page.reset();
    e.output.reset();
    e.status.output_dropped += dropped;
  });
  record_exit(std::move(record));
  bool const counts = counts_against_budget(exit.status, mendable);
  apply(fsm_.exited(generation, now, exit.status, mendable, counts));
}

bool worker_node::counts_against_budget(exit_status status, bool mendable) const try {
  bool const ask = spec_->counts_against_budget && fsm_.would_spend(status, mendable);
  return !ask || around_->alive.expired() || spec_->counts_against_budget(*last_exit_);
} catch (...) {
  return true;
}

void worker_node::record_exit(std::shared_ptr<exit_record> record) {
  last_exit_ = std::move(record);
  host_.board().add_exit(*entry_, last_exit_);
}

}  // namespace reeve
