// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_loop.hpp"

#include "core/all_signals_blocked.hpp"
#include "pool/batch_frame.hpp"
#include "pool/own_codec_error.hpp"
#include "pool/task_executor.hpp"
#include "reeve/task_error.hpp"
#include "shm/channel_doorbell.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/core/demangle.hpp>

#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>
#include <cxxabi.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace reeve {

namespace asio = boost::asio;

namespace {

// The type and the message of what was thrown, a NUL between them.
std::string in_words(std::exception_ptr const& thrown, result_status& status) {
  status = result_status::failed;
  try {
    std::rethrow_exception(thrown);
  } catch (own_codec_error const& e) {
    auto words = in_words(e.thrown(), status);
    status = result_status::failed;
    return words;
  } catch (codec_error const& e) {
    status = result_status::codec_error;
    return boost::core::demangle(typeid(e).name()) + '\0' + e.what();
  } catch (std::exception const& e) {
    return boost::core::demangle(typeid(e).name()) + '\0' + e.what();
  } catch (...) {
    auto const* const type = abi::__cxa_current_exception_type();
    return (type ? boost::core::demangle(type->name()) : std::string{"unknown"}) + '\0';
  }
}

void wait_until_readable(int fd) noexcept {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  ::poll(&waiting, 1, -1);
}

}  // namespace

task_loop::task_loop(worker& self, worker_channel& channel, std::vector<detail::task_entry const*> functions)
    : self_{self},
      stop_{self.stop_token()},
      channel_{channel},
      functions_{std::move(functions)},
      concurrency_{channel.settings().concurrency},
      spin_{channel.settings().spin} {
  stoppable_.reserve(concurrency_ + 1);  // to be listened for never fails
  // Told to stop, it looks up from where it waits: for a task, or for a part of one.
  on_stop_.emplace(self_.stop_token(), [this] {
    ring_doorbell(channel_.work());
    ring_doorbell(channel_.attention());
  });
  channel_.on_wait([this] {
    if (self_.stop_requested()) return false;
    wait_until_readable(channel_.work());
    return !self_.stop_requested();
  });
  all_signals_blocked const none;  // no handler of the application's runs there
  attention_ = std::jthread{[this](std::stop_token const& end) { hear_of_stops(end); }};
}

task_loop::~task_loop() {
  on_stop_.reset();
  attention_.request_stop();
  ring_doorbell(channel_.attention());
  attention_.join();
  if (work_.is_open()) work_.release();
}

// ---- the loop ----------------------------------------------------------------------------------------------

void task_loop::run() {
  run_initializer();
  self_.ready();
  while (!self_.stop_requested()) {
    if (has_loop_) {
      io_.restart();
      io_.poll();
    }
    if (!claim_one()) sleep();
  }
  // What still runs was asked to stop with the worker: it has as long as the worker has.
  while (!coroutines_.empty()) {
    io_.restart();
    io_.run_one();
  }
}

// The task with the number 0 was offered before the worker was started.
void task_loop::run_initializer() {
  claimed_task task;
  if (!channel_.claim(task)) return;
  std::string none;
  auto const& function = *functions_.at(task.function);
  if (function.run) {
    function.run(task.payload, none);
  } else {
    asio::co_spawn(io_, function.run_coroutine(std::string{task.payload}, none),
                   [](std::exception_ptr thrown) {
                     if (thrown) std::rethrow_exception(thrown);
                   });
    io_.run();
    has_loop_ = true;
  }
  channel_.result({.slot = task.slot});
}

bool task_loop::claim_one() {
  if (coroutines_.size() >= concurrency_) return false;
  auto now = spare_ ? std::move(spare_) : std::make_shared<running>();
  if (!channel_.claim(now->task)) {
    spare_ = std::move(now);
    return false;
  }
  now->element = 0;
  now->rest = now->task.payload;
  if (is_coroutine(*now)) {
    start_coroutine(std::move(now));
  } else {
    run_function(*now);
    spare_ = std::move(now);
  }
  return true;
}

void task_loop::sleep() {
  if (spin_.count() != 0 && coroutines_.empty())
    for (auto const end = clock::now() + spin_; clock::now() < end;)
      if (channel_.has_offers()) return;
  // With as many coroutines as there may be, only they are waited for.
  if (coroutines_.size() < concurrency_ && !channel_.sleep()) return;
  if (self_.stop_requested()) return channel_.woken();
  if (has_loop_)
    sleep_on_the_loop();
  else
    wait_until_readable(channel_.work());
  channel_.woken();
}

void task_loop::sleep_on_the_loop() {
  if (!work_.is_open()) work_.assign(channel_.work());
  bool rung = false;
  work_.async_wait(asio::posix::descriptor_base::wait_read, [&rung](error_code ec) { rung = !ec; });
  io_.restart();
  io_.run_one();
  if (rung) return;
  work_.cancel();
  io_.poll();
}

// ---- one task ----------------------------------------------------------------------------------------------

// Its next element's arguments; of a single call all of them.
std::string_view task_loop::next_frame(running& now) const {
  return now.task.batch ? take_frame(now.rest) : now.rest;
}

void task_loop::begin_element(running& now, clock::time_point began) {
  now.result.clear();
  now.began = began;
  now.context->begin_element(now.element);
  if (!now.task.batch) now.context->begin_span(*functions_[now.task.function]);
  channel_.start_element(now.task.slot, now.element, began);
}

void task_loop::run_function(running& now) {
  now.context->begin(now.task, channel_, self_, [this, &now] { enlist(now); });
  times_.forget();
  {
    task_scope const scope{now.context.get()};
    auto const& function = functions_.at(now.task.function)->run;
    for (; now.element < now.task.elements; ++now.element) {
      if (stop_.stop_requested()) break;  // what was not begun is run elsewhere
      if (channel_.stop_requested(now.task.slot, every_element)) {
        skip_the_rest(now);
        break;
      }
      run_element(now, function);
    }
  }
  now.context->end();
}

void task_loop::run_element(running& now, task_function const& function) {
  auto const arguments = next_frame(now);
  begin_element(now, times_.begin(now.task.timed, &clock::now));
  std::exception_ptr thrown;
  try {
    if (now.task.body_lost) throw std::bad_alloc{};
    function(arguments, now.result);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) return send_error(now, thrown);
  bool const last = is_last(now);
  auto const run_time = times_.end(last, &clock::now);
  now.context->end_span({});
  bool const may_be_brief = !last && !now.listed && !given_up_;
  if (may_be_brief && channel_.brief_result(now.task.slot, now.element, run_time, now.result)) return;
  send(now, result_status::ok, now.result, run_time);
}

bool task_loop::is_last(running const& now) const noexcept { return now.element + 1 == now.task.elements; }

bool task_loop::is_coroutine(running const& now) const {
  return static_cast<bool>(functions_.at(now.task.function)->run_coroutine);
}

void task_loop::send(running& now, result_status status, std::string_view payload, clock::duration run_time) {
  if (now.listed) delist(now);
  if (payload.size() > channel_.max_message()) {
    static constexpr char words[] =
        "reeve::codec_error\0the result is longer than pool_params::max_message_size";
    status = result_status::codec_error;
    payload = {words, sizeof words - 1};
  }
  bool const last = is_last(now);
  // A worker that is to stop does not wait for a pool that makes no room.
  if (!given_up_)
    given_up_ = !channel_.result({.slot = now.task.slot,
                                  .element = now.element,
                                  .status = status,
                                  .last = last,
                                  .quiet = !last,
                                  .run_time = run_time,
                                  .payload = payload});
  if (std::exchange(waits_, channel_.waits()) != channel_.waits()) times_.forget();
}

void task_loop::send_error(running& now, std::exception_ptr const& thrown) {
  result_status status{};
  auto const words = in_words(thrown, status);
  if (now.context->stop_requested()) status = result_status::stopped;
  auto const run_time = is_coroutine(now) ? clock::now() - now.began : times_.end(true, &clock::now);
  now.context->end_span(thrown);
  send(now, status, words, run_time);
}

// They were never begun, and never will be.
void task_loop::skip_the_rest(running& now) {
  for (; now.element < now.task.elements; ++now.element) send(now, result_status::stopped, {}, {});
}

// ---- coroutines --------------------------------------------------------------------------------------------

void task_loop::start_coroutine(running_ptr now) {
  has_loop_ = true;
  coroutines_.push_back(now);
  next_element_of_coroutine(*now);
}

void task_loop::next_element_of_coroutine(running& now) {
  if (now.element == now.task.elements || self_.stop_requested()) return let_go(now);
  if (channel_.stop_requested(now.task.slot, every_element)) {
    skip_the_rest(now);
    return let_go(now);
  }
  std::string const arguments{next_frame(now)};
  now.context = std::make_shared<task_context>();
  now.context->begin(now.task, channel_, self_);
  begin_element(now, clock::now());
  enlist(now);
  auto const& function = functions_[now.task.function]->run_coroutine;
  auto body = [&function, &now, arguments]() -> asio::awaitable<void> {
    if (now.task.body_lost) throw std::bad_alloc{};
    co_await function(arguments, now.result);
  };
  asio::co_spawn(task_executor{io_.get_executor(), now.context}, std::move(body),
                 asio::bind_cancellation_slot(
                     now.cancel.slot(), [this, kept = now.shared_from_this()](std::exception_ptr thrown) {
                       coroutine_ended(*kept, thrown);
                     }));
}

void task_loop::let_go(running& now) {
  std::erase_if(coroutines_, [&now](auto const& one) { return one.get() == &now; });
}

void task_loop::coroutine_ended(running& now, std::exception_ptr const& thrown) {
  if (thrown) {
    send_error(now, thrown);
  } else {
    auto const run_time = clock::now() - now.began;
    now.context->end_span({});
    send(now, result_status::ok, now.result, run_time);
  }
  now.context->end();
  ++now.element;
  asio::post(io_, [this, kept = now.shared_from_this()] { next_element_of_coroutine(*kept); });
}

// ---- stops -------------------------------------------------------------------------------------------------

void task_loop::enlist(running& now) {
  {
    std::lock_guard const guard{stops_mutex_};
    now.listed = true;
    stoppable_.push_back(&now);
  }
  if (is_to_stop(now)) ring_doorbell(channel_.attention());  // it was asked for before it was in the list
}

void task_loop::delist(running& now) {
  std::lock_guard const guard{stops_mutex_};
  std::erase(stoppable_, &now);
  now.listed = false;
  now.context->renew_stop();
}

void task_loop::hear_of_stops(std::stop_token const& end) {
  ::prctl(PR_SET_NAME, "reeve-attention");
  while (!end.stop_requested()) {
    wait_until_readable(channel_.attention());
    silence_doorbell(channel_.attention());
    look_for_stops();
  }
}

void task_loop::look_for_stops() {
  std::vector<std::pair<running_ptr, std::shared_ptr<task_context>>> coroutines;
  std::vector<std::stop_source> asked;
  {
    std::lock_guard const guard{stops_mutex_};
    for (auto* const now : stoppable_) {
      if (!is_to_stop(*now) || now->context->was_asked()) continue;
      asked.push_back(now->context->stop_source());
      if (is_coroutine(*now)) coroutines.emplace_back(now->shared_from_this(), now->context);
    }
  }
  for (auto& source : asked) source.request_stop();  // calls what the task has registered
  // Cancelled after that: what it throws because of it is seen to come from the stop.
  for (auto& [task, context] : coroutines)
    asio::post(io_, [task = std::move(task), context = std::move(context)] {
      if (task->context == context && context->id() != 0)
        task->cancel.emit(asio::cancellation_type::terminal);
    });
}

bool task_loop::is_to_stop(running const& now) const noexcept {
  return self_.stop_requested() || channel_.stop_requested(now.task.slot, now.element);
}

}  // namespace reeve
