// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/metrics_impl.hpp"

#include "metrics/validate_metrics.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

metrics_params validated(metrics_params params) {
  validate(params);
  return params;
}

/// What the application says of itself, where it says something: nothing, or why it is not well.
std::string ask_application(std::function<bool()> const& ask, char const* what) {
  try {
    return !ask || ask() ? std::string{} : std::string{"the application is not "} + what + '\n';
  } catch (std::exception const& e) {
    return std::string{"the application failed to say whether it is "} + what + ": " + e.what() + '\n';
  } catch (...) {
    return std::string{"the application failed to say whether it is "} + what + '\n';
  }
}

http_reply verdict_of(std::string wrong) {
  return wrong.empty() ? make_reply(200, "ok\n") : make_reply(503, std::move(wrong));
}

http_reply no_answer() { return make_last_reply(503, "the server is being closed\n"); }

}  // namespace

metrics_impl::metrics_impl(asio::any_io_executor executor, metrics_params params, usage_reader usage)
    : executor_{std::move(executor)},
      params_{validated(std::move(params))},
      watched_{params_.max_workers, std::move(usage)},
      registry_{std::make_shared<prometheus::Registry>()},
      thread_{{[this] { return text(); }, [this] { return watched_.missing(); }}} {}

void metrics_impl::start() try {
  std::lock_guard const lock{start_mutex_};
  if (server_)
    throw boost::system::system_error{asio::error::already_open,
                                      "reeve: metrics_server: it was started already"};
  thread_.start();
  auto server = std::make_shared<http_server>(
      executor_, http_server_params{.max_connections = params_.max_connections, .timeout = params_.timeout},
      [weak = weak_from_this()](endpoint what) { return answer(weak.lock(), what); });
  port_ = server->start({asio::ip::make_address(params_.address), params_.port});
  server_ = std::move(server);
} catch (boost::system::system_error const&) {
  throw;
} catch (std::system_error const& e) {
  throw boost::system::system_error{e.code().value(), boost::system::system_category(),
                                    "reeve: metrics_server: no thread can be started"};
}

void metrics_impl::close() {
  closed_ = true;
  std::lock_guard const lock{start_mutex_};
  if (server_) server_->close();
  thread_.stop();
}

// Nothing of the application's is called once the server was closed.
asio::awaitable<http_reply> metrics_impl::answer(std::shared_ptr<metrics_impl> self, endpoint what) {
  if (!self || self->closed_) co_return no_answer();
  switch (what) {
    case endpoint::metrics: co_return co_await self->answer_metrics();
    case endpoint::healthz: co_return verdict_of(ask_application(self->params_.healthy, "well"));
    case endpoint::readyz: co_return co_await self->answer_readyz();
  }
  co_return no_answer();
}

asio::awaitable<http_reply> metrics_impl::answer_metrics() {
  auto const found = co_await gather(question::text);
  if (!found) co_return no_answer();
  if (!found->good) co_return make_reply(500, "the metrics could not be gathered: " + found->text + '\n');
  co_return http_reply{.body = {found, &found->text},
                       .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

asio::awaitable<http_reply> metrics_impl::answer_readyz() {
  auto const found = co_await gather(question::missing);
  if (!found || closed_) co_return no_answer();
  auto wrong = found->good ? found->text : "the states could not be read: " + found->text + '\n';
  co_return verdict_of(std::move(wrong) + ask_application(params_.ready, "ready"));
}

asio::awaitable<std::shared_ptr<gathered const>> metrics_impl::gather(question what) {
  using answer = std::shared_ptr<gathered const>;
  auto const number = static_cast<std::size_t>(what);
  auto const executor = asio::prefer(asio::any_io_executor{co_await asio::this_coro::executor},
                                     asio::execution::outstanding_work.tracked);
  auto const initiate = [this, number, executor](auto handler) {
    auto const waiting = std::make_shared<decltype(handler)>(std::move(handler));
    thread_.ask(number, [waiting, executor](answer found) {
      asio::post(executor, [waiting, found = std::move(found)]() mutable { (*waiting)(std::move(found)); });
    });
  };
  co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(answer)>(initiate,
                                                                                       asio::use_awaitable);
}

std::string metrics_impl::text() const {
  auto families = watched_.Collect();
  auto own = registry_->Collect();
  families.insert(families.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return std::move(out).str();
}

}  // namespace reeve::detail
