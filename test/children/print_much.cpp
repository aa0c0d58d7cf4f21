// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// print_much MIB [binary | unterminated]: prints that much, by default numbered lines of 64 bytes. "binary":
// every byte value in turn; "unterminated": one line that never ends.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

bool write_all(std::string_view text) {
  while (!text.empty()) {
    auto const written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string block(std::string_view kind, unsigned long first_line) {
  constexpr std::size_t size = 1 << 16;
  std::string text;
  for (unsigned long n = first_line; text.size() < size; ++n) {
    if (kind == "binary") {
      text.push_back(static_cast<char>(text.size() & 0xff));
    } else if (kind == "unterminated") {
      text.push_back('x');
    } else {
      char line[65];
      std::snprintf(line, sizeof line, "line %-58lu\n", n);
      text.append(line, 64);
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  auto const blocks = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1UL) * 16;
  std::string_view const kind = argc > 2 ? argv[2] : "lines";
  for (unsigned long i = 0; i < blocks; ++i)
    if (!write_all(block(kind, i * 1024))) return 1;
}
