// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_url.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

BOOST_AUTO_TEST_SUITE(otlp_urls)

namespace {

using namespace reeve;

// "host|port|target|authority", or "no: why"
std::string parts_of(std::string_view text) {
  std::string problem;
  auto const url = parse_otlp_url(text, problem);
  if (!url) return "no: " + problem;
  return url->host + '|' + url->port + '|' + url->target + '|' + url->authority();
}

bool is_none(std::string_view text) { return parts_of(text).starts_with("no: it must be "); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_url_has_its_parts) {
  BOOST_TEST(parts_of("http://localhost:4318/v1/traces") == "localhost|4318|/v1/traces|localhost:4318");
  BOOST_TEST(parts_of("HTTP://a") == "a|80|/|a");
  BOOST_TEST(parts_of("http://a:80/x") == "a|80|/x|a");
  BOOST_TEST(parts_of("http://a?key=1") == "a|80|/?key=1|a");
  BOOST_TEST(parts_of("http://a/x#part") == "a|80|/x|a");
  BOOST_TEST(parts_of("http://[::1]:4318/x") == "::1|4318|/x|[::1]:4318");
  BOOST_TEST(parts_of("http://[::1]") == "::1|80|/|[::1]");
}

BOOST_AUTO_TEST_CASE(what_is_no_url_is_refused) {
  for (std::string_view const text :
       {"", "a", "localhost:4318", "//a", "ftp://a", "http://", "http:///x", "http://:80",
        "http://a:", "http://a:0", "http://a:65536", "http://a:x", "http://[::1", "http://[::1]80",
        "http://[]", "http://a b", "http://a/\r\nx: y", "unix:///tmp/x"})
    BOOST_TEST(is_none(text), text);
}

BOOST_AUTO_TEST_CASE(a_password_does_not_belong_into_a_url) {
  auto const said = parts_of("http://joe:secret@a/");
  BOOST_TEST(said.find("header") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(https_is_spoken_where_there_is_openssl) {
#ifdef REEVE_OBSERVE_WITH_TLS
  BOOST_TEST(parts_of("https://a") == "a|443|/|a");
  BOOST_TEST(parts_of("https://a:80") == "a|80|/|a:80");
#else
  BOOST_TEST(parts_of("https://a").find("OpenSSL") != std::string::npos);
#endif
}

BOOST_AUTO_TEST_CASE(a_header_can_not_smuggle_another_one) {
  std::string problem;
  BOOST_TEST(are_headers({{"x-a", "b c\td"}, {"authorization", "Bearer \xc3\xa4"}}, problem));
  for (std::string const name : {"", "a b", "a:", "a\r\n", "\xc3\xa4"})
    BOOST_TEST(!are_headers({{name, "x"}}, problem));
  for (std::string const& value :
       {std::string{"a\r\nb: c"}, std::string{"a\n"}, std::string{"a\0b", 3}, std::string{"\x7f"}})
    BOOST_TEST(!are_headers({{"a", value}}, problem));
}

BOOST_AUTO_TEST_SUITE_END()
