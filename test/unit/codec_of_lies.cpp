// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "codec_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cereal/types/memory.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

// What a worker that lies may send: any bytes at all.

namespace {

struct nothing_in_it {
  bool operator==(nothing_in_it const&) const = default;
};

struct flags {
  std::array<bool, 3> on{};
  void serialize(auto& archive) { archive(on); }
};

enum class reply : bool { no, yes };

struct tree {
  std::vector<tree> children;
  void serialize(auto& archive) { archive(children); }
  bool operator==(tree const&) const = default;
};

struct chain {
  std::unique_ptr<chain> next;
  void serialize(auto& archive) { archive(next); }
};

tree deep_tree(int levels) {
  tree root;
  auto* last = &root;
  for (int i = 0; i < levels; ++i) last = &last->children.emplace_back();
  return root;
}

std::string length(std::uint64_t size) { return encoded(size); }

template <class T>
void check_refused(std::string_view bytes) {
  BOOST_CHECK_THROW(reeve::codec<T>::decode(bytes), reeve::codec_error);
}

// How much is allocated until they are refused.
template <class T>
std::size_t cost_of(std::string_view bytes) {
  allocated_bytes = 0;
  check_refused<T>(bytes);
  return allocated_bytes;
}

// A value or a codec_error, and nothing else.
template <class T>
void decode_any(std::string const& bytes) {
  std::string_view in{bytes};
  try {
    reeve::codec<T>::decode(in);
  } catch (reeve::codec_error const&) {
  }
  BOOST_REQUIRE(in.size() <= bytes.size());
}

using all_sorts = std::tuple<std::vector<std::string>, std::map<std::string, std::vector<double>>,
                             std::variant<int, std::string, std::vector<bool>>, std::optional<std::set<int>>,
                             std::unordered_map<int, std::u16string>, std::shared_ptr<flags>>;

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  // Small numbers more often than others: as lengths they lead further.
  for (auto& c : bytes) {
    auto const kind = random() % 8;
    c = static_cast<char>(kind == 0 ? random() : kind == 1 ? random() % 4 : 0);
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codec_of_lies)

BOOST_AUTO_TEST_CASE(a_bool_that_is_neither_true_nor_false_is_refused) {
  check_refused<bool>("\2");
  check_refused<reply>("\2");
  check_refused<std::array<bool, 2>>(std::string_view{"\1\xff", 2});
  check_refused<std::vector<std::array<bool, 2>>>(length(1) + "\1\3");
  check_refused<std::vector<bool>>(length(1) + "\2");
  check_refused<flags>("\1\1\2");
  check_refused<std::optional<int>>("\2\1\1\1\1");
}

BOOST_AUTO_TEST_CASE(a_variant_without_such_an_alternative_is_refused) {
  check_refused<std::variant<int, char>>(encoded(std::int32_t{2}) + "abcd");
  check_refused<std::variant<int, char>>(encoded(std::int32_t{-1}) + "abcd");
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_bytes_is_refused_and_costs_no_memory) {
  for (auto const size :
       {std::uint64_t{1} << 60U, ~std::uint64_t{0}, std::uint64_t{1} << 28U, std::uint64_t{9}}) {
    auto const bytes = length(size) + "12345678";
    check_refused<std::string>(bytes);
    check_refused<std::u16string>(bytes);
    check_refused<std::map<int, int>>(bytes);
    check_refused<std::unordered_map<int, int>>(bytes);
    BOOST_TEST(cost_of<counted_vector<char>>(bytes) == 0U);
    BOOST_TEST(cost_of<counted_vector<double>>(bytes) == 0U);
    BOOST_TEST(cost_of<counted_vector<bool>>(bytes) <= bytes.size());
    // What is not a vector of numbers may cost as many elements as there are bytes.
    BOOST_TEST(cost_of<counted_vector<std::string>>(bytes) <= bytes.size() * sizeof(std::string));
    BOOST_TEST(cost_of<std::optional<counted_vector<double>>>('\0' + bytes) <= bytes.size() * sizeof(double));
  }
}

BOOST_AUTO_TEST_CASE(a_length_of_elements_without_bytes_is_refused_and_costs_no_memory) {
  BOOST_TEST(cost_of<counted_vector<nothing_in_it>>(length(std::uint64_t{1} << 60U)) == 0U);
  BOOST_TEST(cost_of<counted_vector<std::monostate>>(length(100) + "12345678") == 0U);
}

BOOST_AUTO_TEST_CASE(many_lengths_share_the_bytes_that_are_there) {
  // Each of the inner lengths alone is no lie.
  std::string bytes = length(1000);
  for (int i = 0; i < 1000; ++i) bytes += length(7000);
  using inner = counted_vector<nothing_in_it>;
  BOOST_TEST(cost_of<counted_vector<inner>>(bytes) <= 1000 * sizeof(inner) + bytes.size());
}

BOOST_AUTO_TEST_CASE(a_value_that_is_nested_too_deeply_is_refused_by_both_sides) {
  auto const some = deep_tree(400);
  BOOST_TEST((decoded<tree>(encoded(some)) == some));

  BOOST_CHECK_THROW(encoded(deep_tree(1000)), reeve::codec_error);
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += length(1);
  check_refused<tree>(bytes);
  check_refused<chain>(std::string(1'000'000, '\1'));
}

BOOST_AUTO_TEST_CASE(a_shared_object_that_was_never_sent_is_refused) {
  check_refused<std::shared_ptr<int>>(encoded(std::uint32_t{5}));
}

BOOST_AUTO_TEST_CASE(random_bytes_are_a_value_or_an_error) {
  std::mt19937 random{1};
  for (int i = 0; i < 5000; ++i) {
    auto const bytes = random_bytes(random, random() % 200);
    decode_any<all_sorts>(bytes);
    decode_any<std::vector<all_sorts>>(bytes);
    decode_any<tree>(bytes);
    decode_any<std::vector<int>>(bytes);
    decode_any<std::string>(bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_value_with_damaged_bytes_is_a_value_or_an_error) {
  std::mt19937 random{2};
  all_sorts const value{
      {"one", "two"}, {{"a", {1, 2}}, {"b", {}}}, std::vector<bool>{true, false}, std::set<int>{1, 2},
      {{1, u"x"}},    std::make_shared<flags>()};
  auto const bytes = encoded(value);
  for (int i = 0; i < 5000; ++i) {
    auto damaged = bytes;
    for (auto n = 1 + random() % 3; n != 0; --n)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    decode_any<all_sorts>(damaged);
  }
}

BOOST_AUTO_TEST_SUITE_END()
