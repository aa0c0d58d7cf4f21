// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a collector's name costs where nobody can say whose it is.

#include "observe/otlp_client.hpp"
#include "otlp_collector.hpp"
#include "tracing_test.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(otlp_lookup)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

/// A name server that does not answer until it is let. One at a time.
class slow_names {
 public:
  slow_names() { asked_ = 0; }
  slow_names(slow_names const&) = delete;
  slow_names& operator=(slow_names const&) = delete;
  // Whoever was to look a name up has done it.
  ~slow_names() {
    require_asked();
    answer();
    while (answered_ != asked_) std::this_thread::yield();
    answered_ = 0;
    while (may_answer_.try_acquire()) continue;
  }

  static host_lookup::endpoints resolve(std::string const&, std::string const& port, std::string&) {
    ++asked_;
    asked_.notify_all();
    may_answer_.acquire();
    ++answered_;
    return {{boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))}};
  }

  static void answer() { may_answer_.release(); }
  static void require_asked() { asked_.wait(0); }
  static int asked() { return asked_; }

 private:
  static inline std::atomic<int> asked_;
  static inline std::atomic<int> answered_;
  static inline std::counting_semaphore<> may_answer_{0};
};

struct lookup_rig {
  lookup_rig() {
    client.emplace(otlp_url{.host = "collector", .port = std::to_string(collector.port()), .target = "/"},
                   text_pairs{}, otlp_tls{}, &slow_names::resolve);
  }

  otlp_answer post(clock::duration within) {
    return client->post("{}", clock::now() + within, stop.get_token());
  }

  slow_names names;
  otlp_collector collector;
  std::stop_source stop;
  std::optional<otlp_client> client;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_name_that_nobody_answers_for_costs_its_time_only, lookup_rig) {
  for (int i = 0; i < 3; ++i) {
    auto const answer = post(20ms);
    BOOST_TEST(answer.problem.find("no answer in time") != std::string::npos, answer.problem);
    BOOST_TEST(!answer.permanent);
  }
}

BOOST_FIXTURE_TEST_CASE(it_is_asked_once_and_its_late_answer_is_used, lookup_rig) {
  for (int i = 0; i < 3; ++i) BOOST_TEST(post(20ms).status == 0U);
  names.answer();
  BOOST_TEST(post(patience).status == 200U);
  BOOST_TEST(names.asked() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_stop_does_not_wait_for_a_name, lookup_rig) {
  std::jthread const stopper{[&] {
    names.require_asked();
    stop.request_stop();
  }};
  BOOST_TEST(post(1h).permanent);
}

BOOST_FIXTURE_TEST_CASE(nor_does_the_end_of_the_client, lookup_rig) {
  BOOST_TEST(post(20ms).status == 0U);
  client.reset();
  names.answer();
}

BOOST_AUTO_TEST_SUITE_END()
