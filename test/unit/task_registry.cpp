// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_registry.hpp"

#include "pool/own_codec_error.hpp"
#include "pool/pool_worker.hpp"
#include "reeve/task_fn.hpp"
#include "worker/registry.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <typeinfo>
#include <vector>

BOOST_AUTO_TEST_SUITE(task_registry)

namespace {

using registry = reeve::task_registry;
using access = reeve::detail::call_access;
using form = reeve::detail::task_form;
using namespace std::chrono_literals;

struct unencodable {
  bool set = false;
  void serialize(auto&) const { throw std::runtime_error{"no way"}; }
};

reeve::task_fn<int(int, std::string)> const repeat{
    "registry-test.repeat", [](int n, std::string const& text) { return n * static_cast<int>(text.size()); }};
reeve::task_fn<void(std::vector<int> const&)> const nothing{"registry-test.nothing",
                                                            [](std::vector<int> const&) {}};
reeve::task_fn<void(unencodable)> const refuses{"registry-test.refuses", [](unencodable) {}};
reeve::task_fn<boost::asio::awaitable<std::string>(std::string)> const greet{
    "registry-test.greet",
    [](std::string name) -> boost::asio::awaitable<std::string> { co_return "hello " + name; }};

reeve::task_fn<void(int)> const throws{"registry-test.throws",
                                       [](int) { throw reeve::codec_error{"its own"}; }};

reeve::detail::task_entry entry(std::string name) {
  return {.name = std::move(name), .signature = "type", .run = [](std::string_view, std::string&) {}};
}

reeve::detail::task_entry const& registered(auto const& function) {
  return *registry::global().entry(access::number(function));
}

template <class R>
std::string bytes_of(R const& value) {
  std::string bytes;
  reeve::codec<R>::encode(value, bytes);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tasks_are_numbered_and_found_by_name) {
  registry r;
  BOOST_TEST(r.size() == 0U);
  BOOST_TEST(r.add(entry("one")) == 0U);
  BOOST_TEST(r.add(entry("two")) == 1U);
  BOOST_TEST(r.size() == 2U);
  BOOST_TEST(r.find("two").value() == 1U);
  BOOST_TEST(!r.find("three").has_value());
  BOOST_TEST(!r.find("").has_value());
  BOOST_TEST(r.name(1) == "two");
  BOOST_TEST((r.entry(2) == nullptr));
  BOOST_TEST(!r.problem().has_value());
}

BOOST_AUTO_TEST_CASE(an_entry_stays_where_it_is) {
  registry r;
  r.add(entry("first"));
  auto const* first = r.entry(0);
  for (int i = 0; i < 1000; ++i) r.add(entry("task" + std::to_string(i)));
  BOOST_TEST((r.entry(0) == first));
  BOOST_TEST(first->name == "first");
  BOOST_TEST(r.find("first").value() == 0U);
}

BOOST_AUTO_TEST_CASE(the_signatures_of_all_tasks_are_listed_in_their_order) {
  registry r;
  r.add(entry("b"));
  r.add(entry("a"));
  std::vector<reeve::task_signature> const expected{{"b", "type"}, {"a", "type"}};
  BOOST_TEST((r.signatures() == expected));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_used_twice_is_a_problem_and_names_the_first) {
  registry r;
  r.add(entry("same"));
  r.add(entry("other"));
  BOOST_TEST(r.add(entry("same")) == 2U);
  BOOST_TEST(r.find("same").value() == 0U);
  BOOST_TEST(r.problem().value().find("\"same\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_may_have_a_task_of_each_form) {
  registry r;
  auto json = entry("same");
  json.form = form::json;
  r.add(entry("same"));
  r.add(json);
  BOOST_TEST(!r.problem().has_value());
  BOOST_TEST(r.find("same").value() == 0U);
  BOOST_TEST(r.find("same", form::json).value() == 1U);
  r.add(entry("plain"));
  BOOST_TEST(!r.find("plain", form::json).has_value());
  std::vector<reeve::task_signature> const expected{
      {"same", "type"}, {"same", "type", form::json}, {"plain", "type"}};
  BOOST_TEST((r.signatures() == expected));
  r.add(json);
  BOOST_TEST(r.problem().has_value());
}

BOOST_AUTO_TEST_CASE(the_handshake_tells_the_forms_apart) {
  for (auto const f : {form::binary, form::json})
    for (reeve::task_signature const& s : {reeve::task_signature{"name", "FiiE", f}, {"json:x", "", f}})
      BOOST_TEST((reeve::read_signature(s.name, to_text(s)) == s));
  BOOST_TEST(reeve::to_text({"name", "FiiE"}) == "FiiE");
  BOOST_TEST(reeve::to_text({"name", "FiiE", form::json}) != "FiiE");
}

BOOST_AUTO_TEST_CASE(what_a_function_throws_itself_is_told_apart_from_its_arguments_being_wrong) {
  std::string result;
  auto const& run = registered(throws).run;
  BOOST_CHECK_THROW(run(bytes_of(1), result), reeve::own_codec_error);
  try {
    run("", result);
    BOOST_ERROR("it took no argument for one");
  } catch (reeve::codec_error const& e) {
    BOOST_TEST((dynamic_cast<reeve::own_codec_error const*>(&e) == nullptr));
  }
  try {
    run(bytes_of(1), result);
  } catch (reeve::own_codec_error const& e) {
    BOOST_TEST(e.what() == "its own");
    BOOST_CHECK_THROW(std::rethrow_exception(e.thrown()), reeve::codec_error);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_name_is_a_problem) {
  for (std::string const& bad : {std::string{}, std::string{"two words"}, std::string{"line\n"},
                                 std::string(129, 'x'), std::string{"\x7f"}, std::string{"nul\0", 4}}) {
    registry r;
    r.add(entry(bad));
    BOOST_TEST(r.problem().has_value(), "no problem with " << bad);
    BOOST_TEST(r.problem().value().find('\n') == std::string::npos);
    BOOST_TEST(r.problem().value().size() < 300U);
  }
  for (std::string const& good : {std::string{"x"}, std::string(128, 'x'), std::string{"gr\xc3\xbc\xc3\x9f"},
                                  std::string{"ns::f<int>/2"}}) {
    registry r;
    r.add(entry(good));
    BOOST_TEST(!r.problem().has_value(), "a problem with " << good);
  }
}

BOOST_AUTO_TEST_CASE(the_first_problem_is_the_one_that_is_told) {
  registry r;
  r.add(entry("two words"));
  r.add(entry("same"));
  r.add(entry("same"));
  BOOST_TEST(r.problem().value().find("two words") == std::string::npos);
  BOOST_TEST(r.problem().value().find("two?words") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(several_threads_may_register) {
  registry r;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&r, t] {
      for (int i = 0; i < 100; ++i) {
        auto const number = r.add(entry(std::to_string(t * 100 + i)));
        if (r.find(r.name(number)) != number) std::abort();
      }
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(r.size() == 400U);
  BOOST_TEST(!r.problem().has_value());
}

BOOST_AUTO_TEST_CASE(who_has_tasks_can_be_the_worker_of_a_pool) {
  auto const worker = reeve::worker_registry::global().find("reeve.pool");
  BOOST_REQUIRE(worker.has_value());
  BOOST_TEST((std::get<reeve::detail::function_worker>(*worker) == &reeve::pool_worker_main));
  BOOST_TEST(!reeve::worker_registry::global().duplicate().has_value());
}

BOOST_AUTO_TEST_CASE(a_task_fn_is_registered_with_its_name_and_type) {
  BOOST_TEST(registered(repeat).name == "registry-test.repeat");
  BOOST_TEST(registered(repeat).signature == typeid(int(int, std::string)).name());
  BOOST_TEST(registered(nothing).signature != registered(repeat).signature);
  BOOST_TEST(registry::global().find("registry-test.nothing").value() == access::number(nothing));
  BOOST_TEST(!registry::global().problem().has_value());
}

BOOST_AUTO_TEST_CASE(a_call_runs_with_its_arguments_and_gives_its_result) {
  auto call = repeat(3, "four");
  auto const& data = access::data(call);
  BOOST_TEST(data.function == access::number(repeat));
  BOOST_TEST((data.failure == nullptr));
  BOOST_TEST(data.arguments == bytes_of(3) + bytes_of(std::string{"four"}));

  std::string result = "before";
  registered(repeat).run(data.arguments, result);
  BOOST_TEST(result == "before" + bytes_of(12));
}

BOOST_AUTO_TEST_CASE(a_call_without_result_gives_no_bytes) {
  auto call = nothing({1, 2});
  std::string result;
  registered(nothing).run(access::data(call).arguments, result);
  BOOST_TEST(result.empty());
}

BOOST_AUTO_TEST_CASE(a_coroutine_runs_with_its_arguments_and_gives_its_result) {
  BOOST_TEST(!registered(greet).run);
  auto call = greet("you");
  std::string result;
  boost::asio::io_context io;
  boost::asio::co_spawn(io, registered(greet).run_coroutine(access::data(call).arguments, result),
                        boost::asio::detached);
  io.run();
  BOOST_TEST(result == bytes_of(std::string{"hello you"}));
}

BOOST_AUTO_TEST_CASE(arguments_that_are_not_those_of_the_function_are_a_codec_error) {
  std::string result;
  auto const good = bytes_of(3) + bytes_of(std::string{"four"});
  for (auto const& bad : {std::string{}, good.substr(1), good.substr(0, good.size() - 1), good + "x"})
    BOOST_CHECK_THROW(registered(repeat).run(bad, result), reeve::codec_error);
  BOOST_TEST(result.empty());
}

BOOST_AUTO_TEST_CASE(arguments_that_cannot_be_encoded_are_kept_as_the_failure_of_the_call) {
  auto call = refuses(unencodable{});
  BOOST_REQUIRE((access::data(call).failure != nullptr));
  BOOST_CHECK_THROW(std::rethrow_exception(access::data(call).failure), reeve::codec_error);
}

BOOST_AUTO_TEST_CASE(a_call_with_options_is_the_same_call) {
  auto const plain = repeat(1, "x");
  BOOST_TEST((access::data(plain).options == nullptr));
  auto const limited = plain.with({.hard_limit = 5s});
  BOOST_TEST(access::data(limited).arguments == access::data(plain).arguments);
  BOOST_TEST((access::data(limited).options->hard_limit == std::chrono::steady_clock::duration{5s}));
  BOOST_TEST((access::data(plain).options == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
