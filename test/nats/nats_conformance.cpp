// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"
#include "source_conformance.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(nats_conformance, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;

struct rig final : source_rig {
  explicit rig(std::chrono::milliseconds lease) {
    params.connection.servers = {server.url()};
    params.lease = lease;
    submitter = std::make_shared<nats_source>(io.get_executor(), params);
  }

  std::shared_ptr<task_source> make_source() override {
    return std::make_shared<nats_source>(io.get_executor(), params);
  }

  void submit(std::vector<task_message> tasks) override {
    begun<void> const call{io, submitter->async_submit(std::move(tasks), boost::asio::use_awaitable)};
    BOOST_REQUIRE(run_until([&] { return call.done(); }));
    call.result();
  }

  std::vector<recorded_outcome> recorded() override {
    nats_peek const look{params.connection};
    detail::nats_names const names{params};
    std::vector<recorded_outcome> all;
    for (auto const& m : look.all(names.results)) all.push_back(result_of(m.body));
    for (auto const& m : look.all(names.dead))
      all.push_back({m.headers.at("Reeve-Task"), verdict::dead_letter, m.headers.at("Reeve-Reason")});
    return all;
  }

  // A result goes as it is, and those of these tests need not be JSON.
  static recorded_outcome result_of(std::string body) {
    std::string const begin = "\"result\":";
    auto const from = body.find(begin);
    std::string result;
    if (from != std::string::npos) {
      auto const to = body.find(",\"attempt\":", from);
      result = body.substr(from + begin.size(), to - from - begin.size());
      body.replace(from + begin.size(), result.size(), "0");
    }
    auto const fields = boost::json::parse(body).as_object();
    std::string const id{fields.at("id").as_string()};
    if (from != std::string::npos) return {id, verdict::complete, result};
    return {id, verdict::failed, std::string{fields.at("reason").as_string()}};
  }

  nats_server server;
  nats_params params;
  std::shared_ptr<nats_source> submitter;
};

}  // namespace

REEVE_SOURCE_CONFORMANCE(rig)

BOOST_AUTO_TEST_SUITE_END()
