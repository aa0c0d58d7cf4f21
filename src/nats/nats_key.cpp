// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_key.hpp"

#include "nats/nats_error.hpp"

#if defined(REEVE_NATS_WITH_NKEYS)
#include <openssl/evp.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

// libnats wants the public key beside the file with the seed, and has no function that makes the one of the
// other.

namespace reeve::detail {

#if defined(REEVE_NATS_WITH_NKEYS)

namespace {

using bytes = std::vector<unsigned char>;

constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned char user_prefix = 20U << 3U;  // makes the first character a U
constexpr std::size_t seed_size = 32;
constexpr std::size_t seed_text_size = 58;  // two bytes of prefix, the seed, and a checksum

bytes from_base32(std::string_view text) {
  bytes out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (char const c : text) {
    auto const value = base32.find(c);
    if (value == std::string_view::npos) return {};
    buffer = (buffer << 5U | static_cast<std::uint32_t>(value)) & 0xfffU;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<unsigned char>(buffer >> bits));
  }
  return out;
}

std::string to_base32(bytes const& in) {
  std::string out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (auto const byte : in) {
    buffer = (buffer << 8U | byte) & 0xffffU;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      out += base32[buffer >> bits & 31U];
    }
  }
  if (bits > 0) out += base32[buffer << (5 - bits) & 31U];
  return out;
}

// CRC-16/XMODEM.
std::uint16_t checksum(bytes const& in) {
  std::uint32_t crc = 0;
  for (auto const byte : in) {
    crc ^= static_cast<std::uint32_t>(byte) << 8U;
    for (int i = 0; i < 8; ++i) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
  }
  return static_cast<std::uint16_t>(crc);
}

bytes public_half(bytes const& seed) {
  struct free_key {
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
  };
  std::unique_ptr<EVP_PKEY, free_key> const key{
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())};
  bytes half(32);
  auto size = half.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), half.data(), &size) != 1) return {};
  return half;
}

// The file may have other lines around it.
std::string seed_in(std::string const& file) {
  std::ifstream in{file};
  for (std::string word; in >> word;)
    if (word.size() == seed_text_size && word.starts_with("SU")) return word;
  return {};
}

}  // namespace

std::string public_key_of_seed(std::string const& file) {
  auto const decoded = from_base32(seed_in(file));
  if (decoded.size() < 2 + seed_size)
    throw nats_failure{"cannot use the key in " + file + ": there is no seed of a user (SU...) in it"};
  auto const seed = decoded.begin() + 2;
  auto const half = public_half({seed, seed + seed_size});
  if (half.empty()) throw nats_failure{"cannot use the key in " + file};
  bytes key{user_prefix};
  key.insert(key.end(), half.begin(), half.end());
  auto const crc = checksum(key);
  key.push_back(static_cast<unsigned char>(crc & 0xffU));
  key.push_back(static_cast<unsigned char>(crc >> 8U));
  return to_base32(key);
}

#else

std::string public_key_of_seed(std::string const& file) {
  throw nats_failure{"cannot use the key in " + file + ": reeve was built without OpenSSL"};
}

#endif

}  // namespace reeve::detail
