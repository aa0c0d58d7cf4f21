// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/apply.hpp>
#include <reeve/detail/pool_ops.hpp>
#include <reeve/map_options.hpp>
#include <reeve/outcome.hpp>
#include <reeve/task_fn.hpp>

#include <boost/asio/async_result.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace reeve::detail {

// `R` is what the function returns: its tasks' result, or a coroutine of that.
template <class R>
using map_signature = void(std::exception_ptr,
                           std::vector<typename outcome<typename task_result<R>::type>::value_type>);
template <class R>
using map_settled_signature = void(std::exception_ptr, std::vector<outcome<typename task_result<R>::type>>);

/// Takes a range over: a view or an lvalue is copied, an rvalue moved.
template <class Range>
auto keep_range(Range&& range) {
  if constexpr (std::is_array_v<std::remove_reference_t<Range>>) {
    return std::to_array(std::forward<Range>(range));
  } else {
    return std::remove_cvref_t<Range>(std::forward<Range>(range));
  }
}

template <class Element, class... T>
constexpr bool is_tuple_of = requires { requires std::tuple_size_v<Element> == sizeof...(T); };

/// Appends the arguments that an element of a range stands for: it is the only one, or a tuple of them.
template <class Element, class... T>
void encode_element(std::type_identity<std::tuple<T...>>, Element const& element, std::string& arguments) {
  if constexpr (sizeof...(T) == 1) {
    (codec<T>::encode(static_cast<T const&>(element), arguments), ...);
  } else {
    static_assert(is_tuple_of<Element, T...>,
                  "reeve: the elements must be tuples, with as many members as the function has parameters");
    std::apply([&](auto const&... part) { (codec<T>::encode(static_cast<T const&>(part), arguments), ...); },
               element);
  }
}

/// Arguments that are always encoded in the same few bytes, those of the values.
template <class Arguments>
constexpr std::size_t fixed_size = 0;
template <class... T>
  requires((plain<T> && std::derived_from<codec<T>, built_in_codec>) && ...)
constexpr std::size_t fixed_size<std::tuple<T...>> = (sizeof(T) + ... + 0);

/// Writes such arguments, and gives the place behind them.
template <class Element, class... T>
char* write_element(std::type_identity<std::tuple<T...>>, Element const& element, char* place) {
  auto const write = [&place]<class V>(V const& value) {
    std::memcpy(place, &value, sizeof value);
    place += sizeof value;
  };
  if constexpr (sizeof...(T) == 1) {
    (write(static_cast<T const&>(element)), ...);
  } else {
    static_assert(is_tuple_of<Element, T...>);
    std::apply([&](auto const&... part) { (write(static_cast<T const&>(part)), ...); }, element);
  }
  return place;
}

/// Encodes the elements of a range one by one.
template <class Range, class Arguments>
class range_source final : public element_source {
  static constexpr std::size_t most_fixed = 64;
  static constexpr bool is_fixed = fixed_size<Arguments> != 0 && fixed_size<Arguments> <= most_fixed;

 public:
  explicit range_source(Range&& range) : range_(std::move(range)) {}

  std::optional<std::size_t> size() override {
    if constexpr (std::ranges::sized_range<Range>) {
      return static_cast<std::size_t>(std::ranges::size(range_));
    } else {
      return std::nullopt;
    }
  }

  step next(std::string& arguments, std::exception_ptr& error) override {
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    error = std::exchange(bad_, nullptr);
    if (error) return step::bad_element;
    if (!find_next()) return step::end;
    auto&& element = **at_;
    taken_ = true;
    try {
      encode_element(std::type_identity<Arguments>{}, element, arguments);
    } catch (...) {
      error = std::current_exception();
      return step::bad_element;
    }
    return step::element;
  }

  std::size_t next_some(std::string& frames, [[maybe_unused]] std::size_t most,
                        [[maybe_unused]] std::size_t most_bytes) override {
    std::size_t count = 0;
    if constexpr (is_fixed) {
      if (thrown_ || bad_) return 0;
      auto const begin = frames.size();
      most = std::min(most, most_bytes / fixed_frame);
      frames.resize(begin + most * fixed_frame);
      try {
        for (auto* place = frames.data() + begin; count < most && find_next(); ++count) {
          auto&& element = **at_;
          taken_ = true;
          place = write_frame(element, place);
          if (bad_) break;
        }
      } catch (...) {
        thrown_ = std::current_exception();  // by the range: those before it count
      }
      frames.resize(begin + count * fixed_frame);
    }
    return count;
  }

 private:
  static constexpr std::size_t fixed_frame = sizeof(std::uint32_t) + fixed_size<Arguments>;

  template <class Element>
  char* write_frame(Element const& element, char* place) {
    place = write_element(std::type_identity<std::tuple<std::uint32_t>>{},
                          std::uint32_t{fixed_size<Arguments>}, place);
    try {
      return write_element(std::type_identity<Arguments>{}, element, place);
    } catch (...) {
      bad_ = std::current_exception();  // by the element, when it was converted
      return place;
    }
  }

  /// Goes on to the next element that was not taken. False: there is none.
  bool find_next() {
    if (!at_)
      at_.emplace(std::ranges::begin(range_));
    else if (taken_)
      ++*at_;
    taken_ = false;
    return *at_ != std::ranges::end(range_);
  }

  Range range_;
  std::optional<std::ranges::iterator_t<Range>> at_;
  bool taken_ = false;
  // What is still to be said of what comes next.
  std::exception_ptr thrown_{};
  std::exception_ptr bad_{};
};

/// Decodes the result of one element.
template <class R>
typename outcome<R>::value_type decode_result(std::string_view bytes) {
  if constexpr (std::is_void_v<R>) {
    if (!bytes.empty()) throw codec_error{"the result is not empty"};
    return {};
  } else if constexpr (fixed_size<std::tuple<R>> != 0) {
    if (bytes.size() == sizeof(R)) return take_plain<R>(bytes);
    return std::get<0>(decode_all(std::type_identity<std::tuple<R>>{}, bytes));  // it says what is wrong
  } else {
    return std::get<0>(decode_all(std::type_identity<std::tuple<R>>{}, bytes));
  }
}

/// What a map collects: the results of all, which the first error makes worthless.
template <class R>
struct all_or_error {
  using item = typename outcome<R>::value_type;
  static constexpr bool first_error_ends = true;
  static item result(item value) { return value; }
  static void fail(std::vector<item>&, std::size_t, std::exception_ptr) noexcept {}
};

/// The outcomes of all.
template <class R>
struct all_outcomes {
  using item = outcome<R>;
  static constexpr bool first_error_ends = false;
  static item result(typename item::value_type value) { return item{std::move(value)}; }
  static void fail(std::vector<item>& items, std::size_t index, std::exception_ptr error) {
    if (index >= items.size()) items.resize(index + 1);
    items[index] = item{std::move(error)};
  }
};

/// Collects what became of the elements for the handler of a map.
template <class R, class Collection, class Handler>
class map_sink final : public element_sink {
 public:
  /// `expected`: how many elements there are, as far as that is known.
  map_sink(Handler&& handler, boost::asio::any_io_executor const& fallback, std::size_t expected)
      : waiting_{std::move(handler), fallback}, expected_{std::min(expected, most_expected)} {}

  auto slot() const noexcept { return waiting_.slot(); }

  std::exception_ptr succeed(std::size_t index, std::string_view result) override {
    try {
      make_room(index + 1);
      items_[index] = Collection::result(decode_result<R>(result));
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  std::exception_ptr succeed_all(std::size_t& index, std::size_t count, result_run& results) override {
    auto const end = index + count;
    try {
      while (!results.empty()) {
        auto const result = results.take();
        auto const place = index++;
        make_room(end);
        items_[place] = Collection::result(decode_result<R>(result));
      }
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  void fail(std::size_t index, std::exception_ptr error) override {
    Collection::fail(items_, index, std::move(error));
  }

  void finish(std::exception_ptr error) override {
    if (error && Collection::first_error_ends) items_ = {};
    auto items = std::move(items_);
    auto waiting = std::move(waiting_);
    waiting.call(std::move(error), std::move(items));
  }

 private:
  // What is said of a range's size is not believed without bounds.
  static constexpr std::size_t most_expected = std::size_t{1} << 22U;

  void make_room(std::size_t size) {
    if (size <= items_.size()) return;
    if (items_.empty()) items_.reserve(expected_);
    items_.resize(size);
  }

  waiting_handler<Handler> waiting_;
  std::size_t expected_;
  std::vector<typename Collection::item> items_;
};

template <class R, class Collection, class Arguments, class Handler, class Range>
void start_collecting(Handler handler, std::shared_ptr<pool_impl> const& pool, std::uint32_t function,
                      Range range, map_options options) {
  auto source = std::make_unique<range_source<Range, Arguments>>(std::move(range));
  auto const sink = std::make_shared<map_sink<R, Collection, Handler>>(
      std::move(handler), pool_executor(*pool), source->size().value_or(0));
  auto slot = sink->slot();
  map_job_params params{.function = function,
                        .chunk = options.chunk,
                        .options = std::make_shared<call_options const>(std::move(options.call)),
                        .first_error_ends = Collection::first_error_ends,
                        .on_progress = std::move(options.on_progress)};
  auto const job = make_map(pool, std::move(params), std::move(source), sink);
  if (slot.is_connected()) {
    slot.assign([weak = std::weak_ptr{job}](boost::asio::cancellation_type type) {
      auto const running = weak.lock();
      if (running && type != boost::asio::cancellation_type::none) running->cancel();
    });
  }
  job->start();
}

template <class Signature, template <class> class Collection, class R, class... Args, class Range,
          class Token>
auto initiate_map(std::shared_ptr<pool_impl> const& pool, task_fn<R(Args...)> const& function, Range&& range,
                  map_options options, Token&& token) {
  using fn = task_fn<R(Args...)>;
  using result = typename fn::result_type;
  return boost::asio::async_initiate<Token, Signature>(
      [](auto handler, std::shared_ptr<pool_impl> const& impl, std::uint32_t number, auto elements,
         map_options o) {
        start_collecting<result, Collection<result>, typename fn::arguments>(
            std::move(handler), impl, number, std::move(elements), std::move(o));
      },
      token, pool, call_access::number(function), keep_range(std::forward<Range>(range)), std::move(options));
}

template <class R, class... Args, class Range>
std::unique_ptr<raw_stream> begin_stream(std::shared_ptr<pool_impl> const& pool,
                                         task_fn<R(Args...)> const& function, Range&& range,
                                         stream_options options) {
  auto kept = keep_range(std::forward<Range>(range));
  using source = range_source<decltype(kept), typename task_fn<R(Args...)>::arguments>;
  map_job_params params{.function = call_access::number(function),
                        .chunk = options.chunk,
                        .options = std::make_shared<call_options const>(std::move(options.call)),
                        .read_ahead = options.read_ahead};
  return start_stream(pool, std::move(params), std::make_unique<source>(std::move(kept)),
                      options.order == order::completion);
}

/// Decodes an item of a stream for its handler.
template <class R, class Item, class Handler>
struct item_handler {
  void operator()(std::exception_ptr error, std::optional<raw_item> raw) && {
    std::optional<Item> item;
    if (raw) item.emplace(Item{.index = raw->index, .result = outcome_of(*raw)});
    raw.reset();
    std::move(handler)(std::move(error), std::move(item));
  }

  static outcome<R> outcome_of(raw_item const& raw) {
    if (raw.error) return outcome<R>{raw.error};
    try {
      return outcome<R>{decode_result<R>(raw.result)};
    } catch (...) {
      return outcome<R>{std::current_exception()};
    }
  }

  Handler handler;
};

}  // namespace reeve::detail

// Its executor, its allocator, its cancellation slot are those of the handler within.
template <template <class, class> class Associator, class R, class Item, class Handler, class Default>
struct boost::asio::associator<Associator, reeve::detail::item_handler<R, Item, Handler>, Default>
    : Associator<Handler, Default> {
  static auto get(reeve::detail::item_handler<R, Item, Handler> const& h,
                  Default const& d = Default()) noexcept {
    return Associator<Handler, Default>::get(h.handler, d);
  }
};
