// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/pipeline_impl.hpp"

#include "pipeline/judge.hpp"
#include "pipeline/validate_pipeline.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>
#include <utility>

// How a pipeline begins, goes from step to step, and ends. What its steps carry out is in pipeline_actions.cpp.

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::steady_clock::duration year = std::chrono::hours{24 * 365};

// What a source says of time: nothing, or something to reckon with. One that throws says nothing.
template <class Ask>
std::chrono::steady_clock::duration time_of(Ask ask) {
  try {
    auto const said = ask();
    if (said.count() <= 0) return {};
    return std::clamp<std::chrono::steady_clock::duration>(said, std::chrono::milliseconds{1}, year);
  } catch (...) {
    return {};
  }
}

}  // namespace

pipeline_impl::pipeline_impl(std::shared_ptr<pool_impl> pool, std::shared_ptr<task_source> source,
                             pipeline_params params)
    : executor_{pool->executor()},
      strand_{asio::make_strand(executor_)},
      pool_{std::move(pool)},
      source_{std::move(source)},
      params_{std::move(params)},
      logger_{params_.logging},
      gate_{context_gate::of(executor_)},
      calls_{strand_},
      spans_{params_.name},
      timer_{strand_} {}

// ---- commands, from any thread -------------------------------------------------------------------------------

void pipeline_impl::run(handler h, diagnostics* diag) {
  if (diag) *diag = {};
  auto slot = asio::get_associated_cancellation_slot(h);
  auto waiting = std::make_shared<waiter>(std::move(h), executor_);
  auto wrong = validate(params_);
  if (!wrong && !source_) wrong = field_error{"source", "must not be null"};
  if (wrong) {
    if (diag) {
      diag->field = wrong->field;
      diag->message = wrong->field + ' ' + wrong->message;
    }
    return waiting->post(error::invalid_argument);
  }
  if (was_run_.exchange(true)) {
    if (diag) diag->message = "a pipeline runs once: make another one";
    return waiting->post(error::already_started);
  }
  if (slot.is_connected()) {
    slot.assign([weak = weak_from_this()](asio::cancellation_type type) {
      if (auto const self = weak.lock(); self && type != asio::cancellation_type::none)
        self->cancelled_by(type);
    });
  }
  asio::post(strand_, [self = shared_from_this(), waiting] {
    self->waiter_ = waiting;
    self->begin();
  });
}

void pipeline_impl::cancelled_by(asio::cancellation_type type) {
  bool const at_once = (type & asio::cancellation_type::terminal) != asio::cancellation_type::none;
  asio::post(strand_, [self = shared_from_this(), at_once] {
    self->result_ = asio::error::operation_aborted;
    self->begin_to_drain(at_once ? duration{} : self->params_.drain_within);
  });
}

void pipeline_impl::drain(std::optional<duration> within) {
  asio::post(strand_, [self = shared_from_this(), within] {
    self->begin_to_drain(std::clamp(within.value_or(self->params_.drain_within), duration{}, year));
  });
}

void pipeline_impl::destroy() {
  handle_is_gone_ = true;
  gate_->enter([this] {
    asio::post(strand_, [self = shared_from_this()] {
      self->result_ = asio::error::operation_aborted;
      self->begin_to_drain(duration{});
      if (!self->finished_) self->finish();
    });
  });
}

pipeline_status pipeline_impl::status() const {
  std::scoped_lock const lock{mutex_};
  if (fsm_) return fsm_->status(clock::now());
  auto idle = pipeline_fsm{params_, {}, 0, clock::now()}.status(clock::now());
  idle.state = pipeline_state::idle;
  return idle;
}

// ---- on the strand -------------------------------------------------------------------------------------------

void pipeline_impl::begin() {
  if (finished_) return complete();  // it was destroyed before
  auto const lease = time_of([&] { return source_->lease(); });
  announce_every_ = time_of([&] { return source_->announce_every(); });
  {
    std::scoped_lock const lock{mutex_};
    fsm_.emplace(params_, lease, std::random_device{}(), clock::now());
    if (drain_early_) fsm_->drain(clock::now(), *drain_early_);
  }
  started_ = std::chrono::system_clock::now();
  node_ = new_node_name();
  watch_pool();
  step();
}

// Before it was run, it is remembered.
void pipeline_impl::begin_to_drain(duration within) {
  if (!fsm_) {
    drain_early_ = std::min(within, drain_early_.value_or(within));
    return;
  }
  if (finished_) return;
  tell_machine([&](pipeline_fsm& fsm, clock::time_point now) { fsm.drain(now, within); });
  step();
}

void pipeline_impl::watch_pool() {
  auto gone = [weak = weak_from_this()](error_code) {
    auto const self = weak.lock();
    if (self && !self->finished_) self->pool_is_gone();
  };
  pool_->join(pool_operation::make(
      asio::bind_executor(strand_, asio::bind_cancellation_slot(stop_watching_pool_.slot(), std::move(gone))),
      nullptr, executor_));
}

void pipeline_impl::pool_is_gone() {
  if (!result_) result_ = error::stopped;
  begin_to_drain(duration{});
}

void pipeline_impl::arrived(arrival what) {
  std::scoped_lock const lock{mutex_};
  inbox_.push_back(std::move(what));
  if (std::exchange(step_posted_, true)) return;
  asio::post(strand_, [self = shared_from_this()] { self->step(); });
}

void pipeline_impl::step() {
  if (finished_) return;
  take_arrivals();
  {
    std::scoped_lock const lock{mutex_};
    fsm_->act(clock::now(), pool_->capacity(), actions_);
  }
  carry_out(actions_);
  tell_news();
  if (actions_.over) return finish();
  announce_if_due(actions_.wake);
  arm(actions_.wake);
}

// The application's judge is asked without the lock: meanwhile nobody but this strand changes the machine.
void pipeline_impl::take_arrivals() {
  std::vector<arrival> arrived;
  {
    std::scoped_lock const lock{mutex_};
    step_posted_ = false;
    arrived.swap(inbox_);
  }
  std::vector<task_ending> endings;
  endings.reserve(arrived.size());
  for (auto& what : arrived) {
    endings.push_back(what.error ? judge(params_, fsm_->message(what.delivery), what.error)
                                 : task_ending{.result = std::move(what.result)});
    endings.back().duration = what.run_time;
    endings.back().worker = std::move(what.worker);
    if (what.error && is_pool_closed(what.error) && !result_) result_ = error::stopped;
  }
  if (endings.empty()) return;
  std::scoped_lock const lock{mutex_};
  auto const now = clock::now();
  for (std::size_t i = 0; i != endings.size(); ++i)
    fsm_->ended(now, arrived[i].delivery, std::move(endings[i]));
  if (result_ == error::stopped) fsm_->drain(now, duration{});
}

void pipeline_impl::arm(std::optional<clock::time_point> at) {
  if (at == armed_) return;
  armed_ = at;
  if (!at) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*at);
  timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (ec) return;
    self->armed_.reset();
    self->step();
  });
}

// ---- the end -------------------------------------------------------------------------------------------------

void pipeline_impl::finish() {
  finished_ = true;
  calls_.cancel_all();
  stop_watching_pool_.emit(asio::cancellation_type::terminal);
  if (!fsm_) return complete();
  tell(pipeline_event_kind::stopped);
  if (announce_every_.count() != 0 && waiter_) return wait_for_goodbye();
  complete();
}

// After the events that were told.
void pipeline_impl::complete() {
  timer_.cancel();
  if (!waiter_) return;
  asio::post(strand_,
             [waiting = std::exchange(waiter_, nullptr), result = result_] { waiting->post(result); });
}

}  // namespace reeve::detail
