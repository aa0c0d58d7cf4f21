// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Values that cannot be encoded or decoded, parameters that are wrong, programs that lack a task.

#include "pool_test.hpp"

#include <limits>

BOOST_AUTO_TEST_SUITE(pool_errors)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

// Cannot be encoded, or not be decoded, where it is told so.
struct fragile {
  std::string where;
  template <class Archive>
  void save(Archive& archive) const {
    if (where == "encode") throw std::range_error{"cannot be encoded"};
    archive(where);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(where);
    if (where == "decode") throw std::range_error{"cannot be decoded"};
    if (where == "decode too much") archive(where, where);
  }
};

std::size_t take(std::size_t cell, fragile const&) {
  tasks::board().add(cell);
  return cell;
}

fragile give(std::string where) { return {std::move(where)}; }

std::string longer(std::string const& text, std::size_t size) { return text + std::string(size, 'x'); }

task_fn<std::size_t(std::size_t, fragile)> const takes{"pool_errors_take", take};
task_fn<fragile(std::string)> const gives{"pool_errors_give", give};
task_fn<std::string(std::string, std::size_t)> const lengthen{"pool_errors_lengthen", longer};

struct running_pool : pool_rig {
  explicit running_pool(pool_params params = pool_of(1)) : pool_rig{std::move(params)} { start(); }
  // All was done by the one worker.
  ~running_pool() {
    BOOST_TEST(value_of(square(3)) == 9);
    BOOST_TEST(downs.empty());
  }
};

void require_said(std::exception const& error, std::string const& words) {
  BOOST_TEST(std::string{error.what()}.find(words) != std::string::npos, error.what());
}

// The field that the diagnostics name when a pool with these parameters is started.
std::string wrong_field(std::function<void(pool_params&)> const& change) {
  auto params = pool_of(1);
  change(params);
  boost::asio::io_context context;
  process_pool pool{context.get_executor(), std::move(params)};
  diagnostics diag;
  std::optional<error_code> result;
  pool.async_start(diag, [&](error_code ec) { result = ec; });
  run_until(context, [&] { return result.has_value(); });
  BOOST_TEST(*result == make_error_code(error::invalid_argument));
  BOOST_TEST(!diag.message.empty());
  BOOST_TEST(pool.status().workers.empty());
  return diag.field;
}

// The line that children/pool_parent.cpp prints.
std::string parent_says(std::string const& program, std::string const& mode) {
  auto said = output_of(request_for("pool_parent", {child_program(program), mode}));
  if (said.ends_with('\n')) said.pop_back();
  return said;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_argument_that_cannot_be_encoded_is_an_error_of_its_call) {
  running_pool pool;
  require_said(pool.error_of<codec_error>(takes(0, {"encode"})), "cannot be encoded");
  BOOST_TEST(pool.board[0] == 0u);
}

BOOST_AUTO_TEST_CASE(an_argument_that_cannot_be_decoded_is_an_error_of_its_task) {
  running_pool pool;
  require_said(pool.error_of<codec_error>(takes(0, {"decode"})), "cannot be decoded");
  pool.error_of<codec_error>(takes(0, {"decode too much"}));
  BOOST_TEST(pool.board[0] == 0u);
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_encoded_is_an_error_of_its_task) {
  running_pool pool;
  require_said(pool.error_of<codec_error>(gives("encode")), "cannot be encoded");
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_decoded_is_an_error_of_its_call) {
  running_pool pool;
  require_said(pool.error_of<codec_error>(gives("decode")), "cannot be decoded");
  pool.error_of<codec_error>(gives("decode too much"));
}

BOOST_AUTO_TEST_CASE(what_is_longer_than_the_longest_message_is_an_error_of_its_task) {
  auto params = pool_of(1);
  params.max_message_size = 100'000;
  running_pool pool{params};
  BOOST_TEST(pool.value_of(lengthen(std::string(90'000, 'a'), 1)).size() == 90'001u);
  pool.error_of<codec_error>(lengthen(std::string(100'001, 'a'), 0));
  pool.error_of<codec_error>(lengthen("a", 100'001));
  BOOST_TEST(pool.value_of(lengthen("a", 90'000)).size() == 90'001u);
}

BOOST_AUTO_TEST_CASE(options_that_are_wrong_are_an_error_of_their_call) {
  running_pool pool;
  call_options const wrong[] = {{.soft_limit = -1s},
                                {.soft_limit = 1us},
                                {.hard_limit = 1us},
                                {.hard_limit = 400 * 24h},
                                {.max_attempts = 0},
                                {.max_attempts = 1001},
                                {.correlation_id = std::string(257, 'x')}};
  for (auto const& options : wrong) {
    auto const task = pool.submit(note(0).with(options));
    pool.until([&] { return task.done(); });
    BOOST_TEST(!task.result().has_value());
  }
  BOOST_TEST(pool.board[0] == 0u);
}

BOOST_AUTO_TEST_CASE(every_wrong_parameter_is_named) {
  auto const beyond = 400 * 24h;
  struct {
    char const* field;
    std::function<void(pool_params&)> change;
  } const all[] = {
      {"workers", [](auto& p) { p.workers = 1001; }},
      {"soft_limit", [](auto& p) { p.soft_limit = -1s; }},
      {"soft_limit", [](auto& p) { p.soft_limit = 10us; }},
      {"hard_limit", [&](auto& p) { p.hard_limit = beyond; }},
      {"max_tasks_jitter", [](auto& p) { p.max_tasks_jitter = 1.5; }},
      {"max_tasks_jitter", [](auto& p) { p.max_tasks_jitter = std::numeric_limits<double>::quiet_NaN(); }},
      {"max_memory_per_worker.hard", [](auto& p) { p.max_memory_per_worker = {.soft = 2000, .hard = 1000}; }},
      {"max_in_flight", [](auto& p) { p.max_in_flight = 0; }},
      {"max_in_flight", [](auto& p) { p.max_in_flight = 1'000'001; }},
      {"concurrency", [](auto& p) { p.concurrency = 0; }},
      {"concurrency", [](auto& p) { p.concurrency = 33; }},
      {"prefetch", [](auto& p) { p.prefetch = 33; }},
      {"spin", [](auto& p) { p.spin = 2ms; }},
      {"spin", [](auto& p) { p.spin = -1us; }},
      {"pool_spin", [](auto& p) { p.pool_spin = 2ms; }},
      {"max_message_size", [](auto& p) { p.max_message_size = 1000; }},
      {"max_message_size", [](auto& p) { p.max_message_size = (std::uint64_t{1} << 40U) + 1; }},
      {"claim_within", [](auto& p) { p.claim_within = 99ms; }},
      {"cancel_grace", [](auto& p) { p.cancel_grace = -1s; }},
      {"progress_period", [](auto& p) { p.progress_period = 0s; }},
      {"name", [](auto& p) { p.name = ""; }},
      {"name", [](auto& p) { p.name = "a b"; }},
      {"env", [](auto& p) { p.env.set("REEVE_X", "1"); }},
      {"process.descriptors", [](auto& p) { p.process.descriptors = {{.source = 0, .target = 15}}; }},
      {"process.nice", [](auto& p) { p.process.nice = 100; }},
      {"restart.mode", [](auto& p) { p.restart.mode = restart_mode::never; }},
      {"restart.backoff", [](auto& p) { p.restart.backoff = 0.5; }},
      {"stop.ask_grace", [](auto& p) { p.stop.ask_grace = -1s; }},
      {"program", [](auto& p) { p.program = command{}; }},
  };
  for (auto const& [field, change] : all) {
    auto const named = wrong_field(change);
    BOOST_TEST(named.starts_with(field), named << " instead of " << field);
  }
}

BOOST_AUTO_TEST_CASE(a_pool_with_wrong_parameters_ends_its_tasks) {
  auto params = pool_of(1);
  params.workers = 1001;
  pool_rig pool{params};
  begun const start{pool->async_start()};
  auto const early = pool.submit(square(1));
  BOOST_TEST(pool.finish(start) == make_error_code(error::invalid_argument));
  pool.error_of<pool_closed>(early);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_missing_fails_the_start_with_its_error) {
  auto params = pool_of(2);
  params.program = command{"/no/such/program"};
  pool_rig pool{params};
  diagnostics diag;
  BOOST_TEST(pool.finish(pool->async_start(diag)) == error_code(ENOENT, boost::system::system_category()));
  BOOST_TEST(!diag.message.empty());
}

BOOST_AUTO_TEST_CASE(a_program_without_tasks_fails_the_start_and_says_so) {
  auto params = pool_of(2);
  params.program = command{child_program("runtime_function")};
  pool_rig pool{params};
  diagnostics diag;
  BOOST_TEST(pool.finish(pool->async_start(diag)) == make_error_code(error::unknown_worker_type));
  BOOST_TEST(diag.message.starts_with("the workers' program has no task_fn"), diag.message);
}

BOOST_AUTO_TEST_CASE(another_program_with_the_same_tasks_may_work_for_a_pool) {
  BOOST_TEST(parent_says("pool_worker", "agree") == "1009");
}

BOOST_AUTO_TEST_CASE(a_program_that_lacks_a_task_fails_the_start_and_names_it) {
  auto const said = parent_says("pool_worker", "lack");
  BOOST_TEST(said.starts_with(make_error_code(error::exited_before_ready).message()), said);
  BOOST_TEST(said.find("pool_lacking") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_program_in_which_a_task_has_another_type_fails_the_start_and_names_it) {
  auto const said = parent_says("pool_worker", "type");
  BOOST_TEST(said.starts_with(make_error_code(error::exited_before_ready).message()), said);
  BOOST_TEST(said.find("pool_other") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_program_in_which_a_json_task_is_a_plain_one_fails_the_start_and_says_so) {
  auto const said = parent_says("pool_worker", "plain");
  BOOST_TEST(said.starts_with(make_error_code(error::exited_before_ready).message()), said);
  BOOST_TEST(said.find("\"pool_plain\" is a json_task_fn in the pool's program") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_program_in_which_a_plain_task_is_a_json_one_may_work_for_a_pool) {
  BOOST_TEST(parent_says("pool_worker", "named") == "2009");
}

BOOST_AUTO_TEST_CASE(tasks_registered_twice_fail_the_start) {
  auto const said = parent_says("pool_worker", "twice");
  BOOST_TEST(said.starts_with(make_error_code(error::invalid_argument).message() + "|task_fn|"), said);
  BOOST_TEST(said.find("pool_square") != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()
