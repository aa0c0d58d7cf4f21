// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(json_writing)

namespace {

using namespace reeve;

std::string text_of(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_bytes_become_valid_json) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  // Overlong, a surrogate, beyond the last, cut off; and characters of two, three and four bytes.
  for (auto const& text :
       {all, std::string{"\xc0\xaf"}, std::string{"\xed\xa0\x80"}, std::string{"\xf4\x90\x80\x80"},
        std::string{"\xe2\x82"}, std::string{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"}})
    BOOST_TEST(boost::json::parse(text_of(text)).as_string() == to_utf8(text));
}

BOOST_AUTO_TEST_CASE(a_text_is_escaped_where_it_must_be) {
  using namespace std::string_view_literals;
  BOOST_TEST(text_of("") == R"("")");
  BOOST_TEST(text_of("a \"b\" \\ /") == R"("a \"b\" \\ /")");
  BOOST_TEST(text_of("\n\r\t\b\x1b\x7f\0"sv) == R"("\n\r\t\u0008\u001b\u007f\u0000")");
  BOOST_TEST(text_of("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x80 b") ==
             "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd b\"");
}

BOOST_AUTO_TEST_CASE(members_and_elements_are_separated) {
  std::string out = "before: ";
  {
    json_writer writer{out};
    writer.begin_object();
    writer.name("none");
    writer.begin_array();
    writer.end_array();
    writer.name<"some">();
    writer.begin_array();
    writer.text("a");
    writer.number(-1);
    writer.begin_object();
    writer.end_object();
    writer.begin_object();
    writer.member<"b">("c");
    writer.member<"d">("e");
    writer.end_object();
    writer.truth(true);
    writer.long_number(-2);
    writer.hex(std::array<std::uint8_t, 2>{0x0a, 0xf1});
    writer.end_array();
    writer.member<"f">("g");
    writer.end_object();
  }
  BOOST_TEST(out == R"(before: {"none":[],"some":["a",-1,{},{"b":"c","d":"e"},true,"-2","0af1"],"f":"g"})");
}

BOOST_AUTO_TEST_CASE(a_number_comes_back_as_it_was) {
  auto const back = [](auto number) {
    std::string out;
    append_number(out, number);
    return boost::json::parse(out);
  };
  BOOST_TEST(back(std::numeric_limits<std::int64_t>::min()).as_int64() ==
             std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(back(std::numeric_limits<std::uint64_t>::max()).as_uint64() ==
             std::numeric_limits<std::uint64_t>::max());
  for (double const number : {0.1, -1e-300, 1.7976931348623157e308, 5e-324})
    BOOST_TEST(back(number).to_number<double>() == number);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_text_makes_its_own_room) {
  std::string out = "before: ";
  std::string expected = out;
  for (std::size_t size = 0; size < 2000; size += 37) {
    text_end end{out};
    std::string const piece(size, 'a');
    end += piece;
    end += 'b';
    expected += piece + 'b';
  }
  BOOST_TEST(out == expected);
}

BOOST_AUTO_TEST_SUITE_END()
