// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otel_environment.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(otel_settings)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

using values = std::map<std::string, std::string>;

variable_lookup in(values const& set) {
  return [&set](char const* name) {
    auto const it = set.find(name);
    return it == set.end() ? nullptr : it->second.c_str();
  };
}

otel_environment read(values const& set) { return read_otel_environment(in(set)); }
otlp_environment read_otlp(values const& set) { return read_otlp_environment(in(set)); }

// Whether the one complaint is of that variable.
template <class Read>
bool complains_of(Read const& read, std::string const& name) {
  return read.complaints.size() == 1 && read.complaints[0].starts_with(name + " does not count: ");
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_set_says_nothing) {
  auto const plain = read({});
  BOOST_TEST(!plain.disabled);
  BOOST_TEST(plain.exports);
  BOOST_TEST(!plain.service_name.has_value());
  BOOST_TEST(plain.attributes.empty());
  BOOST_TEST((!plain.sampler && !plain.ratio && !plain.max_queue && !plain.max_batch));
  BOOST_TEST((!plain.delay && !plain.export_timeout));
  BOOST_TEST(plain.complaints.empty());
  auto const otlp = read_otlp({});
  BOOST_TEST((!otlp.endpoint && !otlp.headers && !otlp.timeout && !otlp.certificate));
  BOOST_TEST(otlp.complaints.empty());
}

BOOST_AUTO_TEST_CASE(all_is_read) {
  auto const all = read({{"OTEL_SDK_DISABLED", "True"},
                         {"OTEL_TRACES_EXPORTER", "none"},
                         {"OTEL_SERVICE_NAME", " shop "},
                         {"OTEL_RESOURCE_ATTRIBUTES", "a=1, b%2Cc = x%20y=z,,"},
                         {"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"},
                         {"OTEL_TRACES_SAMPLER_ARG", "0.25"},
                         {"OTEL_BSP_SCHEDULE_DELAY", "0"},
                         {"OTEL_BSP_EXPORT_TIMEOUT", "1500"},
                         {"OTEL_BSP_MAX_QUEUE_SIZE", "100"},
                         {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10"}});
  BOOST_TEST(all.disabled);
  BOOST_TEST(!all.exports);
  BOOST_TEST(all.service_name.value() == "shop");
  BOOST_TEST((all.attributes == text_pairs{{"a", "1"}, {"b,c", "x y=z"}}));
  BOOST_TEST((all.sampler == sampler::parent_or_ratio));
  BOOST_TEST(all.ratio.value() == 0.25);
  BOOST_TEST((all.delay == 0ms && all.export_timeout == 1500ms));
  BOOST_TEST((all.max_queue == 100U && all.max_batch == 10U));
  BOOST_TEST(all.complaints.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_variable_is_not_set) {
  auto const read_back =
      read({{"OTEL_SDK_DISABLED", ""}, {"OTEL_BSP_MAX_QUEUE_SIZE", " "}, {"OTEL_TRACES_SAMPLER", ""}});
  BOOST_TEST((!read_back.disabled && !read_back.max_queue && !read_back.sampler));
  BOOST_TEST(read_back.complaints.empty());
  auto const otlp =
      read_otlp({{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", ""}, {"OTEL_EXPORTER_OTLP_TIMEOUT", "5"}});
  BOOST_TEST((otlp.timeout == 5ms));
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_told_and_does_not_count) {
  values const nonsense{{"OTEL_SDK_DISABLED", "yes"},
                        {"OTEL_TRACES_EXPORTER", "zipkin"},
                        {"OTEL_RESOURCE_ATTRIBUTES", "a=1,b"},
                        {"OTEL_TRACES_SAMPLER", "sometimes"},
                        {"OTEL_TRACES_SAMPLER_ARG", "1.5"},
                        {"OTEL_BSP_SCHEDULE_DELAY", "-1"},
                        {"OTEL_BSP_EXPORT_TIMEOUT", "0"},
                        {"OTEL_BSP_MAX_QUEUE_SIZE", "0"},
                        {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "many"}};
  for (auto const& one : nonsense) {
    auto const made = read({one});
    BOOST_TEST(complains_of(made, one.first), one.first);
    BOOST_TEST((!made.disabled && made.exports && made.attributes.empty() && !made.sampler && !made.ratio));
    BOOST_TEST((!made.delay && !made.export_timeout && !made.max_queue && !made.max_batch));
  }
  for (std::string const ratio : {"nan", "-0.1", "0.5x", "inf"})
    BOOST_TEST(complains_of(read({{"OTEL_TRACES_SAMPLER_ARG", ratio}}), "OTEL_TRACES_SAMPLER_ARG"), ratio);
  for (std::string const text : {"a=%2", "a=%zz", "=1", "%=1"})
    BOOST_TEST(complains_of(read({{"OTEL_RESOURCE_ATTRIBUTES", text}}), "OTEL_RESOURCE_ATTRIBUTES"), text);
}

BOOST_AUTO_TEST_CASE(each_sampler_has_its_name) {
  std::map<std::string, sampler> const names{{"always_on", sampler::always_on},
                                             {"always_off", sampler::always_off},
                                             {"traceidratio", sampler::ratio},
                                             {"parentbased_always_on", sampler::parent_or_on},
                                             {"parentbased_always_off", sampler::parent_or_off},
                                             {"parentbased_traceidratio", sampler::parent_or_ratio}};
  for (auto const& [name, value] : names)
    BOOST_TEST((read({{"OTEL_TRACES_SAMPLER", name}}).sampler == value), name);
}

BOOST_AUTO_TEST_CASE(the_endpoint_of_all_signals_is_a_base) {
  auto const endpoint = [](std::string const& base) {
    return read_otlp({{"OTEL_EXPORTER_OTLP_ENDPOINT", base}}).endpoint.value_or("none");
  };
  BOOST_TEST(endpoint("http://a:4318") == "http://a:4318/v1/traces");
  BOOST_TEST(endpoint("http://a:4318/") == "http://a:4318/v1/traces");
  BOOST_TEST(endpoint("http://a/x") == "http://a/x/v1/traces");
  BOOST_TEST(endpoint("http://a/x/?key=1") == "http://a/x/v1/traces?key=1");
}

BOOST_AUTO_TEST_CASE(the_variable_of_traces_wins) {
  auto const made = read_otlp({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a/x"},
                               {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://b"},
                               {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer%20abc=="},
                               {"OTEL_EXPORTER_OTLP_HEADERS", "x=y"},
                               {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "7"},
                               {"OTEL_EXPORTER_OTLP_TIMEOUT", "8"},
                               {"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/dev/null"},
                               {"OTEL_EXPORTER_OTLP_CERTIFICATE", "/etc/passwd"},
                               {"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "/dev/zero"},
                               {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/dev/null"},
                               {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/etc/passwd"},
                               {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"},
                               {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"},
                               {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"},
                               {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}});
  BOOST_TEST(made.endpoint.value() == "http://a/x");
  BOOST_TEST((made.headers == text_pairs{{"authorization", "Bearer abc=="}}));
  BOOST_TEST((made.timeout == 7ms));
  BOOST_TEST(made.certificate.value() == "/dev/null");
  BOOST_TEST(made.client_certificate.value() == "/dev/zero");
  BOOST_TEST(made.client_key.value() == "/etc/passwd");
  BOOST_TEST((made.compression == otlp_compression::none));
  BOOST_TEST(made.complaints.empty());
}

BOOST_AUTO_TEST_CASE(compression_is_gzip_where_there_is_zlib) {
  auto const made = read_otlp({{"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"}});
#ifdef REEVE_OBSERVE_WITH_GZIP
  BOOST_TEST((made.compression == otlp_compression::gzip && made.complaints.empty()));
#else
  BOOST_TEST(complains_of(made, "OTEL_EXPORTER_OTLP_COMPRESSION"));
#endif
}

BOOST_AUTO_TEST_CASE(a_setting_of_otlp_that_makes_no_sense_is_told) {
  values const nonsense{{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost:4318"},
                        {"OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://a"},
                        {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a b=1"},
                        {"OTEL_EXPORTER_OTLP_HEADERS", "a=x%0d%0ay"},
                        {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "0"},
                        {"OTEL_EXPORTER_OTLP_TIMEOUT", "3600001"},
                        {"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/nowhere/ca.pem"},
                        {"OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem"},
                        {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/nowhere/client.pem"},
                        {"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "/dev/null"},
                        {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/dev/null"},
                        {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "brotli"},
                        {"OTEL_EXPORTER_OTLP_COMPRESSION", "GZIP"},
                        {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"},
                        {"OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"}};
  for (auto const& one : nonsense) {
    auto const made = read_otlp({one});
    BOOST_TEST(complains_of(made, one.first), one.first);
    BOOST_TEST((!made.endpoint && !made.headers && !made.timeout && !made.certificate), one.first);
    BOOST_TEST((!made.client_certificate && !made.client_key && !made.compression), one.first);
  }
}

BOOST_AUTO_TEST_CASE(who_takes_protobuf_over_http_takes_json_too) {
  BOOST_TEST(read_otlp({{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"}}).complaints.empty());
}

BOOST_AUTO_TEST_CASE(a_complaint_does_not_show_a_secret) {
  auto const made = read_otlp({{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret%0a"}});
  BOOST_REQUIRE_EQUAL(made.complaints.size(), 1);
  BOOST_TEST(made.complaints[0].find("secret") == std::string::npos, made.complaints[0]);
}

BOOST_AUTO_TEST_SUITE_END()
