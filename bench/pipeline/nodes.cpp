// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/nats_source.hpp>
#include "../common/processes.hpp"
#include "bare_nats.hpp"
#include "nats_server.hpp"
#include "pipeline_bed.hpp"
#include "sections.hpp"

#include <boost/asio/signal_set.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

constexpr char const* queue_name = "nodes";
constexpr std::size_t task_count = 100'000;

// A worker's node; asked when it starts, because one that was killed is nobody's parent.
pid_t const node_of_worker = ::getppid();

// Writes down that it ran, and in which node.
void note(std::string const& file, std::uint64_t id) {
  auto const line = std::to_string(id) + ' ' + std::to_string(node_of_worker) + '\n';
  auto const fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0 || ::write(fd, line.data(), line.size()) < 0) raw::fail("note");
  ::close(fd);
  std::this_thread::sleep_for(1ms);
}

json_task_fn<void(std::string, std::uint64_t)> const bench_note{"bench_note", note};

nats_params params_of(std::string const& url) {
  nats_params params;
  params.connection.servers = {url};
  params.queue = queue_name;
  params.lease = 3s;
  return params;
}

pid_t start_node(std::string const& url, std::string const& notes) {
  auto const pid = ::fork();
  if (pid < 0) raw::fail("fork");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execl("/proc/self/exe", "bench_pipeline", node_argument, url.c_str(), notes.c_str(), nullptr);
    ::_exit(127);
  }
  return pid;
}

void end(pid_t pid, int signal) {
  ::kill(pid, signal);
  ::waitpid(pid, nullptr, 0);
}

// Who ran each task, in the order in which they began.
std::map<std::uint64_t, std::vector<pid_t>> read_notes(std::string const& file) {
  std::map<std::uint64_t, std::vector<pid_t>> runs;
  std::ifstream in{file};
  std::uint64_t id = 0;
  for (pid_t node = 0; in >> id >> node;) runs[id].push_back(node);
  return runs;
}

void submit_tasks(std::string const& url, std::string const& notes) {
  event_loop loop;
  auto const source = std::make_shared<nats_source>(loop.io.get_executor(), params_of(url));
  for (std::size_t next = 0; next < task_count;) {
    std::vector<task_message> some;
    for (; some.size() < 5'000 && next < task_count; ++next)
      some.push_back({.id = std::to_string(next),
                      .name = "bench_note",
                      .payload = "[\"" + notes + "\"," + std::to_string(next) + ']'});
    loop.complete(source->async_submit(std::move(some), boost::asio::deferred));
  }
}

}  // namespace

int be_node(char const* url, char const*) {
  pipeline_bed bed{{.workers = 4}};
  bed.start(std::make_shared<nats_source>(bed.io.get_executor(), params_of(url)));
  boost::asio::signal_set signals{bed.io, SIGTERM};
  bool asked = false;
  signals.async_wait([&](error_code, int) { asked = true; });
  bed.run_until([&] { return asked; });
  bed.stop();
  return 0;
}

void measure_node_kills() {
  nats_server const server;
  auto const notes =
      (std::filesystem::temp_directory_path() / ("reeve-notes-" + std::to_string(::getpid()))).string();
  std::ofstream{notes};
  submit_tasks(server.url(), notes);

  bare_nats watcher{server.url()};
  std::array<pid_t, 3> nodes{};
  for (auto& node : nodes) node = start_node(server.url(), notes);
  std::set<pid_t> killed;
  auto const begin = std::chrono::steady_clock::now();
  auto next_kill = begin + 2s;
  for (std::size_t turn = 0; watcher.messages_in("REEVE_nodes_RESULTS") < task_count;) {
    std::this_thread::sleep_for(50ms);
    auto const now = std::chrono::steady_clock::now();
    if (now > begin + 5min) break;
    if (now < next_kill) continue;
    next_kill += 2s;
    auto& node = nodes[turn++ % nodes.size()];
    end(node, SIGKILL);
    killed.insert(node);
    node = start_node(server.url(), notes);
  }
  auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (auto const node : nodes) end(node, SIGTERM);

  auto const published = watcher.messages_in("REEVE_nodes_RESULTS");
  auto const left = watcher.messages_in("REEVE_nodes_TASKS");
  std::size_t again = 0;
  std::size_t without_a_death = 0;
  for (auto const& [id, runs] : read_notes(notes)) {
    again += runs.size() - 1;
    for (std::size_t i = 0; i + 1 < runs.size(); ++i) without_a_death += killed.contains(runs[i]) ? 0 : 1;
  }
  std::filesystem::remove(notes);
  report_pipeline(
      "node_kill_lost", static_cast<double>(task_count - published), "tasks",
      "of 100000, three nodes, one killed every 2 s and started again: " + std::to_string(killed.size()) +
          " killed in " + number(took, 0) + " s; still in the queue: " + std::to_string(left),
      "== 0");
  report_pipeline("node_kill_duplicates", static_cast<double>(again), "runs", "of tasks that had run before");
  report_pipeline("node_kill_duplicates_without_a_death", static_cast<double>(without_a_death), "runs",
                  "of them those whose earlier node was not killed", "== 0");
}

}  // namespace reeve::bench
