// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Tasks that are called by their name, with arguments and results as JSON.

#include "pool_test.hpp"
#include "reeve/json_task_fn.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe/class.hpp>

#include <limits>
#include <map>

namespace pool_json {

namespace asio = boost::asio;
using namespace reeve;
using namespace reeve::test;

struct order {
  std::string item;
  std::optional<int> days;
  std::map<std::string, std::vector<double>> prices;

  void serialize(auto& archive) { archive(item, days, prices); }
};
BOOST_DESCRIBE_STRUCT(order, (), (item, days, prices))

order delay(order o) {
  o.days = o.days.value_or(0) + 1;
  return o;
}

double sum(int a, std::vector<double> const& more, std::optional<double> last) {
  double total = a + last.value_or(0);
  for (auto const one : more) total += one;
  return total;
}

asio::awaitable<std::string> greet(std::string name) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  if (name.empty()) throw retry_task{"nobody is there yet"};
  if (name == "codec") throw codec_error{"its own"};
  co_return "hello " + name;
}

// What is asked for is thrown, or returned as it cannot be.
double fail(std::string const& how) {
  if (how == "retry") throw retry_task{"the server is busy"};
  if (how == "codec") throw codec_error{"its own"};
  if (how == "infinite") return std::numeric_limits<double>::infinity();
  tasks::perform(how);
  return 0;
}

json_task_fn<int()> const nine{"pool_json_nine", [] { return 9; }};
json_task_fn<void(std::size_t)> const count{"pool_json_count",
                                            [](std::size_t cell) { tasks::board().add(cell); }};
json_task_fn<double(int, std::vector<double>, std::optional<double>)> const sums{"pool_json_sum", sum};
json_task_fn<order(order const&)> const delays{"pool_json_delay", delay};
json_task_fn<asio::awaitable<std::string>(std::string)> const greets{"pool_json_greet", greet};
json_task_fn<double(std::string)> const fails{"pool_json_fail", fail};
json_task_fn<std::string(std::string, std::size_t)> const grows{
    "pool_json_grow",
    [](std::string const& text, std::size_t size) { return text + std::string(size, 'x'); }};
json_task_fn<std::string(int)> const bytes{"pool_json_bytes",
                                           [](int byte) { return std::string(1, static_cast<char>(byte)); }};

struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers = 1) : pool_rig{pool_of(workers)} { start(); }
  // All was done by the first workers.
  ~running_pool() {
    BOOST_TEST(value_of(square(3)) == 9);
    BOOST_TEST(downs.empty());
  }

  std::string text_of(std::string const& name, std::string arguments) {
    return value_of(json_call("pool_json_" + name, std::move(arguments))).text;
  }
  std::string refusal(std::string const& name, std::string arguments) {
    return error_of<codec_error>(json_call("pool_json_" + name, std::move(arguments))).what();
  }
};

void require_said(std::string const& said, std::string const& words) {
  BOOST_TEST(said.find(words) != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE(pool_json)

BOOST_AUTO_TEST_CASE(functions_are_called_by_name_with_json) {
  running_pool pool{2};
  BOOST_TEST(pool.text_of("nine", "") == "9");
  BOOST_TEST(pool.text_of("nine", "[]") == "9");
  BOOST_TEST(pool.text_of("sum", "[1, [2, 3.5], null]") == "6.5E0");
  BOOST_TEST(pool.text_of("sum", "[1, [], 4]") == "5E0");
  BOOST_TEST(pool.text_of("count", "5") == "null");
  BOOST_TEST(pool.board[5] == 1u);
}

BOOST_AUTO_TEST_CASE(described_structs_are_objects) {
  running_pool pool;
  BOOST_TEST(pool.text_of("delay", R"({"prices": {"a": [1]}, "item": "box", "days": null})") ==
             R"({"item":"box","days":1,"prices":{"a":[1E0]}})");
  BOOST_TEST(pool.text_of("delay", R"([{"item": "box", "days": 1, "prices": {}}])") ==
             R"({"item":"box","days":2,"prices":{}})");
  require_said(pool.refusal("delay", R"({"item": "box", "prices": {}})"), "argument 1: ");
}

BOOST_AUTO_TEST_CASE(coroutines_are_called_by_name) {
  running_pool pool;
  BOOST_TEST(pool.text_of("greet", R"("you")") == R"("hello you")");
  require_said(pool.refusal("greet", "[1]"), "argument 1: not a string");
}

BOOST_AUTO_TEST_CASE(the_same_functions_are_called_with_values) {
  running_pool pool;
  BOOST_TEST(pool.value_of(sums(1, {2}, 3.0)) == 6);
  BOOST_TEST(pool.value_of(greets("you")) == "hello you");
  BOOST_TEST(pool.value_of(delays({"box", {}, {}})).days.value() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_the_arguments_is_an_error_of_the_task) {
  running_pool pool;
  require_said(pool.refusal("sum", "[1, [2"), "task \"pool_json_sum\" (#1): the arguments are no JSON");
  require_said(pool.refusal("sum", "[1, [2]]"), "the function takes 3 arguments, 2 were given");
  require_said(pool.refusal("sum", R"([1, [2, "3"], null])"), "argument 2: not a number");
  require_said(pool.refusal("sum", "[1.5, [], null]"), "argument 1: not a number that its type can hold");
  require_said(pool.refusal("greet", "[\"\xff\"]"), "the arguments are no JSON");
  require_said(pool.refusal("nine", std::string(10'000, '[') + std::string(10'000, ']')), "nested deeper");
  require_said(pool.refusal("nine", std::string(1'000'000, '[')), "nested deeper");
}

BOOST_AUTO_TEST_CASE(a_name_that_nobody_has_is_an_error_of_the_call) {
  running_pool pool;
  require_said(pool.refusal("unknown", "[]"), "no json_task_fn is registered as \"pool_json_unknown\"");
  require_said(pool.error_of<codec_error>(json_call("pool_square", "[3]")).what(), "make it a json_task_fn");
}

BOOST_AUTO_TEST_CASE(a_result_that_json_cannot_say_is_an_error_of_the_task) {
  running_pool pool;
  require_said(pool.refusal("fail", R"("infinite")"), "not finite");
  require_said(pool.refusal("bytes", "255"), "not UTF-8");
  BOOST_TEST(pool.text_of("bytes", "34") == R"("\"")");
}

BOOST_AUTO_TEST_CASE(what_the_function_throws_is_its_own) {
  running_pool pool;
  auto const of = [&](std::string const& name, std::string const& argument) {
    return pool.error_of<task_failed>(json_call("pool_json_" + name, argument));
  };
  BOOST_TEST(of("fail", R"("retry")").type() == "reeve::retry_task");
  BOOST_TEST(of("fail", R"("retry")").message() == "the server is busy");
  BOOST_TEST(of("greet", R"("")").type() == "reeve::retry_task");
  BOOST_TEST(of("fail", R"("throw")").type() == "std::domain_error");
  for (auto const* const name : {"fail", "greet"}) {
    BOOST_TEST(of(name, R"("codec")").type() == "reeve::codec_error");
    BOOST_TEST(of(name, R"("codec")").message() == "its own");
  }
  BOOST_TEST(pool.error_of<task_failed>(fails("codec")).type() == "reeve::codec_error");
  BOOST_TEST(pool.error_of<task_failed>(greets("codec")).type() == "reeve::codec_error");
}

BOOST_AUTO_TEST_CASE(large_texts_travel_whole) {
  running_pool pool;
  std::string large;
  large.resize(10'000'000, 'a');
  auto const text = pool.text_of("grow", "[\"" + large + "\", 1]");
  BOOST_TEST((text == '"' + large + "x\""));
  std::string numbers = "[0, [1";
  for (int i = 0; i != 1'000'000; ++i) numbers += ",1";
  BOOST_TEST(pool.text_of("sum", numbers + "], null]") == "1.000001E6");
}

BOOST_AUTO_TEST_CASE(a_call_by_name_has_options_as_others_do) {
  running_pool pool;
  auto const call = json_call("pool_json_fail", R"("throw")").with({.correlation_id = "order 7"});
  require_said(pool.error_of<task_failed>(call).what(), "order 7");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pool_json
