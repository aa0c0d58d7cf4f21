// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_registry.hpp"
#include "reeve/json_task_fn.hpp"
#include "reeve/task_error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <string>

namespace json_task {

namespace asio = boost::asio;
using reeve::json_call;
using reeve::json_text;
using access = reeve::detail::call_access;

reeve::json_task_fn<int(int, int)> const add{"json-test.add", [](int a, int b) { return a + b; }};
reeve::json_task_fn<void()> const nothing{"json-test.nothing", [] {}};
reeve::json_task_fn<asio::awaitable<std::string>(std::string const&)> const greet{
    "json-test.greet", [](std::string name) -> asio::awaitable<std::string> { co_return "hello " + name; }};
reeve::json_task_fn<asio::awaitable<void>()> const wait{"json-test.wait",
                                                        []() -> asio::awaitable<void> { co_return; }};
reeve::task_fn<int()> const plain{"json-test.plain", [] { return 1; }};
reeve::json_task_fn<int()> const broken{"json-test.broken",
                                        []() -> int { throw reeve::codec_error{"its own"}; }};

reeve::detail::task_entry const& entry_of(reeve::task_call<json_text> const& call) {
  return *reeve::task_registry::global().entry(access::data(call).function);
}

// Runs it as a worker does.
std::string result_of(reeve::task_call<json_text> const& call) {
  auto const& entry = entry_of(call);
  auto const& arguments = access::data(call).arguments;
  std::string result = "> ";
  if (entry.run) {
    entry.run(arguments, result);
    return result;
  }
  asio::io_context io;
  std::exception_ptr error;
  asio::co_spawn(io, entry.run_coroutine(arguments, result), [&](std::exception_ptr e) { error = e; });
  io.run();
  if (error) std::rethrow_exception(error);
  return result;
}

std::string failure_of(reeve::task_call<json_text> const& call) {
  try {
    if (access::data(call).failure) std::rethrow_exception(access::data(call).failure);
  } catch (reeve::codec_error const& e) {
    return e.what();
  }
  return "none";
}

BOOST_AUTO_TEST_SUITE(json_task)

BOOST_AUTO_TEST_CASE(a_call_by_name_takes_json_and_gives_json) {
  BOOST_TEST(result_of(json_call("json-test.add", "[2, 3]")) == "> 5");
  BOOST_TEST(result_of(json_call("json-test.nothing", "")) == "> null");
}

BOOST_AUTO_TEST_CASE(a_coroutine_is_called_by_name_too) {
  BOOST_TEST(!entry_of(json_call("json-test.greet", "")).run);
  BOOST_TEST(result_of(json_call("json-test.greet", "\"you\"")) == "> \"hello you\"");
  BOOST_TEST(result_of(json_call("json-test.wait", "[]")) == "> null");
  BOOST_CHECK_THROW(result_of(json_call("json-test.greet", "[1]")), reeve::codec_error);
}

BOOST_AUTO_TEST_CASE(it_is_a_task_fn_as_well) {
  auto const call = add(2, 3);
  auto const& entry = *reeve::task_registry::global().entry(access::data(call).function);
  BOOST_TEST((entry.form == reeve::detail::task_form::binary));
  std::string result;
  entry.run(access::data(call).arguments, result);
  std::string_view bytes{result};
  BOOST_TEST(reeve::codec<int>::decode(bytes) == 5);
}

BOOST_AUTO_TEST_CASE(a_call_of_a_name_that_nobody_has_fails_and_says_what_to_do) {
  auto const said = failure_of(json_call("json-test.unknown\n", "[]"));
  BOOST_TEST(said.starts_with("no json_task_fn is registered as \"json-test.unknown?\""), said);
  BOOST_TEST(said.find("define one") != std::string::npos, said);
  BOOST_TEST(failure_of(json_call(std::string(1'000'000, 'x'), "[]")).size() < 1000U);
  BOOST_TEST(failure_of(json_call("json-test.plain", "[]")) ==
             "\"json-test.plain\" is a task_fn, which cannot be called with JSON: make it a json_task_fn");
  BOOST_TEST(failure_of(json_call("json-test.add", "nonsense")) == "none");
}

BOOST_AUTO_TEST_CASE(who_asks_is_told_which_names_there_are) {
  BOOST_TEST(reeve::has_json_task("json-test.add"));
  BOOST_TEST(!reeve::has_json_task("json-test.plain"));
  BOOST_TEST(!reeve::has_json_task("json-test.unknown"));
  BOOST_TEST(!reeve::has_json_task(""));
}

BOOST_AUTO_TEST_CASE(arguments_that_are_wrong_are_a_codec_error_and_the_function_is_not_called) {
  for (auto const* const bad : {"", "[1]", "[1,2,3]", "[1,\"2\"]", "1", "[1,2"})
    BOOST_CHECK_THROW(result_of(json_call("json-test.add", bad)), reeve::codec_error);
}

BOOST_AUTO_TEST_CASE(json_text_is_its_own_encoding) {
  std::string bytes;
  reeve::codec<json_text>::encode({"[1]"}, bytes);
  BOOST_TEST(bytes == "[1]");
  std::string_view rest{bytes};
  BOOST_TEST((reeve::codec<json_text>::decode(rest) == json_text{"[1]"}));
  BOOST_TEST(rest.empty());
}

BOOST_AUTO_TEST_CASE(the_type_of_retry_task_is_what_it_says) {
  reeve::retry_task const busy{"the server is busy"};
  BOOST_TEST(busy.what() == "the server is busy");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace json_task
