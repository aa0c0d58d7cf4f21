// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A pool under load whose workers are killed at random: every task ends exactly once, and with the truth.

#include "pool_test.hpp"
#include "sanitizers.hpp"

#include <random>

BOOST_AUTO_TEST_SUITE(pool_kills)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

constexpr std::size_t workers = under_sanitizer ? 8 : 32;
constexpr auto duration = under_sanitizer ? 5s : 10s;
constexpr std::size_t window = 400;

std::size_t work(std::size_t cell, std::uint32_t microseconds) {
  tasks::board().add(cell);
  std::this_thread::sleep_for(std::chrono::microseconds{microseconds});
  return cell;
}

std::string carry(std::size_t cell, std::string text) {
  tasks::board().add(cell);
  return text;
}

task_fn<std::size_t(std::size_t, std::uint32_t)> const works{"pool_kills_work", work};
task_fn<std::string(std::size_t, std::string)> const carries{"pool_kills_carry", carry};

// What was submitted, and how it ended.
struct task_record {
  std::size_t attempts = 1;
  std::size_t ends = 0;
  bool has_value = false;
  std::exception_ptr error{};
};

// Submits a task for each that ends, as long as it is to.
class load {
 public:
  load(pool_rig& pool, std::mt19937& random) : pool_{pool}, random_{random} {
    for (std::size_t i = 0; i < window; ++i) submit();
  }

  void drain() {
    go_on_ = false;
    pool_.until([&] { return running_ == 0; });
  }

  std::vector<std::unique_ptr<task_record>> const& records() const { return records_; }

 private:
  void submit() {
    if (!go_on_ || records_.size() == shared_board::cells) return;
    auto const cell = records_.size();
    auto& record = *records_.emplace_back(std::make_unique<task_record>());
    record.attempts = random_() % 4 == 0 ? 3 : 1;
    ++running_;
    call_options const options{.max_attempts = record.attempts};
    if (random_() % 50 == 0) {
      std::string text(random_() % 600'000, static_cast<char>(cell));
      pool_->async_apply(
          carries(cell, text).with(options),
          [this, &record, text](auto error, std::string const& got) { ended(record, error, got == text); });
    } else {
      pool_->async_apply(
          works(cell, static_cast<std::uint32_t>(random_() % 3000)).with(options),
          [this, &record, cell](auto error, std::size_t got) { ended(record, error, got == cell); });
    }
  }

  void ended(task_record& record, std::exception_ptr error, bool right) {
    --running_;
    ++record.ends;
    record.has_value = !error;
    record.error = error;
    BOOST_CHECK((error || right));
    submit();
  }

  pool_rig& pool_;
  std::mt19937& random_;
  std::vector<std::unique_ptr<task_record>> records_;
  std::size_t running_ = 0;
  bool go_on_ = true;
};

// Whether what the caller was told agrees with what the workers counted.
bool is_true(task_record const& record, std::uint32_t starts) {
  if (record.ends != 1 || starts > record.attempts) return false;
  if (record.has_value) return starts >= 1;
  try {
    std::rethrow_exception(record.error);
  } catch (worker_lost const& e) {
    return record.attempts == 1 && e.exit().status.signal() == SIGKILL;
  } catch (task_quarantined const& e) {
    return record.attempts == 3 && e.attempts() == 3 && e.exit().status.signal() == SIGKILL;
  } catch (...) {
    return false;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_task_ends_exactly_once_while_workers_are_killed_at_random) {
  std::ptrdiff_t descriptors_before = 0;
  {
    pool_rig warm_up{pool_of(1)};
    warm_up.start();
    descriptors_before = open_descriptors();
  }
  {
    pool_rig pool{pool_of(workers)};
    pool.start();
    auto const seed = std::random_device{}();
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    std::mt19937 random{seed};
    load tasks{pool, random};
    std::size_t kills = 0;
    for (auto const end = clock::now() + duration; clock::now() < end;) {
      auto const all = pool->status().workers;
      auto const& victim = all.at(random() % all.size());
      if (victim.pid != 0 && ::kill(victim.pid, SIGKILL) == 0) ++kills;
      pool.idle(std::chrono::milliseconds{random() % 40});
    }
    tasks.drain();

    std::size_t values = 0;
    std::size_t untrue = 0;
    auto const& records = tasks.records();
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i]->has_value) ++values;
      if (is_true(*records[i], pool.board[i]) || ++untrue > 10) continue;
      BOOST_ERROR("task " << i << " of " << records[i]->attempts << " attempts was started " << pool.board[i]
                          << " times, ended " << records[i]->ends << " times, with "
                          << describe(records[i]->error));
    }
    BOOST_TEST(untrue == 0u);
    BOOST_TEST(kills > 20u);
    BOOST_TEST(values > records.size() / 2);
    auto const status = pool->status();
    BOOST_TEST(status.submitted == records.size());
    BOOST_TEST(status.succeeded == values);
    BOOST_TEST(status.succeeded + status.failed == records.size());
    BOOST_TEST(status.queued + status.dispatched + status.waiting == 0u);
    BOOST_TEST(pool.state() == "running");
    BOOST_TEST_MESSAGE(records.size() << " tasks, " << kills << " kills, " << records.size() - values
                                      << " losses, " << status.retried << " retries");
    BOOST_TEST(!pool.finish(pool->async_close()));
  }
  BOOST_TEST(open_descriptors() <= descriptors_before);
}

BOOST_AUTO_TEST_SUITE_END()
