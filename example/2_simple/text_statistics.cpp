// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A service that reads text files and says what is in them: from the memory of this process, or from NATS, on one
// machine or on many. One flag makes the difference.
//
//     text_statistics FOLDER                                  all files of a folder, and then it ends
//     text_statistics --nats nats://127.0.0.1:4222 FOLDER     submits them to NATS, and works until it is told to stop
//     text_statistics --nats nats://127.0.0.1:4222            one more node that works
//
// Any NATS tool is a client:
//
//     nats pub reeve.text.task.statistics '["README.md"]'
//     nats sub 'reeve.text.result.>'

#include <reeve/json_task_fn.hpp>
#include <reeve/memory_source.hpp>
#include <reeve/pipeline.hpp>
#include <reeve/worker.hpp>
#ifdef WITH_NATS  // where it is linked with reeve::nats
#include <reeve/nats_source.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/describe/class.hpp>

#include <algorithm>
#include <cctype>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
namespace fs = std::filesystem;

// ---- the task --------------------------------------------------------------------------------------------------

struct statistics {
  std::size_t lines = 0;
  std::size_t words = 0;
  std::size_t bytes = 0;
  std::string longest_word;

  // For the pool's own calls; JSON has the description.
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lines, words, bytes, longest_word);
  }
};
BOOST_DESCRIBE_STRUCT(statistics, (), (lines, words, bytes, longest_word))

static statistics read_text(std::string const& file) {
  std::ifstream in{file};
  if (!in) throw std::runtime_error{"cannot read " + file};
  statistics found;
  for (std::string line; std::getline(in, line); ++found.lines) {
    found.bytes += line.size() + 1;
    for (auto at = line.begin(); at != line.end();) {
      auto const is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
      auto const begin = std::find_if(at, line.end(), is_letter);
      at = std::find_if_not(begin, line.end(), is_letter);
      if (begin == at) continue;
      ++found.words;
      if (static_cast<std::size_t>(at - begin) > found.longest_word.size()) found.longest_word = {begin, at};
    }
  }
  return found;
}
static reeve::json_task_fn<statistics(std::string)> const statistics_task{"statistics", read_text};

// ---- the service: it does not know where its tasks come from ---------------------------------------------------

static asio::awaitable<void> serve(std::shared_ptr<reeve::task_source> source,
                                   std::optional<std::size_t> count) {
  auto const executor = co_await asio::this_coro::executor;
  reeve::process_pool pool{executor};
  co_await pool.async_start();

  std::size_t done = 0;
  reeve::pipeline* running = nullptr;
  reeve::pipeline_params params;
  params.on_event = [&](reeve::pipeline_event const& event) {
    if (!event.outcome) return;
    auto const& outcome = *event.outcome;
    std::cout << outcome.id << ": " << to_string(outcome.what) << ' ' << outcome.result << outcome.reason
              << std::endl;
    bool const ended = outcome.what != reeve::verdict::retry && outcome.what != reeve::verdict::hand_back;
    if (ended && ++done == count) running->drain();
  };
  reeve::pipeline pipeline{pool, source, params};
  running = &pipeline;

  asio::signal_set signals{executor, SIGINT, SIGTERM};
  signals.async_wait([&](boost::system::error_code ec, int) {
    if (!ec) pipeline.drain();
  });
  co_await pipeline.async_run();
  co_await pool.async_close();
}

// ---- its clients -----------------------------------------------------------------------------------------------

static std::vector<reeve::task_message> tasks_for(fs::path const& folder) {
  std::vector<reeve::task_message> tasks;
  for (auto const& entry : fs::directory_iterator{folder}) {
    if (!entry.is_regular_file()) continue;
    auto const path = fs::absolute(entry.path()).string();
    tasks.push_back(
        {.id = entry.path().filename().string(), .name = "statistics", .payload = "[\"" + path + "\"]"});
  }
  return tasks;
}

static asio::awaitable<void> run_on_memory(fs::path folder) {
  auto const source = std::make_shared<reeve::memory_source>(co_await asio::this_coro::executor);
  auto tasks = tasks_for(folder);
  auto const count = tasks.size();
  for (auto& task : tasks) co_await source->async_submit(std::move(task));
  co_await serve(source, count);
}

static asio::awaitable<void> run_on_nats(std::string url, [[maybe_unused]] std::optional<fs::path> folder) {
#ifdef WITH_NATS
  reeve::nats_params params;
  params.connection.servers = {url};
  params.queue = "text";
  auto const source = std::make_shared<reeve::nats_source>(co_await asio::this_coro::executor, params);
  if (folder) {
    auto tasks = tasks_for(*folder);
    co_await source->async_submit(std::move(tasks));
  }
  co_await serve(source, std::nullopt);
#else
  throw std::runtime_error{"this program was built without NATS, and cannot reach " + url};
  co_return;
#endif
}

int main(int argc, char** argv) try {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  std::vector<std::string> const args{argv + 1, argv + argc};
  bool const on_nats = args.size() >= 2 && args[0] == "--nats";
  auto const at = on_nats ? 2U : 0U;
  if (args.size() > at + 1 || (!on_nats && args.empty())) {
    std::cerr << "usage: text_statistics [--nats URL] FOLDER\n";
    return 2;
  }
  std::optional<fs::path> folder;
  if (args.size() > at) folder = args[at];

  asio::io_context io;
  std::exception_ptr error;
  asio::co_spawn(io, on_nats ? run_on_nats(args[1], folder) : run_on_memory(*folder),
                 [&error](std::exception_ptr e) { error = e; });
  io.run();
  if (error) std::rethrow_exception(error);
} catch (std::exception const& e) {
  std::cerr << "text_statistics: " << e.what() << '\n';
  return 1;
}
