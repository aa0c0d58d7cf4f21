// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// More output than anybody can take: it blocks nobody, needs no memory, and what is lost is counted.

#include "capture_rig.hpp"
#include "loop_ticker.hpp"
#include "supervisor/writer_thread.hpp"

#include <algorithm>
#include <fstream>

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace reeve::test;
using namespace std::chrono_literals;

constexpr std::uint64_t flood = under_sanitizer ? 10'000'000 : 100'000'000;
std::string const head = "head -c " + std::to_string(flood);

/// KiB in /proc/self/status.
long memory(std::string const& field) {
  std::ifstream in{"/proc/self/status"};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field + ":")) return std::strtol(line.c_str() + field.size() + 1, nullptr, 10);
  }
  return 0;
}

/// Watches that a context is not blocked, and how much memory is used.
struct flood_watch {
  explicit flood_watch(asio::io_context& io) : ticker{io} {
    // Peak memory from here on, where the kernel lets us.
    std::ofstream{"/proc/self/clear_refs"} << "5";
    memory_before = memory("VmRSS");
  }

  void stop() { ticker.stop(); }

  void check() const {
    ticker.check();
    if (!under_sanitizer) BOOST_TEST(memory("VmHWM") - memory_before < 8 * 1024);
  }

  loop_ticker ticker;
  long memory_before = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(output_floods, capture_rig)

BOOST_AUTO_TEST_CASE(a_flood_without_newlines_neither_blocks_nor_grows) {
  count_lines();
  shell_process child{"exec " + head + " /dev/zero"};
  flood_watch watched{io};
  start(child);
  run_until_exit(child);
  capture->finish();
  watched.stop();
  settle();
  watched.check();
  BOOST_TEST(bytes_taken + capture->dropped() == flood);
}

BOOST_AUTO_TEST_CASE(a_flood_of_short_lines_loses_none_where_on_line_keeps_up) {
  count_lines();
  shell_process child{"yes | head -c 10000000; exec sleep 1000"};
  start(child);
  BOOST_TEST(run_until([&] { return bytes_taken + capture->dropped() >= 10'000'000; }));
  BOOST_TEST(bytes_taken == 10'000'000u);
  BOOST_TEST(capture->dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_flood_is_not_lost_at_the_exit) {
  count_lines();
  shell_process child{"yes 'a line of a usual length' | head -c 10000000"};
  start(child);
  finish(child);
  BOOST_TEST(bytes_taken == 10'000'000u);
  BOOST_TEST(capture->dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(a_flood_that_on_line_does_not_take_is_dropped_and_counted) {
  // An executor that runs nothing until the end.
  asio::io_context stuck;
  callbacks = stuck.get_executor();
  policy.max_waiting_lines = 100;
  count_lines();
  shell_process child{"yes 0123456789 | " + head};
  flood_watch watched{io};
  start(child);
  std::uint64_t before = 0;
  std::uint64_t largest_step = 0;
  run_until_exit(child, [&] {
    auto const now = capture->dropped();
    largest_step = std::max(largest_step, now - std::exchange(before, now));
  });
  // No handler takes more than one turn's bytes, so that others have theirs in between.
  BOOST_TEST(largest_step <= 68 * 1024u);
  capture->finish();
  watched.stop();
  watched.check();
  BOOST_TEST(bytes_taken == 0u);
  stuck.run();
  BOOST_TEST(bytes_taken == 1100u);
  BOOST_TEST(bytes_taken + capture->dropped() == flood);
}

BOOST_AUTO_TEST_CASE(a_flood_goes_to_the_file_or_is_counted) {
  capture_folder temporary;
  policy.on_line = nullptr;
  policy.to_file = reeve::rotating_file{temporary.path / "{name}-{index}.log", 0, 0};
  shell_process child{"yes 0123456789 | " + head};
  flood_watch watched{io};
  start(child);
  run_until_exit(child);
  capture->finish();
  watched.stop();
  settle();
  watched.check();
  BOOST_TEST(reeve::writer_thread::drain(120s));
  BOOST_TEST(fs::file_size(temporary.path / "w-2.log") + capture->dropped() == flood);
}

BOOST_AUTO_TEST_CASE(a_flood_does_not_starve_other_workers) {
  count_lines();
  shell_process noisy{"exec yes"};
  start(noisy);
  BOOST_TEST(run_until([&] { return bytes_taken > 1'000'000; }));

  capture_rig quiet;
  shell_process child{"echo here; exec sleep 1000"};
  auto params = quiet.params(child);
  params.strand = asio::make_strand(io);
  params.callbacks = asio::make_strand(io);
  reeve::output_capture other{std::move(params)};
  BOOST_TEST(run_until([&] { return !quiet.lines.empty(); }));
  BOOST_TEST(!noisy.exited());
}

BOOST_AUTO_TEST_SUITE_END()
