// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/detail/json_values.hpp"

#include "core/utf8.hpp"
#include "reeve/task_error.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace json_values {

using namespace std::string_literals;
using form = reeve::detail::json_form;

enum class colour { red, blue };
BOOST_DESCRIBE_ENUM(colour, red, blue)

struct item {
  std::string name;
  std::optional<int> count;
  std::vector<item> parts;

  bool operator==(item const&) const = default;
};
BOOST_DESCRIBE_STRUCT(item, (), (name, count, parts))

// Converted in its own way, and not always.
struct even {
  int value = 0;

  friend even tag_invoke(boost::json::value_to_tag<even>, boost::json::value const& json) {
    auto const number = boost::json::value_to<int>(json);
    if (number == 99) throw 99;
    if (number % 2 != 0) throw std::domain_error{std::to_string(number) + " is odd"};
    return {number};
  }
  friend void tag_invoke(boost::json::value_from_tag, boost::json::value& json, even const& from) {
    if (from.value % 2 != 0) throw std::domain_error{"odd"};
    json = from.value;
  }
};

template <class... T>
std::tuple<T...> read(std::string_view text) {
  return form::decode<std::tuple<T...>>(text);
}

template <class T>
T only(std::string_view text) {
  return std::get<0>(read<T>(text));
}

template <class T>
std::string text_of(T const& value) {
  std::string out;
  form::encode(value, out);
  return out;
}

// What the codec_error says.
std::string error_of(std::function<void()> const& action) {
  try {
    action();
  } catch (reeve::codec_error const& e) {
    return e.what();
  }
  return "no error";
}

template <class... T>
std::string refusal(std::string_view text) {
  return error_of([&] { read<T...>(text); });
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

std::string deep_item(std::size_t levels) {
  std::string begin;
  std::string end;
  for (; levels != 0; --levels) {
    begin += R"({"name":"","count":null,"parts":[)";
    end += "]}";
  }
  return begin + R"({"name":"","count":null,"parts":[]})" + end;
}

BOOST_AUTO_TEST_SUITE(json_values)

BOOST_AUTO_TEST_CASE(arguments_are_read_in_their_order) {
  auto const [number, text, flag] = read<int, std::string, bool>(" [1, \"two\", true]\n");
  BOOST_TEST(number == 1);
  BOOST_TEST(text == "two");
  BOOST_TEST(flag);
}

BOOST_AUTO_TEST_CASE(no_text_is_an_empty_array) {
  read<>("");
  read<>("[]");
  BOOST_TEST(refusal<int>("") == refusal<int>("[]"));
  BOOST_TEST(refusal<>(" ").find("no JSON") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_argument_may_stand_alone_if_it_is_no_array) {
  BOOST_TEST(only<int>("7") == 7);
  BOOST_TEST(only<std::string>("\"x\"") == "x");
  BOOST_TEST(!only<std::optional<int>>("null").has_value());
  BOOST_TEST((only<std::map<std::string, int>>(R"({"a":1})") == std::map<std::string, int>{{"a", 1}}));
  BOOST_TEST((only<std::vector<int>>("[[1,2]]") == std::vector{1, 2}));
  BOOST_TEST(refusal<std::vector<int>>("[1,2]").find("[[1, 2]]") != std::string::npos);
  BOOST_TEST((refusal<int, int>("7")).find("no array") != std::string::npos);
  BOOST_TEST(refusal<>("null").find("no array") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_number_of_arguments_is_refused_with_both_numbers) {
  BOOST_TEST((refusal<int, int>("[1,2,3]")) == "the function takes 2 arguments, 3 were given");
  BOOST_TEST((refusal<int, int>("[1]")) == "the function takes 2 arguments, 1 was given");
  BOOST_TEST(refusal<>("[1]") == "the function takes 0 arguments, 1 was given");
  BOOST_TEST(refusal<int>("[1,2]").starts_with("the function takes 1 argument, 2 were given"));
}

BOOST_AUTO_TEST_CASE(an_argument_of_another_type_is_named_by_its_position) {
  BOOST_TEST((refusal<int, int>("[1,\"2\"]")) == "argument 2: not a number");
  BOOST_TEST((refusal<int, int>("[null,2]")) == "argument 1: not a number");
  BOOST_TEST(refusal<bool>("[1]") == "argument 1: neither true nor false");
  BOOST_TEST(refusal<int>("[true]") == "argument 1: not a number");
  BOOST_TEST(refusal<std::string>("[1]") == "argument 1: not a string");
  BOOST_TEST(refusal<std::vector<int>>("[{}]") == "argument 1: not an array");
  BOOST_TEST((refusal<std::map<std::string, int>>("[[]]")) == "argument 1: not an object");
  BOOST_TEST((refusal<std::vector<int>>("[[1,2,\"3\"]]")) == "argument 1: not a number");
  BOOST_TEST((refusal<std::variant<int, bool>>("[\"x\"]")) == "argument 1: none of its alternatives");
  BOOST_TEST((refusal<std::array<int, 2>>("[[1]]").starts_with("argument 1: it has not as many")));
  BOOST_TEST(refusal<colour>("[\"green\"]").starts_with("argument 1: "));
}

BOOST_AUTO_TEST_CASE(no_number_is_cut) {
  std::string const cut = "argument 1: not a number that its type can hold";
  BOOST_TEST(refusal<int>("[3.5]") == cut);
  BOOST_TEST(refusal<int>("[1e30]") == cut);
  BOOST_TEST(refusal<int>("[2147483648]") == cut);
  BOOST_TEST(refusal<unsigned>("[-1]") == cut);
  BOOST_TEST(refusal<std::uint8_t>("[256]") == cut);
  BOOST_TEST(refusal<std::int64_t>("[9223372036854775808]") == cut);
  BOOST_TEST(refusal<std::uint64_t>("[18446744073709551616]") == cut);
  BOOST_TEST(refusal<std::uint64_t>("[123456789012345678901234567890]") == cut);
  BOOST_TEST(only<int>("[3.0]") == 3);
  BOOST_TEST(only<int>("[-2147483648]") == std::numeric_limits<int>::min());
  BOOST_TEST(only<std::int64_t>("[-9223372036854775808]") == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(only<std::uint64_t>("[18446744073709551615]") == std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(only<double>("[1]") == 1.0);
}

BOOST_AUTO_TEST_CASE(a_number_that_no_double_holds_is_refused_wherever_it_is) {
  for (auto const* const text : {"[1e400]", "[-1e400]", R"([{"a":[1,{"b":1e400}]}])", "[1e99999999999]"})
    BOOST_TEST(refusal<boost::json::value>(text).starts_with("the arguments "), text);
  BOOST_TEST(only<double>("[1e308]") == 1e308);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_json_is_refused_with_the_place) {
  for (auto const* const text : {"[1", "[1 2]", "nul", "[1,]", "[1]x", "[1][2]", "{'a':1}", "[\"\xff\"]",
                                 "[\"\xc0\x80\"]", "[\"\xed\xa0\x80\"]", "[\"\\ud800\"]", "[01]", "[NaN]"}) {
    auto const said = refusal<int>(text);
    BOOST_TEST(said.starts_with("the arguments are no JSON: "), text << ": " << said);
  }
  BOOST_TEST(refusal<int>("[1 2]").ends_with(" at byte 4"));
  BOOST_TEST(refusal<int>("[\0]"s).starts_with("the arguments are no JSON: "));
}

BOOST_AUTO_TEST_CASE(text_that_is_nested_too_deeply_is_refused) {
  BOOST_TEST(only<boost::json::value>("[" + nested(400) + "]").is_array());
  for (std::size_t const levels : {1000U, 10'000U, 1'000'000U}) {
    auto const said = refusal<boost::json::value>(nested(levels));
    BOOST_TEST(said.starts_with("the arguments are nested deeper than 500 levels"), said);
    BOOST_TEST(refusal<boost::json::value>(std::string(levels, '[')) == said);
  }
  only<item>(deep_item(200));
  BOOST_TEST(refusal<item>(deep_item(300)).find("deeper") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_described_struct_travels_both_ways) {
  item const whole{"box", 2, {{"nail", {}, {}}}};
  auto const text = text_of(whole);
  BOOST_TEST(text == R"({"name":"box","count":2,"parts":[{"name":"nail","count":null,"parts":[]}]})");
  BOOST_TEST((only<item>(text) == whole));
  BOOST_TEST(only<int>("[1]") == 1);
  BOOST_TEST((only<colour>("[\"blue\"]") == colour::blue));
  BOOST_TEST(text_of(colour::blue) == "\"blue\"");
}

BOOST_AUTO_TEST_CASE(a_described_struct_has_all_of_its_members_and_no_others) {
  BOOST_TEST(refusal<item>(R"({"name":"x","parts":[]})").starts_with("argument 1: it has not as many"));
  BOOST_TEST(refusal<item>(R"({"name":"x","count":1,"parts":[],"more":1})").starts_with("argument 1: "));
  BOOST_TEST(refusal<item>(R"({"name":"x","cuont":1,"parts":[]})").find("is missing") != std::string::npos);
  BOOST_TEST(refusal<item>(R"({"name":1,"count":1,"parts":[]})") == "argument 1: not a string");
}

BOOST_AUTO_TEST_CASE(what_a_conversion_of_the_users_throws_is_told) {
  BOOST_TEST(only<even>("[4]").value == 4);
  BOOST_TEST((refusal<int, even>("[1,3]")) == "argument 2: 3 is odd");
  BOOST_TEST(refusal<even>("[\"4\"]") == "argument 1: not a number");
  BOOST_TEST(refusal<even>("[99]") == "argument 1: its conversion threw an exception");
  BOOST_TEST(refusal<std::vector<even>>("[[2,5]]") == "argument 1: 5 is odd");
  BOOST_TEST(error_of([] { text_of(even{1}); }) == "the result cannot be converted to JSON: odd");
}

BOOST_AUTO_TEST_CASE(a_json_value_as_argument_outlives_the_text_and_the_others) {
  std::optional<boost::json::value> kept;
  {
    auto text = std::make_unique<std::string>(R"([{"a":["a string that has to be allocated somewhere"]}])");
    kept.emplace(only<boost::json::value>(*text));
  }
  BOOST_TEST(text_of(*kept) == R"({"a":["a string that has to be allocated somewhere"]})");
}

BOOST_AUTO_TEST_CASE(results_are_appended) {
  std::string out = "before ";
  form::encode(std::vector{1, 2}, out);
  form::encode_nothing(out);
  BOOST_TEST(out == "before [1,2]null");
  BOOST_TEST((text_of(std::tuple{1, "x"s, true}) == R"([1,"x",true])"));
  BOOST_TEST((text_of(std::map<std::string, double>{{"a", 1.5}}) == R"({"a":1.5E0})"));
  BOOST_TEST(text_of(std::optional<int>{}) == "null");
  BOOST_TEST(text_of("\n\0\"\x01"s) == R"("\n\u0000\"\u0001")");
  auto const large = std::string(1'000'000, 'x');
  BOOST_TEST((text_of(large) == '"' + large + '"'));
}

BOOST_AUTO_TEST_CASE(a_result_that_is_not_finite_is_an_error_wherever_it_is) {
  auto const infinite = std::numeric_limits<double>::infinity();
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  auto const says = [](std::string const& said) { return said.find("not finite") != std::string::npos; };
  for (double const bad : {infinite, -infinite, nan}) {
    BOOST_TEST(says(error_of([&] { text_of(bad); })));
    BOOST_TEST(says(error_of([&] { text_of(std::vector{1.0, bad}); })));
    BOOST_TEST(says(error_of([&] { text_of(std::map<std::string, std::optional<double>>{{"a", bad}}); })));
    BOOST_TEST(says(error_of([&] { text_of(static_cast<float>(bad)); })));
  }
}

BOOST_AUTO_TEST_CASE(a_result_that_is_not_utf8_is_an_error_wherever_it_is) {
  for (auto const& bad : {"\xff"s, "a\x80"s, "\xc3"s, "\xe2\x82"s}) {
    std::string out = "before";
    auto const refused = [&](auto const& value) {
      return error_of([&] { form::encode(value, out); }).find("not UTF-8") != std::string::npos;
    };
    BOOST_TEST(refused(bad));
    BOOST_TEST(refused(std::vector{"good"s, bad}));
    BOOST_TEST(refused(std::map<std::string, int>{{bad, 1}}));
    BOOST_TEST(out == "before");
  }
  BOOST_TEST(text_of("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"s) ==
             "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

BOOST_AUTO_TEST_CASE(utf8_is_what_unicode_says) {
  for (auto const& good :
       {""s, "a"s, "\x7f"s, "\0"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s,
        "\xee\x80\x80"s, "\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s, "a\xc3\xa4z"s})
    BOOST_TEST(reeve::is_utf8(good), good);
  for (auto const& bad : {"\x80"s,
                          "\xbf"s,
                          "\xc0\x80"s,
                          "\xc1\xbf"s,
                          "\xc2"s,
                          "\xc2\x41"s,
                          "\xc2\xc2"s,
                          "\xe0\x9f\xbf"s,
                          "\xe1\x80"s,
                          "\xe1\x80\x41"s,
                          "\xe1\x41\x80"s,
                          "\xed\xa0\x80"s,
                          "\xed\xbf\xbf"s,
                          "\xf0\x8f\xbf\xbf"s,
                          "\xf0\x90\x80"s,
                          "\xf0\x90\x80\x41"s,
                          "\xf4\x90\x80\x80"s,
                          "\xf5\x80\x80\x80"s,
                          "\xfe"s,
                          "\xff"s,
                          "a\xc3"s})
    BOOST_TEST(!reeve::is_utf8(bad), bad.size() << " bytes from " << int{static_cast<unsigned char>(bad[0])});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace json_values
