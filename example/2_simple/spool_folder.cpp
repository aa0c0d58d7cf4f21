// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A source of your own: a folder. Who wants something done puts a file into it, and finds the answer beside it.
//
//     spool/7.task      "count_words [\"to be or not to be\"]": the name of the task, and its arguments as JSON
//     spool/7.taken     while somebody works on it; its time of change says until when
//     spool/7.result    the result; or 7.failed, with the reason
//
// Renaming is what makes it safe: of two nodes that want a file one gets it. What is left over by a node that died is
// taken again when its lease has run out.

#include <reeve/json_task_fn.hpp>
#include <reeve/pipeline.hpp>
#include <reeve/task_source.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

static std::size_t count_words(std::string const& text) {
  std::istringstream in{text};
  std::size_t count = 0;
  for (std::string word; in >> word;) ++count;
  return count;
}
static reeve::json_task_fn<std::size_t(std::string)> const count_words_task{"count_words", count_words};

class spool_folder final : public reeve::task_source {
 public:
  explicit spool_folder(fs::path folder) : folder_{std::move(folder)} {}

  // A folder tells nobody that it has changed, so it is looked at now and then. (One that has a way to be told, as
  // inotify is, would wait for that.)
  asio::awaitable<std::vector<reeve::task_message>> fetch(std::size_t most) override {
    asio::steady_timer look_again{co_await asio::this_coro::executor};
    for (;;) {
      give_back_what_is_overdue();
      if (auto taken = take(most); !taken.empty()) co_return taken;
      look_again.expires_after(50ms);
      co_await look_again.async_wait(asio::use_awaitable);  // throws when it is cancelled; nothing was taken
    }
  }

  // Each file is written as a whole before it has its name: doing it twice is as good as once.
  asio::awaitable<void> publish(std::span<reeve::task_outcome const> outcomes) override {
    for (auto const& outcome : outcomes) {
      auto const& task = taken_.at(outcome.delivery);
      switch (outcome.what) {
        case reeve::verdict::complete: write(task, ".result", outcome.result); break;
        case reeve::verdict::failed:
        case reeve::verdict::dead_letter: write(task, ".failed", outcome.reason); break;
        case reeve::verdict::retry:
        case reeve::verdict::hand_back: fs::rename(name(task, ".taken"), name(task, ".task")); continue;
      }
      fs::remove(name(task, ".taken"));
    }
    co_return;
  }

  asio::awaitable<void> keep_alive(std::span<std::uint64_t const> deliveries) override {
    for (auto const delivery : deliveries) touch(taken_.at(delivery));
    co_return;
  }

  std::chrono::steady_clock::duration lease() const override { return 5s; }

 private:
  std::vector<reeve::task_message> take(std::size_t most) {
    std::vector<reeve::task_message> taken;
    for (auto const& entry : fs::directory_iterator{folder_}) {
      if (taken.size() == most) break;
      auto const task = entry.path().stem().string();
      if (entry.path().extension() != ".task") continue;
      std::error_code somebody_was_quicker;
      fs::rename(entry.path(), name(task, ".taken"), somebody_was_quicker);
      if (!somebody_was_quicker) taken.push_back(read(task));
    }
    return taken;
  }

  reeve::task_message read(std::string const& task) {
    touch(task);
    reeve::task_message message{.id = task, .delivery = ++deliveries_};
    std::ifstream in{name(task, ".taken")};
    in >> message.name;
    std::getline(in, message.payload, '\0');
    taken_[message.delivery] = task;
    return message;
  }

  void give_back_what_is_overdue() {
    for (auto const& entry : fs::directory_iterator{folder_}) {
      std::error_code gone;
      if (entry.path().extension() == ".taken" &&
          entry.last_write_time(gone) + lease() < fs::file_time_type::clock::now())
        fs::rename(entry.path(), fs::path{entry.path()}.replace_extension(".task"), gone);
    }
  }

  void touch(std::string const& task) {
    fs::last_write_time(name(task, ".taken"), fs::file_time_type::clock::now());
  }
  void write(std::string const& task, char const* ending, std::string const& text) {
    std::ofstream{name(task, ".new")} << text << '\n';
    fs::rename(name(task, ".new"), name(task, ending));
  }
  fs::path name(std::string const& task, char const* ending) const { return folder_ / (task + ending); }

  fs::path folder_;
  std::uint64_t deliveries_ = 0;
  std::map<std::uint64_t, std::string> taken_;
};

// Works on the folder until there is an answer to all that was asked.
static asio::awaitable<void> serve(fs::path folder, std::size_t asked) {
  reeve::pool_params const two{.workers = 2};
  reeve::process_pool pool{co_await asio::this_coro::executor, two};
  co_await pool.async_start();

  std::size_t answered = 0;
  reeve::pipeline* running = nullptr;
  reeve::pipeline_params params;
  params.on_event = [&](reeve::pipeline_event const& event) {
    if (event.outcome && ++answered == asked) running->drain();
  };
  reeve::pipeline pipeline{pool, std::make_shared<spool_folder>(folder), params};
  running = &pipeline;
  co_await pipeline.async_run();
  co_await pool.async_close();
}

static void ask(fs::path const& folder, char const* id, char const* what) {
  std::ofstream{folder / id} << what;
  fs::rename(folder / id, folder / (std::string{id} + ".task"));
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  auto folder = (fs::temp_directory_path() / "spool-XXXXXX").string();
  if (!::mkdtemp(folder.data())) return 1;
  ask(folder, "1", R"(count_words ["to be or not to be"])");
  ask(folder, "2", R"(count_words ["that is the question"])");
  ask(folder, "3", R"(count_words [42])");
  ask(folder, "4", R"(count_sheep [])");

  asio::io_context io;
  std::exception_ptr error;
  asio::co_spawn(io, serve(folder, 4), [&error](std::exception_ptr e) { error = e; });
  io.run();
  if (error) std::rethrow_exception(error);

  std::map<std::string, std::string> answers;
  for (auto const& entry : fs::directory_iterator{folder})
    std::getline(std::ifstream{entry.path()}, answers[entry.path().filename().string()]);
  for (auto const& [file, text] : answers) std::cout << file << ": " << text << '\n';
  fs::remove_all(folder);
  return answers["1.result"] == "6" && answers["2.result"] == "4" && answers.contains("3.failed") &&
                 answers.contains("4.failed")
             ? 0
             : 1;
}
