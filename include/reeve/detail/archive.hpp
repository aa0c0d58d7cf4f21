// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/plain.hpp>

// Calls are encoded on any thread. The target reeve::pool defines it for the whole program.
#ifndef CEREAL_THREAD_SAFE
#define CEREAL_THREAD_SAFE 1
#endif
#include <cereal/cereal.hpp>
#if !CEREAL_THREAD_SAFE
#error "reeve: cereal was included without CEREAL_THREAD_SAFE=1, which the CMake target reeve::pool defines"
#endif

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

// What cereal writes to and reads from. The layout is that of cereal's binary archive.

namespace reeve {

template <class T>
struct codec;

namespace detail {

template <class T>
inline constexpr bool is_view = false;
template <class Char, class Traits>
inline constexpr bool is_view<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;
template <class T>
inline constexpr bool is_view<std::reference_wrapper<T>> = true;

template <class T>
inline constexpr bool is_function = std::is_function_v<std::remove_pointer_t<T>>;
template <class Signature>
inline constexpr bool is_function<std::function<Signature>> = true;

template <class T>
inline constexpr bool is_pointer = (std::is_pointer_v<T> || std::is_member_pointer_v<T>)&&!is_function<T>;

/// What refers to the memory of this process does not compile, wherever in a value it is.
template <class T>
void assert_no_address() {
  static_assert(!is_function<T>,
                "reeve: a function cannot travel to another process: register it as a task_fn");
  static_assert(
      !is_pointer<T>,
      "reeve: a pointer means nothing in another process: send the value that it points to, or a smart "
      "pointer that owns it (with cereal/types/memory.hpp)");
  static_assert(
      !is_view<T>,
      "reeve: a string_view, span or reference_wrapper refers to the memory of this process: send a "
      "std::string, a std::vector or the value itself");
}

// Marks the codecs of the library. What is not derived from it is the user's.
struct built_in_codec {};

/// Whether a value inside of what cereal serialises is encoded by its own codec instead.
template <class T>
concept has_own_codec = std::is_class_v<T> && !std::is_abstract_v<T> &&
                        (enable_raw_codec<T> || !std::is_base_of_v<built_in_codec, codec<T>>);

/// Bounds what a value may cost beyond its bytes: the stack that its nesting takes, and the elements that its
/// lengths speak of. Both sides count in the same way, so that what was encoded can be decoded.
class nesting_count {
 public:
  void enter() {
    // Far more than data has, and far less than what fills a stack.
    if (++depth_ > 1000) throw codec_error{"the value is nested too deeply"};
  }
  void leave() noexcept { --depth_; }

 private:
  int depth_ = 0;
};

/// Appends to a string.
///
/// A value has at least as many bytes as elements, all its containers together: zeros are appended where it has
/// not, because its elements are empty. So a length that is too large for the bytes is known for a lie.
class output_archive : public cereal::OutputArchive<output_archive, cereal::AllowEmptyClassElision> {
 public:
  explicit output_archive(std::string& out) : OutputArchive{this}, out_{out}, start_{out.size()} {}

  /// The last call.
  void finish() {
    serializeDeferments();
    if (auto const size = out_.size() - start_; size < elements_) out_.append(elements_ - size, '\0');
  }

 private:
  template <class T>
  friend void prologue(output_archive& ar, T const&) {
    assert_no_address<T>();
    if constexpr (std::is_class_v<T>) ar.nesting_.enter();
  }
  template <class T>
  friend void epilogue(output_archive& ar, T const&) noexcept {
    if constexpr (std::is_class_v<T>) ar.nesting_.leave();
  }

  template <class T>
    requires std::is_arithmetic_v<T>
  friend void save(output_archive& ar, T const& value) {
    append_bytes(ar.out_, &value, sizeof value);
  }
  template <has_own_codec T>
  friend void save(output_archive& ar, T const& value) {
    codec<T>::encode(value, ar.out_);
  }
  template <class T>
  friend void save(output_archive& ar, cereal::NameValuePair<T> const& pair) {
    ar(pair.value);
  }
  template <class T>
  friend void save(output_archive& ar, cereal::BinaryData<T> const& data) {
    if (data.data) append_bytes(ar.out_, data.data, static_cast<std::size_t>(data.size));
  }
  template <class T>
  friend void save(output_archive& ar, cereal::SizeTag<T> const& tag) {
    auto const size = static_cast<std::uint64_t>(tag.size);
    ar.elements_ += size;
    append_bytes(ar.out_, &size, sizeof size);
  }

  std::string& out_;
  std::size_t start_;
  std::uint64_t elements_ = 0;
  nesting_count nesting_;
};

/// Takes from the front of a view. Throws codec_error where the bytes do not suffice.
class input_archive : public cereal::InputArchive<input_archive, cereal::AllowEmptyClassElision> {
 public:
  explicit input_archive(std::string_view& in) : InputArchive{this}, in_{in}, start_{in.size()} {}

  /// The last call.
  void finish() {
    serializeDeferments();
    if (auto const size = start_ - in_.size(); size < elements_) take_bytes(in_, elements_ - size);
  }

 private:
  template <class T>
  friend void prologue(input_archive& ar, T const&) {
    assert_no_address<T>();
    if constexpr (std::is_class_v<T>) ar.nesting_.enter();
  }
  template <class T>
  friend void epilogue(input_archive& ar, T const&) noexcept {
    if constexpr (std::is_class_v<T>) ar.nesting_.leave();
  }

  template <class T>
    requires std::is_arithmetic_v<T>
  friend void load(input_archive& ar, T& value) {
    value = take_plain<T>(ar.in_);
  }
  template <has_own_codec T>
  friend void load(input_archive& ar, T& value) {
    value = codec<T>::decode(ar.in_);
  }
  template <class T>
  friend void load(input_archive& ar, cereal::NameValuePair<T>& pair) {
    ar(pair.value);
  }
  template <class T>
  friend void load(input_archive& ar, cereal::BinaryData<T>& data) {
    if (!data.data) return;  // an array of no elements, of which cereal gives a size all the same
    auto const bytes = take_bytes(ar.in_, static_cast<std::size_t>(data.size));
    check_bytes<std::remove_cv_t<std::remove_pointer_t<std::decay_t<T>>>>(bytes);
    copy_bytes(data.data, bytes);
  }
  template <class T>
  friend void load(input_archive& ar, cereal::SizeTag<T>& tag) {
    auto const size = take_plain<std::uint64_t>(ar.in_);
    if (size > ar.start_ - ar.elements_) throw codec_error{"a length is larger than the bytes allow"};
    ar.elements_ += size;
    tag.size = static_cast<std::remove_reference_t<T>>(size);
  }

  std::string_view& in_;
  std::size_t start_;
  std::size_t elements_ = 0;
  nesting_count nesting_;
};

}  // namespace detail
}  // namespace reeve

// A codec of its own comes before a serialize function that the type has, too.
template <reeve::detail::has_own_codec T>
struct cereal::specialize<reeve::detail::output_archive, T, cereal::specialization::non_member_load_save>
    : std::true_type {};
template <reeve::detail::has_own_codec T>
struct cereal::specialize<reeve::detail::input_archive, T, cereal::specialization::non_member_load_save>
    : std::true_type {};

CEREAL_REGISTER_ARCHIVE(reeve::detail::output_archive)
CEREAL_REGISTER_ARCHIVE(reeve::detail::input_archive)
CEREAL_SETUP_ARCHIVE_TRAITS(reeve::detail::input_archive, reeve::detail::output_archive)
