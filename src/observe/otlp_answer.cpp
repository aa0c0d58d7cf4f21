// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_answer.hpp"

#include "core/utf8.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace reeve {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 300;

bool may_be_tried_again(unsigned status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

// What another program wrote goes into our words: no control characters, and not too much of it.
std::string in_one_line(std::string_view text) {
  auto line = to_utf8(text.substr(0, longest_message));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return line;
}

json::object parse_otlp_object(std::string const& body) {
  json::error_code ec;
  auto value = json::parse(body, ec);
  if (ec || !value.is_object()) return {};
  return std::move(value.get_object());
}

std::string text_in(json::object const& object, char const* name) {
  auto const* const value = object.if_contains(name);
  if (!value || !value->is_string()) return {};
  return in_one_line(std::string_view{value->get_string().data(), value->get_string().size()});
}

// 64-bit integers are texts in protobuf's JSON, or numbers.
std::uint64_t count_in(json::object const& object, char const* name) {
  auto const* const value = object.if_contains(name);
  if (!value) return 0;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64()) return static_cast<std::uint64_t>(std::max<std::int64_t>(value->get_int64(), 0));
  if (!value->is_string()) return 0;
  std::uint64_t count = 0;
  auto const& text = value->get_string();
  auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc{} ? count : 0;
}

otlp_verdict judge_success(std::string const& body, std::size_t count) {
  otlp_verdict verdict{.taken = count};
  auto const object = parse_otlp_object(body);
  auto const* const partial = object.if_contains("partialSuccess");
  if (!partial || !partial->is_object()) return verdict;
  auto const rejected = std::min<std::uint64_t>(count_in(partial->get_object(), "rejectedSpans"), count);
  if (rejected == 0) return verdict;
  verdict.taken = count - static_cast<std::size_t>(rejected);
  verdict.error =
      "the collector rejected " + std::to_string(rejected) + " of " + std::to_string(count) + " spans";
  if (auto const why = text_in(partial->get_object(), "errorMessage"); !why.empty())
    verdict.error += ": " + why;
  return verdict;
}

std::string_view next_word(std::string_view& text) {
  auto const end = std::min(text.find_first_of(" :"), text.size());
  auto const word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<int> next_number(std::string_view& text) {
  auto const word = next_word(text);
  int number = 0;
  auto const [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || stop != word.data() + word.size() || number < 0) return std::nullopt;
  return number;
}

unsigned month_named(std::string_view name) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  auto const at = name.size() == 3 ? months.find(name) : std::string_view::npos;
  return at != std::string_view::npos && at % 3 == 0 ? static_cast<unsigned>(at / 3 + 1) : 0;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  next_word(text);
  auto const day = next_number(text);
  auto const month = month_named(next_word(text));
  auto const year = next_number(text);
  auto const hours = next_number(text);
  auto const minutes = next_number(text);
  auto const seconds = next_number(text);
  if (!day || !year || !hours || !minutes || !seconds || text != "GMT" || *year > 9999) return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year{*year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
         std::chrono::seconds{*seconds};
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::chrono::system_clock::time_point now) {
  std::uint32_t count = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc{} && stop == end) return std::chrono::seconds{count};
  auto const date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::max(std::chrono::ceil<std::chrono::seconds>(*date - now), std::chrono::seconds{0});
}

otlp_verdict judge_otlp_answer(otlp_answer const& answer, std::size_t count,
                               std::chrono::system_clock::time_point now) {
  if (answer.status == 0) return {.error = answer.problem, .retry = !answer.permanent};
  if (answer.status >= 200 && answer.status < 300) return judge_success(answer.body, count);
  otlp_verdict verdict{.error = "the collector answered " + std::to_string(answer.status),
                       .retry = may_be_tried_again(answer.status)};
  if (auto const why = text_in(parse_otlp_object(answer.body), "message"); !why.empty())
    verdict.error += ": " + why;
  if (verdict.retry) verdict.retry_after = parse_retry_after(answer.retry_after, now);
  return verdict;
}

}  // namespace reeve
