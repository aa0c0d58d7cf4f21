// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/line_splitter.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace std::string_literals;

namespace {

struct line {
  std::string text;
  bool complete;
  friend bool operator==(line const&, line const&) = default;
  friend std::ostream& operator<<(std::ostream& out, line const& l) {
    return out << '"' << l.text << '"' << (l.complete ? "" : " (not complete)");
  }
};

struct fixture {
  explicit fixture(std::size_t max_line_bytes = 8) : splitter{max_line_bytes} {}

  void feed(std::string_view bytes) { splitter.feed(bytes, taker()); }
  void flush() { splitter.flush(taker()); }

  reeve::line_splitter::line_handler taker() {
    return [this](std::string_view text, bool complete) { lines.push_back({std::string{text}, complete}); };
  }

  void check(std::vector<line> const& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(lines.begin(), lines.end(), expected.begin(), expected.end());
  }

  reeve::line_splitter splitter;
  std::vector<line> lines;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(line_splitter)

BOOST_FIXTURE_TEST_CASE(lines_are_cut_at_newlines, fixture) {
  feed("one\ntwo\n\nthree\n");
  check({{"one", true}, {"two", true}, {"", true}, {"three", true}});
}

BOOST_FIXTURE_TEST_CASE(a_line_may_come_in_parts, fixture) {
  feed("o");
  feed("");
  feed("ne");
  check({});
  feed("\ntw");
  feed("o\n");
  check({{"one", true}, {"two", true}});
}

BOOST_FIXTURE_TEST_CASE(an_unterminated_last_line_comes_with_the_flush, fixture) {
  feed("one\ntwo");
  flush();
  flush();
  check({{"one", true}, {"two", false}});
}

BOOST_FIXTURE_TEST_CASE(a_flush_without_a_pending_line_gives_none, fixture) {
  flush();
  feed("one\n");
  flush();
  check({{"one", true}});
}

BOOST_FIXTURE_TEST_CASE(any_byte_but_the_newline_is_kept, fixture) {
  feed("a\r\n\0\xff\n"s);
  feed("\0\0"s);
  flush();
  check({{"a\r", true}, {"\0\xff"s, true}, {"\0\0"s, false}});
}

BOOST_FIXTURE_TEST_CASE(a_line_of_exactly_the_limit_is_complete, fixture) {
  feed("12345678");
  check({});
  feed("\n12345678\n");
  check({{"12345678", true}, {"12345678", true}});
}

BOOST_FIXTURE_TEST_CASE(a_longer_line_comes_in_pieces_and_nothing_is_lost, fixture) {
  feed("12345678abcdefghij\nnext\n");
  check({{"12345678", false}, {"abcdefgh", false}, {"ij", true}, {"next", true}});
}

BOOST_FIXTURE_TEST_CASE(a_longer_line_in_parts_is_cut_at_the_same_places, fixture) {
  for (char const c : "12345678abcdefghij\nnext\n"s) feed({&c, 1});
  check({{"12345678", false}, {"abcdefgh", false}, {"ij", true}, {"next", true}});
}

BOOST_FIXTURE_TEST_CASE(a_long_line_that_ends_without_a_newline_is_flushed, fixture) {
  feed("12345678ab");
  flush();
  check({{"12345678", false}, {"ab", false}});
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_counts_as_one) {
  fixture f{0};
  f.feed("ab\n");
  f.check({{"a", false}, {"b", true}});
}

BOOST_AUTO_TEST_CASE(every_split_of_the_input_gives_the_same_lines) {
  auto const input = "\n12345678\nx\0y\r\n0123456789abcdefghijklm\n\nend"s;
  fixture whole;
  whole.feed(input);
  whole.flush();
  for (std::size_t first = 0; first <= input.size(); ++first) {
    for (std::size_t second = first; second <= input.size(); ++second) {
      fixture parts;
      parts.feed(std::string_view{input}.substr(0, first));
      parts.feed(std::string_view{input}.substr(first, second - first));
      parts.feed(std::string_view{input}.substr(second));
      parts.flush();
      BOOST_REQUIRE(parts.lines == whole.lines);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_leaves_the_splitter_usable, fixture) {
  feed("on");
  BOOST_CHECK_THROW(splitter.feed("e\ntwo\n", [](auto, bool) { throw std::runtime_error{"no"}; }),
                    std::runtime_error);
  feed("three\n");
  check({{"three", true}});
}

BOOST_AUTO_TEST_SUITE_END()
