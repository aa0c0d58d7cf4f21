// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "codec_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cereal/types/base_class.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/memory.hpp>
#include <chrono>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace std::string_literals;

enum class colour : std::uint16_t { red = 1, blue = 0x0203 };
enum class answer : bool { no, yes };

struct empty {
  bool operator==(empty const&) const = default;
};

struct order {
  std::string item;
  std::vector<double> prices;
  std::optional<colour> paint;
  std::map<std::string, int> amounts;

  void serialize(auto& archive) { archive(item, prices, paint, amounts); }
  bool operator==(order const&) const = default;
};

struct urgent_order : order {
  int days = 0;

  void serialize(auto& archive) { archive(cereal::base_class<order>(this), CEREAL_NVP(days)); }
  bool operator==(urgent_order const&) const = default;
};

class versioned {
 public:
  explicit versioned(int number = 0) : number_{number} {}
  bool operator==(versioned const&) const = default;

 private:
  friend class cereal::access;
  // In several threads at once, where Boost.Test must not be asked.
  void serialize(auto& archive, std::uint32_t const version) {
    if (version != 7) throw std::runtime_error{"not the version of the class"};
    archive(number_);
  }
  int number_;
};

struct point {
  std::int16_t x = -1, y = -1;
  auto operator<=>(point const&) const = default;
};

// Its own codec writes it in decimal. The serialize function is for others.
struct decimal {
  int number = 0;
  void serialize(auto&) { throw std::logic_error{"not to be called"}; }
  bool operator==(decimal const&) const = default;
};

struct refuses {
  bool on_load = false;
  void save(auto& archive) const {
    if (!on_load) throw std::runtime_error{"cannot be saved"};
    archive(on_load);
  }
  void load(auto& archive) {
    archive(on_load);
    throw std::runtime_error{"cannot be loaded"};
  }
};

}  // namespace

CEREAL_CLASS_VERSION(versioned, 7)

template <>
inline constexpr bool reeve::enable_raw_codec<point> = true;

template <>
struct reeve::codec<decimal> {
  static void encode(decimal const& value, std::string& out) { out += std::to_string(value.number) + ';'; }
  static decimal decode(std::string_view& in) {
    auto const end = in.find(';');
    if (end == std::string_view::npos) throw codec_error{"no semicolon"};
    decimal const value{std::stoi(std::string{in.substr(0, end)})};
    in.remove_prefix(end + 1);
    return value;
  }
};

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(numbers_enums_and_arrays_of_them_are_their_bytes) {
  BOOST_TEST(encoded<std::uint8_t>(0x41) == "A");
  BOOST_TEST(encoded<std::int32_t>(0x01020304) == "\4\3\2\1");
  BOOST_TEST(encoded(true) == "\1");
  BOOST_TEST(encoded(colour::blue) == "\3\2");
  BOOST_TEST(encoded(std::array<std::uint16_t, 2>{0x0102, 0x0304}) == "\2\1\4\3");
  BOOST_TEST(encoded(1.0) == "\0\0\0\0\0\0\xf0\x3f"s);
  BOOST_TEST(encoded(point{1, 2}) == "\1\0\2\0"s);
}

BOOST_AUTO_TEST_CASE(strings_and_vectors_of_numbers_are_their_length_and_their_bytes) {
  BOOST_TEST(encoded("abc"s) == "\3\0\0\0\0\0\0\0abc"s);
  BOOST_TEST(encoded(std::vector<std::uint16_t>{0x0102, 0x0304}) == "\2\0\0\0\0\0\0\0\2\1\4\3"s);
}

BOOST_AUTO_TEST_CASE(numbers_come_back) {
  check_round_trip(std::numeric_limits<std::int64_t>::min());
  check_round_trip(-1.5F);
  check_round_trip(std::numeric_limits<long double>::max());
  check_round_trip('x');
  check_round_trip(u8'x');
  check_round_trip(false);
  check_round_trip(colour::red);
  check_round_trip(static_cast<colour>(77));
  check_round_trip(answer::yes);
  check_round_trip(std::byte{200});
  check_round_trip(std::array<std::array<int, 2>, 2>{{{1, 2}, {3, 4}}});
  BOOST_TEST(std::isnan(decoded<double>(encoded(std::nan("")))));
}

BOOST_AUTO_TEST_CASE(standard_types_come_back) {
  check_round_trip(""s);
  check_round_trip("with \0 in it"s);
  check_round_trip(std::u16string{u"abc"});
  check_round_trip(std::vector<int>{});
  check_round_trip(std::vector<colour>{colour::red, colour::blue});
  check_round_trip(std::vector<bool>{true, false, true});
  check_round_trip(std::vector<std::string>{"one", "", "three"});
  check_round_trip(std::vector<std::vector<float>>{{1, 2}, {}, {3}});
  check_round_trip(std::array<std::string, 2>{"a", "b"});
  check_round_trip(std::array<int, 0>{});
  check_round_trip(std::pair<int, std::string>{1, "one"});
  check_round_trip(std::tuple<>{});
  check_round_trip(std::tuple<int, std::string, std::vector<int>>{1, "one", {1}});
  check_round_trip(std::optional<std::string>{});
  check_round_trip(std::optional<std::string>{"here"});
  check_round_trip(std::variant<int, std::string>{"text"});
  check_round_trip(std::map<std::string, std::set<int>>{{"a", {1, 2}}, {"b", {}}});
  check_round_trip(std::unordered_map<int, std::string>{{1, "one"}, {2, "two"}});
  check_round_trip(std::unordered_set<int>{1, 2, 3});
  check_round_trip(std::chrono::milliseconds{1500});
  check_round_trip(std::chrono::system_clock::time_point{std::chrono::seconds{5}});
  check_round_trip(std::list<std::string>{"its", "header", "is", "included", "here"});
}

BOOST_AUTO_TEST_CASE(large_vectors_come_back) {
  for (std::size_t const size : {16383U, 16384U, 16385U, 100'000U}) {
    std::vector<char> letters(size);
    std::iota(letters.begin(), letters.end(), '\0');
    BOOST_TEST((decoded<std::vector<char>>(encoded(letters)) == letters));
    std::vector<double> numbers(size);
    std::iota(numbers.begin(), numbers.end(), 0.5);
    BOOST_TEST((decoded<std::vector<double>>(encoded(numbers)) == numbers));
  }
  using page = std::array<int, 5000>;  // larger than a block
  std::vector<page> const pages{page{1}, page{2}, page{3}};
  BOOST_TEST((decoded<std::vector<page>>(encoded(pages)) == pages));
}

BOOST_AUTO_TEST_CASE(a_vector_of_numbers_is_allocated_once) {
  counted_vector<int> const numbers(100'000, 1);
  allocated_bytes = 0;
  BOOST_TEST((decoded<counted_vector<int>>(encoded(numbers)) == numbers));
  BOOST_TEST(allocated_bytes == 100'000 * sizeof(int));
}

BOOST_AUTO_TEST_CASE(types_that_cereal_serialises_come_back) {
  order const plain{"chair", {9.5, 10}, colour::blue, {{"oak", 1}, {"ash", 2}}};
  check_round_trip(plain);
  check_round_trip(std::vector<order>{plain, {}, plain});
  check_round_trip(urgent_order{plain, 3});
  check_round_trip(versioned{5});
}

BOOST_AUTO_TEST_CASE(types_with_a_version_are_encoded_by_several_threads) {
  std::vector<std::string> bytes(4);
  std::vector<std::thread> threads;
  for (auto& b : bytes) threads.emplace_back([&b] { b = encoded(versioned{5}); });
  for (auto& t : threads) t.join();
  for (auto const& b : bytes) BOOST_TEST((decoded<versioned>(b) == versioned{5}));
}

BOOST_AUTO_TEST_CASE(types_that_opt_in_are_their_bytes_wherever_they_are) {
  check_round_trip(point{1, 2});
  check_round_trip(std::vector<point>{{1, 2}, {3, 4}});
  check_round_trip(std::optional<point>{{1, 2}});
  check_round_trip(std::map<point, std::vector<point>>{{{1, 2}, {{3, 4}, {5, 6}}}});
  BOOST_TEST(encoded(std::pair<char, point>{'a', {1, 2}}) == "a\1\0\2\0"s);
}

BOOST_AUTO_TEST_CASE(a_type_has_its_own_codec_wherever_it_is) {
  check_round_trip(decimal{15});
  BOOST_TEST(encoded(decimal{15}) == "15;");
  BOOST_TEST(encoded(std::pair<char, decimal>{'a', {15}}) == "a15;");
  check_round_trip(std::vector<decimal>{{1}, {22}, {333}});
  check_round_trip(std::map<int, std::optional<decimal>>{{1, decimal{1}}, {2, {}}});
}

BOOST_AUTO_TEST_CASE(what_can_only_be_moved_comes_back) {
  auto const nothing = decoded<std::unique_ptr<int>>(encoded(std::unique_ptr<int>{}));
  BOOST_TEST((nothing == nullptr));
  std::vector<std::unique_ptr<std::string>> texts(1);
  texts[0] = std::make_unique<std::string>("text");
  auto const came_back = decoded<std::vector<std::unique_ptr<std::string>>>(encoded(texts));
  BOOST_REQUIRE(came_back.size() == 1U);
  BOOST_TEST(*came_back[0] == "text");
}

BOOST_AUTO_TEST_CASE(an_object_that_is_shared_inside_of_a_value_stays_shared) {
  auto const text = std::make_shared<std::string>("text");
  auto const came_back = decoded<std::vector<std::shared_ptr<std::string>>>(encoded(std::vector{text, text}));
  BOOST_REQUIRE(came_back.size() == 2U);
  BOOST_TEST(*came_back[0] == "text");
  BOOST_TEST((came_back[0] == came_back[1]));
}

BOOST_AUTO_TEST_CASE(empty_types_take_no_bytes) {
  BOOST_TEST(encoded(empty{}).empty());
  BOOST_TEST(encoded(std::monostate{}).empty());
  check_round_trip(empty{});
  check_round_trip(std::pair<empty, int>{{}, 1});
}

BOOST_AUTO_TEST_CASE(containers_of_empty_types_come_back) {
  check_round_trip(std::vector<empty>(3));
  check_round_trip(std::vector<empty>(300));
  check_round_trip(std::vector<std::vector<std::monostate>>{{{}, {}}, {}, std::vector<std::monostate>(100)});
  check_round_trip(std::tuple<std::vector<empty>, std::string>{std::vector<empty>(50), "text"});
}

BOOST_AUTO_TEST_CASE(what_a_type_throws_is_a_codec_error_with_its_words) {
  auto const says = [](std::string const& text) {
    return [text](reeve::codec_error const& e) { return e.what() == text; };
  };
  BOOST_CHECK_EXCEPTION(encoded(refuses{}), reeve::codec_error, says("cannot be saved"));
  BOOST_CHECK_EXCEPTION(decoded<refuses>("\1"), reeve::codec_error, says("cannot be loaded"));
}

BOOST_AUTO_TEST_SUITE_END()
