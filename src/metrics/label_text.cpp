// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/label_text.hpp"

#include <boost/locale/utf.hpp>

namespace reeve::detail {

std::string label_text(std::string_view name) {
  namespace utf = boost::locale::utf;
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string text;
  text.reserve(name.size());
  for (auto at = name.begin(); at != name.end();) {
    auto const begin = at;
    auto const point = utf::utf_traits<char>::decode(at, name.end());
    if (point != utf::illegal && point != utf::incomplete) {
      text.append(begin, at);
      continue;
    }
    text += replacement;
    at = begin + 1;
  }
  return text;
}

}  // namespace reeve::detail
