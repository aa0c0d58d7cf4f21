// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/batch_frame.hpp"
#include "pool/pool_errors.hpp"
#include "pool/pool_impl.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <fcntl.h>
#include <unistd.h>

// How results come back, and what becomes of the tasks of a worker that died.
//
// Each incarnation has a chain of handlers: wait until its eventfd says that there is news, attend to it, wait
// again. Whoever else has something for the chain (the supervisor that the worker has ended) rings that eventfd.

namespace reeve {

void delivery::carry_out() {
  if (call) return call();
  if (batch) {
    if (result && briefs != 0)
      return batch->succeed_all(element, briefs, detail::result_run{*result}, run_time);
    if (result) return batch->succeed(element, *result, run_time);
    if (error) return batch->fail(element, std::move(error), run_time);
    return batch->end();
  }
  if (result) return sink.release()->succeed(*result);
  sink.release()->fail(std::move(error));
}

pool_incarnation::pool_incarnation(worker_id i, std::unique_ptr<pool_channel> c,
                                   boost::asio::any_io_executor const& executor)
    : id{std::move(i)}, id_text{to_string(id)}, channel{std::move(c)}, news{executor} {
  unique_fd own{::fcntl(channel->news(), F_DUPFD_CLOEXEC, 0)};
  if (!own)
    throw std::system_error{errno, std::generic_category(), "reeve: a descriptor for a pool's worker"};
  news.assign(own.get());
  own.release();
}

void pool_incarnation::ring_chain() const noexcept {
  std::uint64_t const once = 1;
  [[maybe_unused]] auto const written = ::write(channel->news(), &once, sizeof once);
}

namespace detail {
namespace {

// A worker that has much to tell lets others have their turn.
constexpr int rounds_at_a_time = 16;
constexpr std::size_t results_at_a_time = 64;

// Goes on with the chain, unless it was dismissed: also where a handler of the application's throws.
template <class F>
class otherwise {
 public:
  explicit otherwise(F f) : f_{std::move(f)} {}
  otherwise(otherwise const&) = delete;
  otherwise& operator=(otherwise const&) = delete;
  ~otherwise() {
    if (armed_) f_();
  }
  void dismiss() noexcept { armed_ = false; }

 private:
  F f_;
  bool armed_ = true;
};

}  // namespace

void pool_impl::wait_for_news(incarnation_ptr const& now) {
  now->news.async_read_some(boost::asio::buffer(&now->rings, sizeof now->rings),
                            [self = shared_from_this(), now](error_code ec, std::size_t) {
                              if (!ec) self->attend(now);
                            });
}

void pool_impl::attend(incarnation_ptr const& now) {
  otherwise go_on{[self = shared_from_this(), now] {
    boost::asio::post(self->executor_, [self, now] { self->attend(now); });
  }};
  for (int round = 0; round < rounds_at_a_time; ++round) {
    while (!now->pending.empty()) {
      auto next = std::move(now->pending.front());
      now->pending.pop_front();
      next.carry_out();
    }
    if (collect(*now) || look_a_while(*now)) continue;
    if (now->over) return go_on.dismiss();
    if (!falls_asleep(*now)) continue;
    go_on.dismiss();
    return wait_for_news(now);
  }
}

bool pool_impl::look_a_while(pool_incarnation& now) const {
  if (params_.pool_spin.count() == 0 || !may_spin_ || !has_tasks(now)) return false;
  for (auto const end = clock::now() + params_.pool_spin; clock::now() < end;)
    if (now.channel->has_news()) return true;
  return false;
}

bool pool_impl::has_tasks(pool_incarnation const& now) const {
  lock const guard{mutex_};
  return !now.tasks.empty();
}

// Whether there is something to deliver.
bool pool_impl::collect(pool_incarnation& now) {
  lock const guard{mutex_};
  if (now.over) return false;
  now.channel->release();  // what was delivered
  now.channel->pump();
  accept_begun(now);
  bool const found = read_results(now);
  if (auto const& wrong = now.channel->violation(); !wrong.empty())
    kill(now, "it wrote nonsense to its channel: " + wrong);
  if (!found && (now.exit || now.abandoned)) {
    if (now.exit) judge(now);
    now.over = true;
  }
  if (found || now.over) {
    dispatch();
    tell_of_room();
    finish_if_done();
  }
  return found || !now.pending.empty();
}

bool pool_impl::read_results(pool_incarnation& now) {
  channel_result result;
  std::size_t count = 0;
  while (count < results_at_a_time && now.channel->next(result)) {
    ++count;
    ++now.results;
    take_result(now, result);
  }
  return count != 0;
}

void pool_impl::take_result(pool_incarnation& now, channel_result const& result) {
  auto* const task = now.slots[result.slot.index];
  if (!task) return;  // the initializer's
  auto const ended = std::max(result.briefs, std::uint32_t{1});
  bool const more = task->batch && ended < task->count - task->first;
  if (task->slot != result.slot || result.last == more)
    return kill(now, "it wrote nonsense to its channel: a result of no task");
  measure(*task, result);
  if (wants_accept(*task)) accept(*task, now.pending);  // it ended before it was seen to begin
  if (result.briefs != 0) return take_briefs(now, *task, result);
  delivery outcome{.run_time = result.run_time};
  if (task->limits.is_cancelled()) {
    outcome.error = aborted_error();
  } else if (result.status == result_status::ok) {
    outcome.result = result.payload;
  } else {
    outcome.error =
        remote_error(describe(*task), result.status, result.payload, task->limits, result.run_time);
  }
  if (task->limits.has_limits() && params_.on_limit_disarmed) disarmed(*task, now.pending);
  if (more) {
    ++(outcome.error ? counts_.failed : counts_.succeeded);
    outcome.batch = task->batch;
    outcome.element = task->first;
    now.pending.push_back(std::move(outcome));
    task->advance();
    if (!task->limits.has_limits()) return;
    task->limits.next_element(task->first - task->base);
    return arm(*task->limits.next(clock::now()));
  }
  if (task->sink) task->sink->ran(now.id, result.run_time);
  if (task->span) task->span->set("reeve.worker", now.id_text);
  leave_worker(*task);
  fsm_.ended(*task);
  ++now.completed;
  end_task(*task, std::move(outcome), now.pending);
  after_task(now);
}

// A single call waits until it runs, a batch until its first element does.
void pool_impl::measure(pool_task const& task, channel_result const& result) {
  if (result.briefs > 1)
    counts_.run_time.add(result.run_time / result.briefs, result.briefs);
  else
    counts_.run_time.add(result.run_time);
  if (task.first != 0 || task.stands_for == 0) return;
  auto const waited = clock::now() - task.submitted - result.run_time;
  counts_.wait_time.add(std::max(waited, clock::duration{0}), task.stands_for);
}

// They have ended well, and there are more.
void pool_impl::take_briefs(pool_incarnation& now, pool_task& task, channel_result const& result) {
  bool const cancelled = task.limits.is_cancelled();
  bool const limited = task.limits.has_limits();
  (cancelled ? counts_.failed : counts_.succeeded) += result.briefs;
  for (auto element = task.first; element != task.first + result.briefs; ++element) {
    if (limited && params_.on_limit_disarmed) disarmed(task, now.pending);
    if (limited) task.limits.next_element(element + 1 - task.base);
    if (cancelled) now.pending.push_back({.batch = task.batch, .element = element, .error = aborted_error()});
  }
  if (!cancelled)
    now.pending.push_back({.batch = task.batch,
                           .element = task.first,
                           .briefs = result.briefs,
                           .result = result.payload,
                           .run_time = result.run_time});
  task.advance(result.briefs);
  if (limited) arm(*task.limits.next(clock::now()));
}

bool pool_impl::falls_asleep(pool_incarnation& now) {
  lock const guard{mutex_};
  return now.channel->sleep();
}

// Those of which somebody wants to know as soon as they have begun.
void pool_impl::accept_begun(pool_incarnation& now) {
  slot_ref ref;
  while (now.channel->next_begun(ref)) {
    auto* const task = now.slots[ref.index];
    if (!task || task->slot != ref) continue;
    fsm_.begun(*task);
    accept(*task, now.pending);
  }
}

void pool_impl::accept(pool_task& task, deliveries& out) {
  if (std::exchange(task.accepted, true)) return;
  if (task.options && task.options->on_accepted)
    out.push_back({.call = [options = task.options, told = info(task)] { options->on_accepted(told); }});
  if (!params_.on_limit_armed) return;
  auto const tell = [&](limit_watch::duration limit, task_limit which) {
    if (limit.count() == 0) return;
    out.push_back({.call = [self = shared_from_this(), told = info(task), which] {
      self->params_.on_limit_armed(told, which);
    }});
  };
  tell(task.limits.values().soft, task_limit::soft);
  tell(task.limits.values().hard, task_limit::hard);
}

void pool_impl::disarmed(pool_task const& task, deliveries& out) {
  auto const tell = [&](limit_watch::duration limit, task_limit which) {
    if (limit.count() == 0) return;
    out.push_back({.call = [self = shared_from_this(), told = info(task), which] {
      self->params_.on_limit_disarmed(told, which);
    }});
  };
  if (!task.limits.soft_passed()) tell(task.limits.values().soft, task_limit::soft);
  if (!task.condemned) tell(task.limits.values().hard, task_limit::hard);
}

// ---- the end of an incarnation -----------------------------------------------------------------------------

// All that it had written was read: what it had begun with is lost, what not is run elsewhere.
void pool_impl::judge(pool_incarnation& now) {
  exit_record record{*now.exit};
  for (auto* t = now.tasks.front(); t; t = t->next) {
    auto const& task = static_cast<pool_task const&>(*t);
    if (!has_begun(now, task)) continue;
    if (!record.task.empty()) record.task += ", ";
    record.task += describe(task);
  }
  if (!record.task.empty()) ++counts_.losses;
  // From the last to the first, so that those that are run elsewhere keep their order.
  while (auto* const task = now.tasks.back()) judge_task(now, static_cast<pool_task&>(*task), record);
  fsm_.down(now);
  if (params_.on_worker_down)
    now.pending.push_back(
        {.call = [self = shared_from_this(), record] { self->params_.on_worker_down(record); }});
}

// Of a batch: whether it has begun with the element whose result is missing.
bool pool_impl::has_begun(pool_incarnation& now, pool_task const& task) const {
  auto const seen = now.channel->look(task.slot);
  if (!seen.claimed) return false;
  // Who writes nonsense may have run it.
  return !now.channel->violation().empty() || (seen.started && seen.element >= task.first - task.base);
}

void pool_impl::judge_task(pool_incarnation& now, pool_task& task, exit_record const& record) {
  bool const had_begun = has_begun(now, task);
  if (had_begun && task.sink) task.sink->ran(now.id, {});
  if (had_begun && task.span) task.span->set("reeve.worker", now.id_text);
  leave_worker(task);
  auto const text = describe(task);
  if (had_begun && (task.condemned || task.limits.is_cancelled())) {
    fsm_.ended(task);
    task.losses = 0;
    return element_ended(task, limit_error(text, task.limits), now.pending);
  }
  auto const verdict = fsm_.lost(task, had_begun);
  if (verdict == loss_verdict::again) {
    if (had_begun) ++counts_.retried;
    return;
  }
  auto const attempts = std::exchange(task.losses, 0);
  element_ended(task, loss_error(text, verdict, attempts, record), now.pending);
}

// The element that ran, or the whole task. What is left of a batch never began, and is run elsewhere.
void pool_impl::element_ended(pool_task& task, std::exception_ptr error, deliveries& out) {
  if (state_ == pool_state::failed || state_ == pool_state::closed)
    return fail_task(task, closed_error(), out);
  if (task.limits.is_cancelled()) return fail_task(task, std::move(error), out);
  auto const element = task.first;
  auto const batch = task.batch;
  if (!batch || !task.advance()) return end_task(task, {.error = std::move(error)}, out);
  ++counts_.failed;
  out.push_back({.batch = batch, .element = element, .error = std::move(error)});
  task.condemned = false;
  fsm_.again(task);
}

}  // namespace detail

// ---- of a task ---------------------------------------------------------------------------------------------

bool pool_task::advance(std::uint32_t ended) noexcept {
  if (!batch || ended >= count - first) return false;
  first += ended;
  return true;
}

std::string_view pool_task::rest() noexcept {
  std::string_view const all{arguments};
  for (; offset_is_of < first; ++offset_is_of) offset += frame_size(all.substr(offset));
  return all.substr(offset);
}

}  // namespace reeve
