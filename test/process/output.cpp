// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What workers print, as the supervisor takes it.

#include "live_supervisor.hpp"
#include "loop_ticker.hpp"

#include <fstream>
#include <numeric>

BOOST_AUTO_TEST_SUITE(output)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

std::uint64_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

worker_spec once(worker_spec spec) {
  spec.restart.mode = restart_mode::never;
  return spec;
}

worker_spec shell(std::string text) { return once(script("shell", std::move(text))); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_hundred_megabytes_neither_block_the_context_nor_grow_the_process) {
  live_supervisor sup;
  auto spec = once(child_spec("print_much", {"100"}));
  spec.stdio.out = stdio_target::pipe();
  std::uint64_t bytes = 0;
  spec.output.on_line = [&](output_line const& line) { bytes += line.text.size() + 1; };
  auto const before = resident_bytes();
  loop_ticker const ticker{sup.context};
  sup.start(spec);
  std::uint64_t most = 0;
  sup.until([&] {
    most = std::max(most, resident_bytes());
    return sup.events.count(event_kind::finished) == 1;
  });
  ticker.check();
  if (!under_sanitizer) BOOST_TEST(most < before + (32u << 20));
  // Every byte was delivered, or counted as dropped.
  sup.soon([&] { return bytes + sup.status_of("print_much").output_dropped >= 100u << 20; });
  BOOST_TEST(bytes + sup.status_of("print_much").output_dropped == 100u << 20);
}

BOOST_AUTO_TEST_CASE(what_a_slow_sink_cannot_take_is_dropped_and_counted) {
  live_supervisor sup;
  auto spec = once(child_spec("print_much", {"1"}));
  spec.stdio.out = stdio_target::pipe();
  spec.output.max_waiting_lines = 2;
  std::uint64_t bytes = 0;
  spec.output.on_line = [&](output_line const& line) { bytes += line.text.size() + 1; };
  sup.start(spec);
  sup.until(event_kind::finished);
  sup.soon([&] { return bytes + sup.status_of("print_much").output_dropped == 1u << 20; });
  BOOST_TEST(sup.status_of("print_much").output_dropped > 0u);
}

BOOST_AUTO_TEST_CASE(lines_are_attributed_to_the_worker_and_its_generation) {
  live_supervisor sup;
  auto spec = script("shell", "echo $REEVE_NAME $REEVE_INDEX $REEVE_GENERATION; echo oops >&2; exit 1", 3);
  spec.stdio.err = stdio_target::pipe();
  sup.start(sup.captured(spec));
  sup.until([&] { return sup.lines.size() >= 60; });
  std::size_t from_stderr = 0;
  for (auto const& line : sup.lines) {
    auto const& id = line.worker;
    bool const err = line.stream == output_line::stream_type::err;
    from_stderr += err;
    auto const expected =
        err ? "oops" : id.name + ' ' + std::to_string(id.index) + ' ' + std::to_string(id.generation);
    BOOST_TEST(line.text == expected);
    BOOST_TEST(line.complete);
  }
  BOOST_TEST(from_stderr > 0u);
}

BOOST_AUTO_TEST_CASE(binary_output_comes_as_it_is) {
  live_supervisor sup;
  auto spec = once(child_spec("print_much", {"1", "binary"}));
  spec.output.max_waiting_lines = 1'000'000;
  sup.start(sup.captured(spec));
  sup.until(event_kind::finished);
  std::size_t bytes = 0;
  sup.soon([&] {
    bytes =
        std::accumulate(sup.lines.begin(), sup.lines.end(), std::size_t{0},
                        [](auto sum, auto const& line) { return sum + line.text.size() + line.complete; });
    return bytes >= 1u << 20;
  });
  BOOST_TEST(bytes == 1u << 20);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  BOOST_TEST(sup.lines.at(1).text == all.substr(11) + all.substr(0, 10));
}

BOOST_AUTO_TEST_CASE(a_line_that_never_ends_is_cut) {
  live_supervisor sup;
  auto spec = once(child_spec("print_much", {"1", "unterminated"}));
  spec.output.max_waiting_lines = 1'000'000;
  spec.output.max_line_bytes = 1000;
  sup.start(sup.captured(spec));
  sup.until(event_kind::finished);
  std::size_t bytes = 0;
  sup.soon([&] {
    bytes = std::accumulate(sup.lines.begin(), sup.lines.end(), std::size_t{0},
                            [](auto sum, auto const& line) { return sum + line.text.size(); });
    return bytes >= 1u << 20;
  });
  for (auto const& line : sup.lines) {
    BOOST_TEST(line.text.size() <= 1000u);
    BOOST_TEST(!line.complete);
  }
}

BOOST_AUTO_TEST_CASE(the_last_line_counts_though_it_is_unterminated) {
  live_supervisor sup;
  sup.start(sup.captured(shell("echo first; printf last")));
  sup.until([&] { return sup.lines.size() == 2; });
  BOOST_TEST(sup.lines[1].text == "last");
  BOOST_TEST(!sup.lines[1].complete);
  BOOST_TEST((sup.await_exit().last_lines == std::vector<std::string>{"first", "last"}));
}

BOOST_AUTO_TEST_CASE(the_exit_record_has_the_last_lines_only) {
  live_supervisor sup;
  auto spec = shell("for i in 1 2 3 4 5 6 7 8 9; do echo $i; done; exit 3");
  spec.stdio.out = stdio_target::pipe();
  spec.output.last_lines = 3;
  sup.start(spec);
  auto const exit = sup.await_exit();
  BOOST_TEST(exit.status.code() == 3);
  BOOST_TEST((exit.last_lines == std::vector<std::string>{"7", "8", "9"}));
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_holds_stdout_does_not_delay_the_exit) {
  live_supervisor sup;
  auto const pids = sup.start_and_read_pids(once(child_spec("fork_tree", {"1", "setsid", "exit"})));
  sup.until(event_kind::finished);
  BOOST_TEST(sup.await_exit().status.success());
  // It left the group, and so it lives: it is not what was waited for.
  BOOST_TEST(exists(pids.at(0)));
  ::kill(pids.at(0), SIGKILL);
  require_end_of(pids.at(0));
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_holds_stdout_does_not_delay_the_stop) {
  live_supervisor sup;
  auto const pids = sup.start_and_read_pids(once(child_spec("fork_tree", {"1", "setsid"})));
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(exists(pids.at(0)));
  ::kill(pids.at(0), SIGKILL);
  require_end_of(pids.at(0));
}

BOOST_AUTO_TEST_CASE(output_goes_to_files_by_name_and_index) {
  std::string name = (std::filesystem::temp_directory_path() / "reeve-output-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(name.data()));
  std::filesystem::path const directory{name};
  {
    live_supervisor sup;
    auto spec = once(script("shell", "echo I am $REEVE_INDEX", 2));
    spec.stdio.out = stdio_target::pipe();
    spec.output.to_file = rotating_file{.path = directory / "{name}-{index}.log"};
    sup.start(spec);
    sup.until(event_kind::finished, "shell", 2);
    auto const content = [&](std::string const& file) {
      std::ifstream in{directory / file};
      return std::string{std::istreambuf_iterator<char>{in}, {}};
    };
    sup.soon([&] { return content("shell-0.log") == "I am 0\n" && content("shell-1.log") == "I am 1\n"; });
  }
  std::filesystem::remove_all(directory);
}

BOOST_AUTO_TEST_CASE(workers_whose_output_is_not_captured_have_no_last_lines) {
  live_supervisor sup;
  sup.start(shell("echo nobody hears; exit 1"));
  BOOST_TEST(sup.await_exit().last_lines.empty());
}

BOOST_AUTO_TEST_SUITE_END()
