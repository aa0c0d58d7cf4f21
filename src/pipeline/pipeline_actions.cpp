// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/judge.hpp"
#include "pipeline/pipeline_impl.hpp"
#include "reeve/json_task_fn.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdio>
#include <random>
#include <utility>
#include <unistd.h>

// What the steps of a pipeline carry out.

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

constexpr auto goodbye_within = std::chrono::seconds{1};

// The source's coroutines, and what must last as long as they do. They begin by a post: what ends them is never
// called from inside the step that made them.
asio::awaitable<std::vector<task_message>> fetch_from(std::shared_ptr<task_source> source, std::size_t most) {
  co_await asio::post(asio::use_awaitable);
  co_return co_await source->fetch(most);
}

asio::awaitable<void> publish_to(std::shared_ptr<task_source> source, pipeline_fsm::outcomes what) {
  co_await asio::post(asio::use_awaitable);
  co_await source->publish(*what);
}

asio::awaitable<void> keep_alive_at(std::shared_ptr<task_source> source,
                                    std::vector<std::uint64_t> deliveries) {
  co_await asio::post(asio::use_awaitable);
  co_await source->keep_alive(deliveries);
}

asio::awaitable<void> announce_to(std::shared_ptr<task_source> source, node_info node) {
  co_await asio::post(asio::use_awaitable);
  co_await source->announce(std::move(node));
}

bool is_aborted(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (boost::system::system_error const& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

// Tells its pipeline what the pool makes of a task.
class arrival_sink final : public task_sink {
 public:
  arrival_sink(std::shared_ptr<pipeline_impl> pipeline, std::uint64_t delivery)
      : pipeline_{std::move(pipeline)} {
    what_.delivery = delivery;
  }

  void ran(worker_id const& worker, std::chrono::nanoseconds run_time) override {
    what_.worker = worker;
    what_.run_time = run_time;
  }
  void succeed(std::string_view result) override {
    what_.result = result;
    tell();
  }
  void fail(std::exception_ptr error) override {
    what_.error = std::move(error);
    tell();
  }

 private:
  void tell() {
    auto const pipeline = std::move(pipeline_);
    auto what = std::move(what_);
    delete this;
    pipeline->arrived(std::move(what));
  }

  std::shared_ptr<pipeline_impl> pipeline_;
  pipeline_impl::arrival what_;
};

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

std::string pipeline_impl::new_node_name() {
  std::random_device random;
  char text[32];
  std::snprintf(text, sizeof text, "-%d-%08x", static_cast<int>(::getpid()), random());
  return host_name() + text;
}

void pipeline_impl::carry_out(pipeline_fsm::actions& actions) {
  for (auto const id : actions.cancel) cancel_task(pool_, id);
  if (actions.cancel_fetch && fetch_) fetch_->emit(source_calls::terminal);
  for (auto& order : actions.run) start_call(std::move(order));
  for (auto& order : actions.publish) start_publish(std::move(order));
  if (!actions.keep_alive.empty()) start_keep_alive(std::move(actions.keep_alive));
  if (actions.fetch != 0) start_fetch(actions.fetch);
}

void pipeline_impl::start_call(pipeline_fsm::run_order order) {
  auto const& message = fsm_->message(order.delivery);
  auto call = json_call(message.name, std::move(order.payload));
  auto& data = call_access::data(call);
  auto options = std::make_shared<call_options>(params_.call);
  options->on_accepted = {};
  options->on_timeout = {};
  options->on_progress = {};
  options->correlation_id = message.id.substr(0, longest_correlation_id);
  spans_.stage(order.delivery, "running");
  options->trace = spans_.context(order.delivery);
  data.options = std::move(options);
  auto const id = new_task_id(*pool_);
  fsm_->begun(order.delivery, id);
  submit_task(pool_, id, std::move(data), true,
              std::make_unique<arrival_sink>(shared_from_this(), order.delivery));
}

// Those that belong to a trace.
std::vector<std::uint64_t> pipeline_impl::begin_spans(std::vector<task_message> const& messages) {
  std::vector<std::uint64_t> traced;
  for (auto const& message : messages) {
    spans_.fetched(message);
    auto const& context = spans_.context(message.delivery);
    if (context.valid() || !context.baggage.empty()) traced.push_back(message.delivery);
  }
  return traced;
}

void pipeline_impl::start_fetch(std::size_t most) {
  auto done = [self = shared_from_this()](std::exception_ptr error, std::vector<task_message> messages) {
    self->fetch_ = nullptr;
    auto const traced = self->begin_spans(messages);
    self->tell_machine([&](pipeline_fsm& fsm, clock::time_point now) {
      if (!error) fsm.fetched(now, std::move(messages));
      for (auto const delivery : traced) fsm.traced(delivery, self->spans_.context(delivery));
      if (!error) return;
      if (is_aborted(error) && fsm.draining()) return fsm.fetch_cancelled();
      fsm.fetch_failed(now, text_of(error));
    });
    self->step();
  };
  fetch_ = &calls_.spawn(fetch_from(source_, most), std::move(done));
}

void pipeline_impl::start_publish(pipeline_fsm::publish_order order) {
  auto done = [self = shared_from_this(), number = order.number,
               what = order.what](std::exception_ptr error) {
    if (!error)
      for (auto const& outcome : *what) self->spans_.published(outcome);
    self->tell_machine([&](pipeline_fsm& fsm, clock::time_point now) {
      if (!error) return fsm.published(now, number);
      fsm.publish_failed(now, number, text_of(error));
    });
    self->step();
  };
  calls_.spawn(publish_to(source_, std::move(order.what)), std::move(done));
}

void pipeline_impl::start_keep_alive(std::vector<std::uint64_t> deliveries) {
  auto done = [self = shared_from_this()](std::exception_ptr error) {
    self->tell_machine([&](pipeline_fsm& fsm, clock::time_point now) {
      if (!error) return fsm.kept_alive();
      fsm.keep_alive_failed(now, text_of(error));
    });
    self->step();
  };
  calls_.spawn(keep_alive_at(source_, std::move(deliveries)), std::move(done));
}

// ---- what is told --------------------------------------------------------------------------------------------

void pipeline_impl::tell_news() {
  for (auto& outcome : fsm_->take_new_outcomes()) {
    if (outcome.what == verdict::dead_letter || outcome.what == verdict::failed)
      log(log_level::info, "task \"" + outcome.name + "\" (" + outcome.id + ") is " +
                               to_string(outcome.what) + ": " + outcome.reason);
    tell(pipeline_event_kind::outcome, {}, std::move(outcome));
  }
  if (std::exchange(source_was_down_, fsm_->source_down()) != fsm_->source_down()) {
    if (source_was_down_) {
      log(log_level::warning, "the source is down: " + fsm_->source_error());
      tell(pipeline_event_kind::source_down, fsm_->source_error());
    } else {
      log(log_level::warning, "the source is up again");
      tell(pipeline_event_kind::source_up);
    }
  }
  if (!std::exchange(was_draining_, fsm_->draining()) && was_draining_) tell(pipeline_event_kind::draining);
}

// By a post: it may do anything to the pipeline, and what it throws is no business of the machine's.
void pipeline_impl::tell(pipeline_event_kind kind, std::string reason, std::optional<task_outcome> outcome) {
  if (!params_.on_event) return;
  asio::post(
      strand_, [self = shared_from_this(), kind, reason = std::move(reason), outcome = std::move(outcome)] {
        if (!self->handle_is_gone_)
          self->params_.on_event({.kind = kind, .reason = reason, .outcome = outcome ? &*outcome : nullptr});
      });
}

void pipeline_impl::log(log_level level, std::string const& text) const {
  if (logger_.enabled(level)) logger_.write(level, {.name = params_.name}, 0, params_.name + ": " + text);
}

// ---- to other nodes --------------------------------------------------------------------------------------------

node_info pipeline_impl::describe() const {
  auto const pool = pool_->status();
  std::size_t ready = 0;
  for (auto const& worker : pool.workers) ready += worker.ready ? 1 : 0;
  auto const now = fsm_->status(clock::now());
  return {.node = node_,
          .host = host_name(),
          .pid = ::getpid(),
          .pipeline = params_.name,
          .workers = ready,
          .held = fsm_->held(),
          .published = now.published,
          .per_second = now.per_second,
          .started = started_,
          .draining = fsm_->draining()};
}

void pipeline_impl::announce_if_due(std::optional<clock::time_point>& wake) {
  if (announce_every_.count() == 0 || announcing_) return;
  auto const now = clock::now();
  if (now < announce_at_) {
    wake = std::min(announce_at_, wake.value_or(announce_at_));
    return;
  }
  announce_at_ = now + announce_every_;
  announcing_ = true;
  auto done = [self = shared_from_this()](std::exception_ptr error) {
    self->announcing_ = false;
    if (self->finished_) return self->say_goodbye();
    if (error && !is_aborted(error))
      self->log(log_level::warning, "other nodes were not told of this one: " + text_of(error));
    self->step();
  };
  calls_.spawn(announce_to(source_, describe()), std::move(done));
}

// The last word, after the one that was under way; for a source that does not listen there is no waiting.
void pipeline_impl::wait_for_goodbye() {
  timer_.expires_after(goodbye_within);
  timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (ec) return;
    self->calls_.cancel_all();
    self->complete();
  });
  if (!announcing_) say_goodbye();
}

void pipeline_impl::say_goodbye() {
  if (!waiter_) return;
  auto node = describe();
  node.held = 0;
  calls_.spawn(announce_to(source_, std::move(node)),
               [self = shared_from_this()](std::exception_ptr) { self->complete(); });
}

}  // namespace reeve::detail
