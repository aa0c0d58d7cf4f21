// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Counts the words of all text files under a folder, each file a task, and shows the most frequent ones:
//
//     word_count [FOLDER]

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace fs = std::filesystem;

using word_counts = std::unordered_map<std::string, std::uint64_t>;

// The path travels, not the file: the worker reads it.
word_counts count_words(std::string const& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"cannot read " + path};
  word_counts counts;
  std::string word;
  for (char c; file.get(c);) {
    auto const letter = static_cast<unsigned char>(c);
    if (std::isalpha(letter)) {
      word += static_cast<char>(std::tolower(letter));
    } else if (!word.empty()) {
      ++counts[std::exchange(word, {})];
    }
  }
  if (!word.empty()) ++counts[word];
  return counts;
}
reeve::task_fn<word_counts(std::string)> const count_words_task{"count_words", count_words};

std::vector<std::string> text_files(fs::path const& folder) {
  std::vector<std::string> paths;
  for (auto const& entry : fs::recursive_directory_iterator{folder}) {
    auto const extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".md" || extension == ".txt" || extension == ".hpp"))
      paths.push_back(entry.path());
  }
  return paths;
}

asio::awaitable<void> run(fs::path folder) {
  auto const paths = text_files(folder);
  auto const executor = co_await asio::this_coro::executor;
  reeve::process_pool pool{executor};  // as many workers as there are processors
  co_await pool.async_start();

  reeve::map_options options;
  options.on_progress = [](std::size_t done, std::size_t all) {
    std::cout << "\r" << done << " of " << all << " files" << std::flush;
  };
  auto const counts_of_files = co_await pool.async_map(count_words_task, paths, options);
  std::cout << std::endl;

  word_counts total;
  for (auto const& counts : counts_of_files)
    for (auto const& [word, count] : counts) total[word] += count;
  co_await pool.async_close();

  std::vector<std::pair<std::uint64_t, std::string>> ranking;
  for (auto const& [word, count] : total) ranking.emplace_back(count, word);
  std::ranges::sort(ranking, std::greater{});
  std::cout << total.size() << " words; the most frequent:\n";
  ranking.resize(std::min<std::size_t>(ranking.size(), 10));
  for (auto const& [count, word] : ranking) std::cout << count << ' ' << word << '\n';
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(argc > 1 ? argv[1] : "."), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
