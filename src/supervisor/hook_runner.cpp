// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/hook_runner.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace reeve {
namespace {

namespace asio = boost::asio;

/// "250 ms", "5 s", "1.5 s".
std::string in_words(std::chrono::steady_clock::duration duration) {
  auto const count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (count < 1000) return std::to_string(count) + " ms";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.10g s", static_cast<double>(count) / 1000);
  return text.data();
}

health_result failure_of(std::exception_ptr const& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (std::exception const& e) {
    return {false, e.what()};
  } catch (...) {
    return {false, "the hook threw what is no std::exception"};
  }
}

}  // namespace

/// One call of a hook. It lives as long as the hook's coroutine, which may be longer than the runner.
struct hook_runner::call : std::enable_shared_from_this<call> {
  call(hook_runner& runner, health_hook hook_, worker_view view_, callback done_)
      : owner{&runner},
        done{std::move(done_)},
        handle{runner.owner_},
        supervisor{runner.supervisor_},
        strand{asio::make_strand(runner.user_)},
        hook{std::move(hook_)},
        view{std::move(view_)} {}

  void start(std::shared_ptr<void> running);
  void stop();
  asio::awaitable<health_result> invoke();
  void ended(health_result result);

  // Of the supervisor's strand.
  hook_runner* owner;
  callback done;

  // Cleared on the supervisor's strand, and read on the hook's.
  std::atomic<bool> wanted{true};
  std::optional<std::weak_ptr<void const>> const handle;
  std::weak_ptr<asio::any_io_executor const> const supervisor;

  // Of the hook's strand, as all that touches the hook's coroutine.
  asio::strand<asio::any_io_executor> const strand;
  health_hook const hook;
  worker_view view;
  asio::cancellation_signal signal;
};

/// `running` is held until the hook has ended, or its coroutine is destroyed before.
void hook_runner::call::start(std::shared_ptr<void> running) {
  // Posted, so that the hook runs in none of the supervisor's functions.
  asio::post(strand, [self = shared_from_this(), running = std::move(running)]() mutable {
    if (!self->wanted || (self->handle && self->handle->expired())) return;
    auto completed = [self, held = std::move(running)](std::exception_ptr thrown,
                                                       health_result result) mutable {
      held.reset();
      self->ended(thrown ? failure_of(thrown) : std::move(result));
    };
    // The function keeps the call, and so the signal, until the coroutine is destroyed.
    asio::co_spawn(
        self->strand, [self] { return self->invoke(); },
        asio::bind_cancellation_slot(self->signal.slot(), std::move(completed)));
  });
}

void hook_runner::call::stop() {
  wanted = false;
  owner = nullptr;
  asio::post(strand, [self = shared_from_this()] { self->signal.emit(asio::cancellation_type::terminal); });
}

asio::awaitable<health_result> hook_runner::call::invoke() {
  if (!hook) throw std::invalid_argument{"the hook is empty"};
  return hook(std::move(view));
}

void hook_runner::call::ended(health_result result) {
  auto const back = supervisor.lock();
  if (!wanted || !back) return;
  asio::post(*back, [self = shared_from_this(), result = std::move(result)]() mutable {
    if (self->owner) self->owner->deliver(std::move(result));
  });
}

hook_runner::hook_runner(asio::any_io_executor supervisor, asio::any_io_executor user,
                         std::optional<std::weak_ptr<void const>> owner)
    : supervisor_{std::make_shared<asio::any_io_executor const>(std::move(supervisor))},
      user_{std::move(user)},
      owner_{std::move(owner)},
      timer_{*supervisor_},
      wanted_{std::make_shared<char>()} {}

hook_runner::~hook_runner() { cancel(); }

void hook_runner::run(health_hook const& hook, worker_view view, std::chrono::steady_clock::duration timeout,
                      callback done) {
  if (busy() || current_) return refuse(std::move(done));
  current_ = std::make_shared<call>(*this, hook, std::move(view), std::move(done));
  std::shared_ptr<void> running = std::make_shared<char>();
  running_ = running;
  current_->start(std::move(running));
  wait(timeout);
}

bool hook_runner::busy() const noexcept { return !running_.expired(); }

void hook_runner::cancel() {
  wanted_ = std::make_shared<char>();
  timer_.cancel();
  if (auto const gone = std::exchange(current_, nullptr)) {
    gone->stop();
    gone->done = nullptr;
  }
}

void hook_runner::refuse(callback done) {
  asio::post(*supervisor_, [wanted = std::weak_ptr<void>{wanted_}, done = std::move(done)] {
    if (!wanted.expired()) done({false, "the previous check has not ended"});
  });
}

void hook_runner::wait(std::chrono::steady_clock::duration timeout) {
  timer_.expires_after(timeout);
  timer_.async_wait([waited = current_, timeout](boost::system::error_code ec) {
    // The handler may have been queued before the result, or the cancellation, was there.
    auto* const owner = waited->owner;
    if (ec || !owner) return;
    waited->stop();
    owner->deliver({false, "timed out after " + in_words(timeout)});
  });
}

/// `this` may be destroyed by the callback.
void hook_runner::deliver(health_result result) {
  auto const delivered = std::exchange(current_, nullptr);
  delivered->wanted = false;
  delivered->owner = nullptr;
  timer_.cancel();
  auto const done = std::move(delivered->done);
  done(std::move(result));
}

}  // namespace reeve
