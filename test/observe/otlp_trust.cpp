// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Collectors that speak TLS, and those that only say who they are.

#ifdef REEVE_OBSERVE_WITH_TLS

#include "otlp_collector.hpp"
#include "preconditions.hpp"
#include "tracing_test.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(otlp_trust)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

char const* with_openssl_program() {
  static bool const found = std::system("openssl version >/dev/null 2>&1") == 0;
  return found ? nullptr : "the program openssl is not installed";
}

/// An authority, and the certificates that it made for a server of those names and for a client. The files go with it.
class authority {
 public:
  explicit authority(std::string const& names = "IP:127.0.0.1,DNS:localhost") {
    auto pattern = (std::filesystem::temp_directory_path() / "reeve-otlp-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()));
    folder_ = pattern;
    std::ofstream{path("ext")} << "subjectAltName=" << names << '\n';
    std::string const key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
    shell("openssl req -x509" + key + "-keyout ca.key -out ca.pem -subj /CN=authority -days 2");
    shell("openssl req" + key + "-keyout server.key -out server.csr -subj /CN=server");
    shell(
        "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem "
        "-extfile ext");
    shell("openssl req" + key + "-keyout client.key -out client.csr -subj /CN=client");
    shell(
        "openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem");
    shell("openssl pkcs8 -topk8 -in client.key -passout pass:secret -out locked.key");
  }
  authority(authority const&) = delete;
  authority& operator=(authority const&) = delete;
  ~authority() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string const& name) const { return folder_ / name; }

 private:
  void shell(std::string const& command) const {
    BOOST_REQUIRE(std::system(("cd '" + folder_.string() + "' && " + command + " >log 2>&1").c_str()) == 0);
  }

  std::filesystem::path folder_;
};

export_result send_with(otlp_params const& params, std::size_t times = 1, clock::duration within = patience) {
  otel_variables_set const none;
  auto const exporter = make_otlp_exporter(params);
  span_data const span{.name = "x", .context = new_trace(true)};
  export_result result;
  for (std::size_t i = 0; i < times; ++i)
    result = exporter->export_spans({&span, 1}, {}, clock::now() + within, {});
  return result;
}

export_result send_to(std::string const& url, std::string const& certificate, std::size_t times = 1) {
  return send_with({.endpoint = url, .certificate = certificate}, times);
}

bool is_refused(export_result const& result, std::string const& words) {
  BOOST_TEST_INFO(result.error);
  return result.taken == 0 && result.error.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_trusted_collector_gets_spans_over_one_connection, *only_if<with_openssl_program>()) {
  authority const ours;
  otlp_collector collector{ours.path("server.pem"), ours.path("server.key")};
  for (std::string const host : {"127.0.0.1", "localhost"})
    BOOST_TEST(send_to(collector.url(host, "https"), ours.path("ca.pem"), 3).taken == 1U);
  BOOST_TEST(collector.requests().size() == 6U);
  BOOST_TEST(collector.connections() == 2U);
}

BOOST_AUTO_TEST_CASE(a_collector_that_nobody_vouches_for_gets_nothing, *only_if<with_openssl_program>()) {
  authority const ours;
  authority const other;
  otlp_collector collector{ours.path("server.pem"), ours.path("server.key")};
  BOOST_TEST(is_refused(send_to(collector.url("127.0.0.1", "https"), other.path("ca.pem")), "certificate"));
  BOOST_TEST(is_refused(send_to(collector.url("127.0.0.1", "https"), {}), "certificate"));
  BOOST_TEST(collector.requests().empty());
}

BOOST_AUTO_TEST_CASE(a_collector_of_another_name_gets_nothing, *only_if<with_openssl_program>()) {
  authority const ours{"DNS:collector.example"};
  otlp_collector collector{ours.path("server.pem"), ours.path("server.key")};
  for (std::string const host : {"127.0.0.1", "localhost"})
    BOOST_TEST(is_refused(send_to(collector.url(host, "https"), ours.path("ca.pem")), "certificate"));
  BOOST_TEST(collector.requests().empty());
}

BOOST_AUTO_TEST_CASE(a_collector_that_does_not_speak_tls_gets_nothing) {
  otlp_collector collector{
      {{.bytes = answer_with(400).bytes, .after = reaction::then::hang, .unread = true}}};
  BOOST_TEST(is_refused(send_to(collector.url("127.0.0.1", "https"), {}), "TLS"));
}

BOOST_AUTO_TEST_CASE(a_collector_may_ask_who_calls, *only_if<with_openssl_program>()) {
  authority const ours;
  authority const other;
  otlp_collector collector{ours.path("server.pem"), ours.path("server.key"), ours.path("ca.pem")};
  otlp_params params{.endpoint = collector.url("127.0.0.1", "https"), .certificate = ours.path("ca.pem")};
  // What it says of that comes in the place of an answer, or with the end of the connection.
  BOOST_TEST(send_with(params, 1, 500ms).taken == 0U);
  params.client_certificate = other.path("client.pem");
  params.client_key = other.path("client.key");
  BOOST_TEST(send_with(params, 1, 500ms).taken == 0U);
  BOOST_TEST(collector.requests().empty());
  params.client_certificate = ours.path("client.pem");
  params.client_key = ours.path("client.key");
  BOOST_TEST(send_with(params, 3).taken == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_are_refused, *only_if<with_openssl_program>()) {
  authority const ours;
  otel_variables_set const none;
  auto const complaint = [](otlp_params params) -> std::string {
    params.endpoint = "https://localhost";
    try {
      make_otlp_exporter(std::move(params));
    } catch (std::invalid_argument const& e) {
      return e.what();
    }
    return {};
  };
  auto const names = [](std::string const& what, std::string const& words) {
    BOOST_TEST_INFO(what);
    return what.find("otlp_params." + words) != std::string::npos;
  };
  auto const client = ours.path("client.pem");
  auto const key = ours.path("client.key");
  BOOST_TEST(names(complaint({.certificate = "/nowhere/ca.pem"}), "certificate /nowhere/ca.pem"));
  BOOST_TEST(names(complaint({.client_certificate = client}), "client_key is needed"));
  BOOST_TEST(names(complaint({.client_key = key}), "client_certificate is needed"));
  BOOST_TEST(names(complaint({.client_certificate = key, .client_key = key}), "client_certificate " + key));
  for (auto const* const wrong : {"server.key", "locked.key", "none.key"})
    BOOST_TEST(names(complaint({.client_certificate = client, .client_key = ours.path(wrong)}),
                     "client_key " + ours.path(wrong)));
  BOOST_TEST(complaint({.client_certificate = client, .client_key = key}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

#endif
