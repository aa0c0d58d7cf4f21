// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/nats_params.hpp"
#include "reeve/nats_source.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(settings)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

/// The variables that are read, as the test sets them; restored at its end.
class variables {
 public:
  explicit variables(std::map<std::string, std::string> const& values) {
    for (auto const* name : names) {
      if (auto const* const value = std::getenv(name)) before_[name] = value;
      ::unsetenv(name);
    }
    for (auto const& [name, value] : values) ::setenv(name.c_str(), value.c_str(), 1);
  }
  variables(variables const&) = delete;
  variables& operator=(variables const&) = delete;
  ~variables() {
    for (auto const* name : names) ::unsetenv(name);
    for (auto const& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  static constexpr auto names = {"NATS_URL",  "NATS_USER", "NATS_PASSWORD", "NATS_TOKEN", "NATS_CREDS",
                                 "NATS_NKEY", "NATS_CA",   "NATS_CERT",     "NATS_KEY"};
  std::map<std::string, std::string> before_;
};

/// What a source says of parameters that were changed like that; nothing where it takes them.
std::string complaint(std::function<void(nats_params&)> const& change) {
  boost::asio::io_context io;
  nats_params params;
  change(params);
  try {
    nats_source const source{io.get_executor(), params};
    return {};
  } catch (std::invalid_argument const& e) {
    return e.what();
  }
}

bool complains_of(std::string const& field, std::function<void(nats_params&)> const& change) {
  auto const text = complaint(change);
  BOOST_TEST_INFO(field << ": " << text);
  return text.starts_with("nats_params." + field + ' ');
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_empty_environment_gives_the_defaults) {
  variables const none{{}};
  auto const params = nats_from_environment();
  BOOST_TEST(params.servers == std::vector<std::string>{"nats://127.0.0.1:4222"});
  BOOST_TEST(params.user.empty());
  BOOST_TEST(params.token.empty());
}

BOOST_AUTO_TEST_CASE(all_variables_are_read) {
  variables const set{{{"NATS_URL", " nats://a:1, tls://b:2 ,,"},
                       {"NATS_USER", "u"},
                       {"NATS_PASSWORD", "p"},
                       {"NATS_CREDS", "c"},
                       {"NATS_NKEY", "n"},
                       {"NATS_CA", "ca"},
                       {"NATS_CERT", "cert"},
                       {"NATS_KEY", "key"}}};
  auto const params = nats_from_environment();
  BOOST_TEST(params.servers == (std::vector<std::string>{"nats://a:1", "tls://b:2"}),
             boost::test_tools::per_element());
  BOOST_TEST(params.user == "u");
  BOOST_TEST(params.password == "p");
  BOOST_TEST(params.credentials == "c");
  BOOST_TEST(params.nkey == "n");
  BOOST_TEST(params.tls_ca == "ca");
  BOOST_TEST(params.tls_cert == "cert");
  BOOST_TEST(params.tls_key == "key");
}

BOOST_AUTO_TEST_CASE(a_user_without_a_password_is_a_token) {
  variables const set{{{"NATS_USER", "t"}}};
  auto const params = nats_from_environment();
  BOOST_TEST(params.user.empty());
  BOOST_TEST(params.token == "t");
}

BOOST_AUTO_TEST_CASE(a_token_has_a_variable_of_its_own) {
  variables const set{{{"NATS_TOKEN", "t"}}};
  BOOST_TEST(nats_from_environment().token == "t");
}

BOOST_AUTO_TEST_CASE(urls_of_nothing_are_none) {
  variables const set{{{"NATS_URL", " , "}}};
  BOOST_TEST(nats_from_environment().servers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_defaults_are_taken) {
  BOOST_TEST(complaint([](auto&) {}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
  BOOST_TEST(complains_of("queue", [](auto& p) { p.queue = ""; }));
  BOOST_TEST(complains_of("queue", [](auto& p) { p.queue = "a.b"; }));
  BOOST_TEST(complains_of("queue", [](auto& p) { p.queue = std::string(65, 'a'); }));
  BOOST_TEST(complains_of("prefix", [](auto& p) { p.prefix = "a b"; }));
  BOOST_TEST(complains_of("lease", [](auto& p) { p.lease = 99ms; }));
  BOOST_TEST(complains_of("lease", [](auto& p) { p.lease = 25h; }));
  BOOST_TEST(complains_of("dedup_window", [](auto& p) { p.dedup_window = 0s; }));
  BOOST_TEST(complains_of("max_delivered", [](auto& p) { p.max_delivered = 0; }));
  BOOST_TEST(complains_of("max_age", [](auto& p) { p.max_age = -1s; }));
  BOOST_TEST(complains_of("storage", [](auto& p) { p.storage = static_cast<nats_storage>(7); }));
  BOOST_TEST(complains_of("replicas", [](auto& p) { p.replicas = 6; }));
  BOOST_TEST(complains_of("node_lease", [](auto& p) { p.node_lease = 999ms; }));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_connection_is_named) {
  BOOST_TEST(complains_of("connection.servers", [](auto& p) { p.connection.servers.clear(); }));
  BOOST_TEST(complains_of("connection.servers", [](auto& p) { p.connection.servers = {""}; }));
  BOOST_TEST(complains_of("connection.password", [](auto& p) { p.connection.password = "p"; }));
  BOOST_TEST(complains_of("connection.tls_cert", [](auto& p) { p.connection.tls_cert = "c"; }));
  BOOST_TEST(complains_of("connection.timeout", [](auto& p) { p.connection.timeout = 9ms; }));
  BOOST_TEST(complains_of("connection.reconnect_delay", [](auto& p) { p.connection.reconnect_delay = 0s; }));
  BOOST_TEST(complains_of("connection", [](auto& p) {
    p.connection.user = "u";
    p.connection.token = "t";
  }));
  BOOST_TEST(complains_of("connection", [](auto& p) { p.connection.token = std::string{"a\0b", 3}; }));
}

BOOST_AUTO_TEST_CASE(limits_are_allowed) {
  auto const text = complaint([](auto& p) {
    p.queue = std::string(64, 'Q');
    p.prefix = "A-z_9";
    p.lease = 100ms;
    p.dedup_window = 100ms;
    p.max_delivered = 10'000'000;
    p.max_age = 0s;
    p.replicas = 5;
    p.node_lease = 1s;
    p.connection.timeout = 10ms;
    p.connection.reconnect_delay = 1ms;
  });
  BOOST_TEST(text.empty(), text);
}

BOOST_AUTO_TEST_SUITE_END()
