// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Arguments and results that are larger than the channel: they stream through it, and use no more memory than they
// are long.

#include "pool_test.hpp"
#include "preconditions.hpp"
#include "sanitizers.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fstream>

BOOST_AUTO_TEST_SUITE(pool_payloads)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

constexpr std::size_t mb = 1'000'000;
constexpr std::size_t large = (under_sanitizer ? 8 : 100) * mb;

std::string echo(std::string text) { return text; }

asio::awaitable<std::string> echo_later(std::string text) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  co_return text;
}

std::uint64_t length(std::string const& text) { return text.size(); }

// Says on the board when it is encoded.
struct announced {
  std::string bytes;
  template <class Archive>
  void save(Archive& archive) const {
    archive(bytes);
    tasks::board().add(0);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(bytes);
  }
};

announced announce(std::size_t size) { return {std::string(size, 'a')}; }

task_fn<std::string(std::string)> const echoes{"pool_payloads_echo", echo};
task_fn<asio::awaitable<std::string>(std::string)> const echoes_later{"pool_payloads_echo_later", echo_later};
task_fn<std::uint64_t(std::string const&)> const lengths{"pool_payloads_length", length};
task_fn<announced(std::size_t)> const announces{"pool_payloads_announce", announce};

// No two places are alike by chance.
std::string text_of(std::size_t size, unsigned seed) {
  std::string text(size, '\0');
  std::uint32_t x = seed * 2654435761U + 1;
  for (auto& c : text) {
    x = x * 1664525U + 1013904223U;
    c = static_cast<char>(x >> 24U);
  }
  return text;
}

// Of /proc/self/status, in bytes.
std::size_t memory(std::string const& name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ':')) return std::stoul(line.substr(name.size() + 1)) * 1024;
  return 0;
}

void forget_peak() { std::ofstream{"/proc/self/clear_refs"} << 5; }

struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers) : running_pool{pool_of(workers)} {}
  explicit running_pool(pool_params params) : pool_rig{std::move(params)} { start(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_large_argument_and_a_large_result_travel) {
  running_pool pool{1};
  auto const text = text_of(large, 1);
  BOOST_TEST((pool.value_of(echoes(text)) == text));
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(sizes_around_every_boundary_travel) {
  running_pool pool{1};
  for (std::size_t const border : {144U, 16'384U, 65'536U, 131'072U, 262'144U})
    for (std::size_t size = border - 48; size <= border + 48; size += 8) {
      auto const text = text_of(size, static_cast<unsigned>(size));
      BOOST_REQUIRE((pool.value_of(echoes(text)) == text));
    }
}

BOOST_AUTO_TEST_CASE(long_messages_in_both_directions_at_once_do_not_block_each_other) {
  running_pool pool{2};
  std::vector<submitted<std::string>> calls;
  for (unsigned i = 0; i < 16; ++i) calls.push_back(pool.submit(echoes(text_of(2 * mb + i, i))));
  auto const notes = pool.submit_notes(100, 50);
  for (unsigned i = 0; i < 16; ++i) BOOST_TEST((pool.value_of(calls[i]) == text_of(2 * mb + i, i)));
  pool.require_noted_once(notes);
}

BOOST_AUTO_TEST_CASE(coroutines_of_one_worker_have_long_messages_at_once) {
  auto params = pool_of(1);
  params.concurrency = 8;
  running_pool pool{params};
  std::vector<submitted<std::string>> calls;
  for (unsigned i = 0; i < 16; ++i) calls.push_back(pool.submit(echoes_later(text_of(mb + i, i))));
  for (unsigned i = 0; i < 16; ++i) BOOST_TEST((pool.value_of(calls[i]) == text_of(mb + i, i)));
}

// The parent holds: the encoded argument, the bytes of the result, which double as they grow, and what they are
// decoded to, twice, as the test copies it.
BOOST_AUTO_TEST_CASE(a_large_message_costs_the_parent_no_more_than_a_few_times_its_length,
                     *only_if<without_sanitizer>()) {
  running_pool pool{1};
  auto const text = text_of(large, 1);
  BOOST_TEST(pool.value_of(lengths("warm up")) == 7u);
  auto const before = memory("VmRSS");
  forget_peak();
  for (int i = 0; i < 2; ++i) BOOST_TEST(pool.value_of(echoes(text)).size() == large);
  BOOST_TEST(memory("VmHWM") < before + 6 * large);
  BOOST_TEST(memory("VmRSS") < before + 16 * mb);  // and nothing of it is kept
}

BOOST_AUTO_TEST_CASE(a_worker_killed_in_the_middle_of_its_result_is_lost) {
  running_pool pool{1};
  auto const before = memory("VmRSS");
  auto const task = pool.submit(announces(large));
  pool.until_counted(0);
  auto const pid = pool.pid_of();
  ::kill(pid, SIGKILL);
  require_end_of(pid);
  pool.error_of<worker_lost>(task);
  BOOST_TEST(pool.value_of(square(3)) == 9);
  if (!under_sanitizer) BOOST_TEST(memory("VmRSS") < before + 16 * mb);
}

// Claimed or not, the argument half sent or not: it has one end, and the pool goes on.
BOOST_AUTO_TEST_CASE(a_worker_killed_at_any_moment_of_a_long_argument_harms_nobody) {
  running_pool pool{1};
  auto const text = text_of(large / 4, 1);
  for (int const delay : {0, 1, 2, 4, 8, 16, 32}) {
    auto const workers = pool->status().workers;
    auto const task = pool.submit(lengths(text));
    auto const behind = pool.submit(square(delay));
    pool.idle(std::chrono::milliseconds{delay});
    pool->terminate_worker(workers.at(0).worker);
    pool.until([&] { return task.done(); });
    if (task.result())
      BOOST_TEST(task.result().value() == text.size());
    else
      pool.error_of<worker_lost>(task);
    BOOST_TEST(pool.value_of(behind) == delay * delay);
  }
}

BOOST_AUTO_TEST_CASE(a_call_cancelled_at_any_moment_of_a_long_argument_harms_nobody) {
  auto params = pool_of(1);
  params.cancel_grace = 0s;
  running_pool pool{params};
  auto const text = text_of(large / 4, 1);
  for (int const delay : {0, 1, 2, 4, 8, 16, 32}) {
    auto task = pool.submit(lengths(text));
    auto const behind = pool.submit(square(delay));
    pool.idle(std::chrono::milliseconds{delay});
    task.cancel();
    pool.until([&] { return task.done(); });
    if (task.result())
      BOOST_TEST(task.result().value() == text.size());
    else
      pool.require_aborted(task);
    BOOST_TEST(pool.value_of(behind) == delay * delay);
  }
}

BOOST_AUTO_TEST_CASE(a_pool_is_destroyed_in_the_middle_of_long_messages) {
  running_pool pool{2};
  auto const result = pool.submit(announces(large));
  auto const argument = pool.submit(lengths(text_of(large, 1)));
  pool.until_counted(0);
  pool.pool.reset();
  pool.error_of<pool_closed>(result);
  pool.until([&] { return argument.done(); });
}

BOOST_AUTO_TEST_SUITE_END()
