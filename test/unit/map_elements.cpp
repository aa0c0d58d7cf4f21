// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/detail/map.hpp"
#include "reeve/result_stream.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

// 13 cannot be encoded, 14 not decoded.
struct picky {
  int value = 0;
};

}  // namespace

template <>
struct reeve::codec<picky> {
  static void encode(picky const& p, std::string& out) {
    if (p.value == 13) throw std::runtime_error{"not that one"};
    out += std::to_string(p.value);
  }
  static picky decode(std::string_view& in) {
    picky const p{std::stoi(std::string{in})};
    in = {};
    if (p.value == 14) throw codec_error{"nor that"};
    return p;
  }
};

BOOST_AUTO_TEST_SUITE(map_elements)

namespace {

namespace asio = boost::asio;
using namespace reeve;
using namespace reeve::detail;
using step = element_source::step;

template <class... T, class Range>
auto source_of(Range&& range) {
  auto kept = keep_range(std::forward<Range>(range));
  return std::make_unique<range_source<decltype(kept), std::tuple<T...>>>(std::move(kept));
}

// All that a range stands for, as arguments of those types.
template <class... T, class Range>
std::vector<std::tuple<T...>> arguments_of(Range&& range) {
  auto const source = source_of<T...>(std::forward<Range>(range));
  std::vector<std::tuple<T...>> all;
  for (;;) {
    std::string bytes;
    std::exception_ptr error;
    auto const what = source->next(bytes, error);
    BOOST_TEST(!error);
    if (what == step::end) return all;
    BOOST_REQUIRE((what == step::element));
    all.push_back(decode_all(std::type_identity<std::tuple<T...>>{}, bytes));
  }
}

template <class T>
std::vector<std::tuple<T>> singles(std::vector<T> values) {
  std::vector<std::tuple<T>> all;
  for (auto const& value : values) all.emplace_back(value);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(elements_are_the_only_argument) {
  std::vector<int> const numbers{1, 2, 3};
  BOOST_TEST((arguments_of<int>(numbers) == singles<int>({1, 2, 3})));
  BOOST_TEST((arguments_of<int>(std::list<int>{1, 2, 3}) == singles<int>({1, 2, 3})));
  BOOST_TEST((arguments_of<int>(numbers | std::views::reverse) == singles<int>({3, 2, 1})));
  BOOST_TEST((arguments_of<std::string>(std::forward_list<std::string>{"a", ""}) ==
              singles<std::string>({"a", ""})));
}

BOOST_AUTO_TEST_CASE(elements_of_one_small_size_are_read_several_at_a_time) {
  auto const source = source_of<std::int16_t>(std::vector<int>{1, 2, 3, 4, 5});
  std::string frames;
  std::exception_ptr error;
  BOOST_TEST(source->next_some(frames, 2, 100) == 2u);
  BOOST_TEST(frames == std::string("\2\0\0\0\1\0\2\0\0\0\2\0", 12));
  std::string one;
  BOOST_TEST((source->next(one, error) == step::element));
  BOOST_TEST(one == std::string("\3\0", 2));
  BOOST_TEST(source->next_some(frames, 10, 11) == 1u);  // so many bytes
  BOOST_TEST(source->next_some(frames, 10, 5) == 0u);
  BOOST_TEST(source->next_some(frames, 10, 100) == 1u);
  BOOST_TEST(frames.size() == 24u);
  BOOST_TEST(source->next_some(frames, 10, 100) == 0u);
  BOOST_TEST((source->next(one, error) == step::end));
}

BOOST_AUTO_TEST_CASE(tuples_of_one_small_size_are_read_several_at_a_time) {
  auto const source = source_of<char, bool>(std::vector<std::pair<char, bool>>{{'a', true}, {'b', false}});
  std::string frames;
  BOOST_TEST(source->next_some(frames, 10, 100) == 2u);
  BOOST_TEST(frames == std::string("\2\0\0\0a\1\2\0\0\0b\0", 12));
}

BOOST_AUTO_TEST_CASE(what_has_other_sizes_or_a_codec_of_its_own_is_read_one_by_one) {
  std::string frames;
  BOOST_TEST(source_of<std::string>(std::vector<std::string>{"a"})->next_some(frames, 10, 100) == 0u);
  BOOST_TEST(source_of<picky>(std::vector<picky>{{1}})->next_some(frames, 10, 100) == 0u);
  BOOST_TEST(
      (source_of<std::array<int, 99>>(std::vector<std::array<int, 99>>(1))->next_some(frames, 10, 1000) ==
       0u));
  BOOST_TEST(frames.empty());
}

BOOST_AUTO_TEST_CASE(what_a_range_throws_comes_after_the_elements_before_it) {
  auto const source = source_of<int>(std::views::iota(0) | std::views::transform([](int i) {
                                       return i < 3 ? i : throw std::runtime_error{"thrown"};
                                     }));
  std::string frames;
  std::exception_ptr error;
  BOOST_TEST(source->next_some(frames, 10, 100) == 3u);
  BOOST_TEST(frames.size() == 24u);
  BOOST_TEST(source->next_some(frames, 10, 100) == 0u);
  BOOST_CHECK_THROW(source->next(frames, error), std::runtime_error);
}

namespace {

struct unlucky {
  int value;
  operator int() const { return value != 13 ? value : throw std::runtime_error{"not that one"}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_element_whose_conversion_throws_is_the_only_bad_one) {
  auto const source = source_of<int>(std::vector<unlucky>{{1}, {13}, {3}});
  std::string frames;
  std::exception_ptr error;
  BOOST_TEST(source->next_some(frames, 10, 100) == 1u);
  BOOST_TEST(source->next_some(frames, 10, 100) == 0u);
  BOOST_TEST((source->next(frames, error) == step::bad_element));
  BOOST_CHECK_THROW(std::rethrow_exception(error), std::runtime_error);
  BOOST_TEST(source->next_some(frames, 10, 100) == 1u);
  BOOST_TEST(frames.size() == 16u);
  BOOST_TEST((source->next(frames, error) == step::end));
  BOOST_TEST(!error);
}

BOOST_AUTO_TEST_CASE(elements_are_converted) {
  BOOST_TEST((arguments_of<double>(std::vector{1, 2}) == singles<double>({1, 2})));
  BOOST_TEST(
      (arguments_of<std::string>(std::vector<char const*>{"a", "bc"}) == singles<std::string>({"a", "bc"})));
  BOOST_TEST((arguments_of<bool>(std::vector<bool>{true, false, true}) ==
              std::vector<std::tuple<bool>>{{true}, {false}, {true}}));
  BOOST_TEST((arguments_of<int, double>(std::vector<std::pair<short, float>>{{1, 2.5F}}) ==
              std::vector<std::tuple<int, double>>{{1, 2.5}}));
}

BOOST_AUTO_TEST_CASE(tuples_are_spread_over_several_parameters) {
  using both = std::vector<std::tuple<int, std::string>>;
  BOOST_TEST((arguments_of<int, std::string>(both{{1, "a"}, {2, "b"}}) == both{{1, "a"}, {2, "b"}}));
  BOOST_TEST((arguments_of<int, std::string>(std::map<int, std::string>{{2, "b"}, {1, "a"}}) ==
              both{{1, "a"}, {2, "b"}}));
  BOOST_TEST((arguments_of<int, int>(std::vector<std::array<int, 2>>{{1, 2}}) ==
              std::vector<std::tuple<int, int>>{{1, 2}}));
  BOOST_TEST((arguments_of<>(std::vector<std::tuple<>>(3)) == std::vector<std::tuple<>>(3)));
}

BOOST_AUTO_TEST_CASE(a_tuple_is_one_argument_where_there_is_one_parameter) {
  using pair = std::pair<int, int>;
  BOOST_TEST((arguments_of<pair>(std::vector<pair>{{1, 2}}) == std::vector<std::tuple<pair>>{{pair{1, 2}}}));
}

BOOST_AUTO_TEST_CASE(arrays_are_kept_by_value) {
  int numbers[] = {1, 2, 3};
  auto const source = source_of<int>(numbers);
  numbers[0] = 7;
  std::string bytes;
  std::exception_ptr error;
  source->next(bytes, error);
  BOOST_TEST((decode_all(std::type_identity<std::tuple<int>>{}, bytes) == std::tuple{1}));
}

BOOST_AUTO_TEST_CASE(containers_are_copied_or_moved) {
  std::vector<int> numbers{1, 2, 3};
  auto const copy = source_of<int>(numbers);
  numbers.clear();
  BOOST_TEST((copy->size() == 3u));
  numbers = {1, 2, 3, 4};
  auto const moved = source_of<int>(std::move(numbers));
  BOOST_TEST(numbers.empty());
  BOOST_TEST((moved->size() == 4u));
}

BOOST_AUTO_TEST_CASE(ranges_that_can_be_neither_copied_nor_read_twice_will_do) {
  std::vector<std::unique_ptr<int>> pointers;
  pointers.push_back(std::make_unique<int>(5));
  auto owned = std::views::transform(std::move(pointers), [](auto const& p) { return *p; });
  BOOST_TEST((arguments_of<int>(std::move(owned)) == singles<int>({5})));
  std::istringstream text{"1 2 3"};
  BOOST_TEST((arguments_of<int>(std::views::istream<int>(text)) == singles<int>({1, 2, 3})));
}

BOOST_AUTO_TEST_CASE(a_range_is_read_no_further_than_asked) {
  int made = 0;
  auto const source = source_of<int>(std::views::iota(0) | std::views::transform([&](int i) {
                                       ++made;
                                       return i;
                                     }));
  BOOST_TEST(made == 0);
  std::string bytes;
  std::exception_ptr error;
  source->next(bytes, error);
  source->next(bytes, error);
  BOOST_TEST(made == 2);
}

BOOST_AUTO_TEST_CASE(its_size_is_known_where_the_range_knows_it) {
  BOOST_TEST((source_of<int>(std::vector{1, 2})->size() == 2u));
  BOOST_TEST((source_of<int>(std::views::iota(0, 10))->size() == 10u));
  BOOST_TEST(!source_of<int>(std::views::iota(0))->size().has_value());
  BOOST_TEST(!source_of<int>(std::vector{1, 2} | std::views::filter([](int) { return true; }))->size());
}

BOOST_AUTO_TEST_CASE(an_element_that_cannot_be_encoded_is_told_and_the_next_one_comes) {
  auto const source = source_of<picky>(std::vector<picky>{{13}, {1}});
  std::string bytes;
  std::exception_ptr error;
  BOOST_TEST((source->next(bytes, error) == step::bad_element));
  BOOST_CHECK_THROW(std::rethrow_exception(error), std::runtime_error);
  BOOST_TEST((source->next(bytes, error) == step::element));
  BOOST_TEST((source->next(bytes, error) == step::end));
}

BOOST_AUTO_TEST_CASE(what_the_range_throws_is_thrown) {
  auto const source = source_of<int>(std::views::iota(0) | std::views::transform([](int i) {
                                       if (i == 1) throw std::domain_error{"no more"};
                                       return i;
                                     }));
  std::string bytes;
  std::exception_ptr error;
  source->next(bytes, error);
  BOOST_CHECK_THROW(source->next(bytes, error), std::domain_error);
}

namespace {

// What a map of results of that type completes with.
template <class R, template <class> class Collection>
struct collector {
  using item = typename Collection<R>::item;
  asio::io_context io;
  std::size_t expected = 0;
  std::exception_ptr error;
  std::optional<std::vector<item>> items;

  auto sink() {
    auto handler = [this](std::exception_ptr e, std::vector<item> all) {
      error = e;
      items = std::move(all);
    };
    return std::make_unique<map_sink<R, Collection<R>, decltype(handler)>>(std::move(handler),
                                                                           io.get_executor(), expected);
  }
  void finish(element_sink& sink, std::exception_ptr e = nullptr) {
    asio::post(io, [&sink, e] { sink.finish(e); });
    io.run();
    BOOST_REQUIRE(items.has_value());
  }
};

std::exception_ptr const failure = std::make_exception_ptr(std::runtime_error{"failure"});

}  // namespace

BOOST_AUTO_TEST_CASE(results_find_their_places) {
  collector<int, all_or_error> c;
  auto const sink = c.sink();
  for (std::size_t const i : {2U, 0U, 1U})
    BOOST_TEST(!sink->succeed(i, encode_all<int>(static_cast<int>(i * i))));
  c.finish(*sink);
  BOOST_TEST(!c.error);
  BOOST_TEST(*c.items == (std::vector{0, 1, 4}), boost::test_tools::per_element());
}

namespace {

// As a worker writes brief results.
std::string run_of(std::vector<std::string> const& results) {
  std::string bytes;
  for (auto const& result : results) {
    std::uint64_t const word = result.size() << 8U | 0xffU;
    bytes.append(reinterpret_cast<char const*>(&word), sizeof word);
    bytes += result;
    bytes.append((8 - result.size() % 8) % 8, '\0');
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(several_results_at_once_find_their_places) {
  for (auto const expected : {std::size_t{0}, std::size_t{4}, ~std::size_t{0}}) {
    collector<int, all_or_error> c;
    c.expected = expected;
    auto const sink = c.sink();
    auto const bytes = run_of({encode_all<int>(10), encode_all<int>(20)});
    result_run results{bytes};
    std::size_t index = 2;
    BOOST_TEST(!sink->succeed_all(index, 2, results));
    BOOST_TEST(index == 4u);
    for (std::size_t const i : {1U, 0U}) sink->succeed(i, encode_all<int>(static_cast<int>(i)));
    c.finish(*sink);
    BOOST_TEST(*c.items == (std::vector{0, 1, 10, 20}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(one_of_several_results_that_cannot_be_decoded_stops_at_it) {
  collector<int, all_outcomes> c;
  auto const sink = c.sink();
  auto const bytes = run_of({encode_all<int>(1), "bad", encode_all<int>(3)});
  result_run results{bytes};
  std::size_t index = 0;
  auto const error = sink->succeed_all(index, 3, results);
  BOOST_TEST(index == 2u);
  BOOST_CHECK_THROW(std::rethrow_exception(error), codec_error);
  sink->fail(1, error);
  BOOST_TEST(!sink->succeed_all(index, 1, results));
  BOOST_TEST(index == 3u);
  c.finish(*sink);
  BOOST_TEST(c.items->at(0).value() == 1);
  BOOST_CHECK_THROW(c.items->at(1).value(), codec_error);
  BOOST_TEST(c.items->at(2).value() == 3);
}

BOOST_AUTO_TEST_CASE(results_may_be_bits_or_nothing) {
  collector<bool, all_or_error> bits;
  auto const sink = bits.sink();
  sink->succeed(1, encode_all<bool>(true));
  sink->succeed(0, encode_all<bool>(false));
  bits.finish(*sink);
  BOOST_TEST((*bits.items == std::vector{false, true}));
  collector<void, all_or_error> nothings;
  auto const other = nothings.sink();
  BOOST_TEST(!other->succeed(1, ""));
  BOOST_CHECK_THROW(std::rethrow_exception(other->succeed(0, "x")), codec_error);
  nothings.finish(*other);
  BOOST_TEST(nothings.items->size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_error_leaves_no_results) {
  collector<int, all_or_error> c;
  auto const sink = c.sink();
  sink->succeed(0, encode_all<int>(1));
  sink->fail(1, failure);
  c.finish(*sink, failure);
  BOOST_TEST((c.error == failure));
  BOOST_TEST(c.items->empty());
}

BOOST_AUTO_TEST_CASE(outcomes_have_results_and_errors) {
  collector<int, all_outcomes> c;
  auto const sink = c.sink();
  sink->fail(2, failure);
  sink->succeed(0, encode_all<int>(5));
  sink->fail(1, failure);
  c.finish(*sink);
  BOOST_REQUIRE(c.items->size() == 3u);
  BOOST_TEST((*c.items)[0].value() == 5);
  BOOST_TEST(((*c.items)[1].error() == failure));
  BOOST_TEST(((*c.items)[2].error() == failure));
}

BOOST_AUTO_TEST_CASE(outcomes_come_with_the_error_that_ended_it_all) {
  collector<int, all_outcomes> c;
  auto const sink = c.sink();
  sink->succeed(0, encode_all<int>(5));
  c.finish(*sink, failure);
  BOOST_TEST((c.error == failure));
  BOOST_TEST(c.items->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_decoded_is_told) {
  collector<picky, all_outcomes> c;
  auto const sink = c.sink();
  BOOST_TEST(!sink->succeed(0, "1"));
  BOOST_CHECK_THROW(std::rethrow_exception(sink->succeed(1, "14")), codec_error);
}

BOOST_AUTO_TEST_CASE(items_of_a_stream_are_decoded_for_their_reader) {
  std::optional<stream_item<int>> got;
  std::exception_ptr error;
  auto const next = [&](std::exception_ptr e, std::optional<raw_item> raw) {
    auto handler = [&](std::exception_ptr told, std::optional<stream_item<int>> item) {
      error = told;
      got = std::move(item);
    };
    item_handler<int, stream_item<int>, decltype(handler)> h{handler};
    std::move(h)(e, std::move(raw));
  };
  next(nullptr, raw_item{.index = 7, .result = encode_all<int>(5)});
  BOOST_TEST(got.value().index == 7u);
  BOOST_TEST(got->result.value() == 5);
  next(nullptr, raw_item{.index = 8, .result = "x"});
  BOOST_CHECK_THROW(got.value().result.value(), codec_error);
  next(nullptr, raw_item{.index = 9, .error = failure});
  BOOST_TEST((got.value().result.error() == failure));
  next(failure, std::nullopt);
  BOOST_TEST(!got);
  BOOST_TEST((error == failure));
  next(nullptr, std::nullopt);
  BOOST_TEST(!got);
  BOOST_TEST(!error);
}

BOOST_AUTO_TEST_CASE(a_reader_of_a_stream_keeps_its_own_executor) {
  asio::io_context own;
  asio::io_context other;
  auto handler =
      asio::bind_executor(own.get_executor(), [](std::exception_ptr, std::optional<stream_item<int>>) {});
  item_handler<int, stream_item<int>, decltype(handler)> const h{handler};
  BOOST_TEST((asio::get_associated_executor(h, other.get_executor()) == own.get_executor()));
}

BOOST_AUTO_TEST_SUITE_END()
