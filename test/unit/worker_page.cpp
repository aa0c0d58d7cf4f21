// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/worker_page.hpp"

#include "shm/segment.hpp"

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(worker_page)

namespace {

using namespace reeve;
using page_layout::slot_kind;
using page_layout::worker_stage;
namespace errc = boost::system::errc;

// Both ends of a page in one process; `raw` is for those who write nonsense.
struct pages {
  pages() {
    error_code ec;
    supervisor = supervisor_page::create(7, ec);
    BOOST_REQUIRE(!ec);
    worker = worker_side_page::attach(supervisor.descriptor(), ec);
    BOOST_REQUIRE(!ec);
    region = map_segment(supervisor.descriptor(), page_layout::size, ec);
    BOOST_REQUIRE(!ec);
    raw = static_cast<page_layout::page*>(region.get_address());
  }
  page_layout::word& slot(std::string_view name, slot_kind kind = slot_kind::counter) {
    error_code ec;
    auto* const word = worker.slot(name, kind, ec);
    BOOST_REQUIRE(!ec);
    return *word;
  }
  error_code slot_error(std::string_view name, slot_kind kind = slot_kind::counter) {
    error_code ec;
    auto* const word = worker.slot(name, kind, ec);
    BOOST_TEST((word == nullptr) == ec.failed());
    return ec;
  }
  void write_entry(std::size_t index, std::string_view name_bytes, std::uint64_t kind) {
    std::memcpy(static_cast<void*>(&raw->entries[index].name), name_bytes.data(), name_bytes.size());
    raw->entries[index].kind = kind;
  }
  void check_violation(std::string_view expected) const {
    BOOST_TEST(supervisor.violation().value_or("sound") == expected);
  }

  supervisor_page supervisor;
  worker_side_page worker;
  boost::interprocess::mapped_region region;
  page_layout::page* raw = nullptr;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_new_page_is_sound_and_empty, pages) {
  BOOST_TEST(static_cast<bool>(supervisor));
  check_violation("sound");
  auto const reading = supervisor.read();
  BOOST_TEST(reading.beats == 0U);
  BOOST_TEST((reading.stage == worker_stage::starting));
  BOOST_TEST(reading.counters.empty());
}

BOOST_FIXTURE_TEST_CASE(the_bytes_are_where_the_document_says, pages) {
  auto const* const bytes = static_cast<char const*>(region.get_address());
  auto const number_at = [bytes](std::size_t offset) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes + offset, 8);
    return number;
  };
  worker.beats() = 5;
  worker.set_stage(worker_stage::ready);
  slot("processed") = 12;
  slot("connected", slot_kind::flag) = 1;

  BOOST_TEST(std::string_view(bytes, 8) == "REEVEPG1");
  BOOST_TEST(number_at(8) == 1U);
  BOOST_TEST(number_at(16) == 4096U);
  BOOST_TEST(number_at(24) == 7U);
  BOOST_TEST(number_at(32) == 64U);
  BOOST_TEST(number_at(64) == 5U);
  BOOST_TEST(number_at(128) == 1U);
  BOOST_TEST(number_at(512) == 12U);
  BOOST_TEST(number_at(520) == 1U);
  BOOST_TEST(std::string_view(bytes + 1024) == "processed");
  BOOST_TEST(number_at(1024 + 40) == 1U);
  BOOST_TEST(std::string_view(bytes + 1072) == "connected");
  BOOST_TEST(number_at(1072 + 40) == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_segment_cannot_change_its_size_and_closes_on_exec, pages) {
  int const fd = supervisor.descriptor();
  BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  BOOST_TEST(::ftruncate(fd, 0) == -1);
  BOOST_TEST(::ftruncate(fd, 8192) == -1);
  struct stat status {};
  BOOST_REQUIRE(::fstat(fd, &status) == 0);
  BOOST_TEST(status.st_size == 4096);
  BOOST_TEST(status.st_blocks * 512 >= 4096);
}

BOOST_FIXTURE_TEST_CASE(the_page_outlives_its_descriptor, pages) {
  supervisor.close_descriptor();
  worker.beats() = 3;
  BOOST_TEST(supervisor.descriptor() == -1);
  BOOST_TEST(supervisor.beats() == 3U);
}

BOOST_FIXTURE_TEST_CASE(the_stage_only_moves_on, pages) {
  worker.set_stage(worker_stage::stopping);
  worker.set_stage(worker_stage::ready);
  BOOST_TEST((supervisor.stage() == worker_stage::stopping));
}

BOOST_FIXTURE_TEST_CASE(counters_and_flags_are_read_by_their_names, pages) {
  slot("processed") = 12;
  slot("connected", slot_kind::flag) = 77;
  slot("processed") += 1;
  std::vector<counter_value> const expected{{"processed", 13, false}, {"connected", 1, true}};
  BOOST_TEST((supervisor.read().counters == expected));
}

BOOST_FIXTURE_TEST_CASE(a_name_is_one_slot_however_often_it_is_asked_for, pages) {
  auto& first = slot("n");
  BOOST_TEST(&slot("n") == &first);
  BOOST_TEST(&slot("m") != &first);
  BOOST_TEST(supervisor.read().counters.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_name_cannot_be_a_counter_and_a_flag, pages) {
  slot("n");
  BOOST_TEST(slot_error("n", slot_kind::flag) == make_error_code(error::invalid_argument));
}

BOOST_FIXTURE_TEST_CASE(bad_names_are_refused, pages) {
  for (std::string const& name : {std::string{}, std::string(40, 'x'), std::string{"a\nb"},
                                  std::string(1, '\0'), std::string{"\xC3\xA4"}, std::string{"\x7f"}})
    BOOST_TEST(slot_error(name) == make_error_code(error::invalid_argument));
  BOOST_TEST(!slot_error(std::string(39, 'x')));
  check_violation("sound");
  BOOST_TEST(supervisor.read().counters.at(0).name == std::string(39, 'x'));
}

BOOST_FIXTURE_TEST_CASE(there_are_64_slots_and_no_more, pages) {
  for (int i = 0; i < 64; ++i) slot("n" + std::to_string(i)) = 1;
  BOOST_TEST(slot_error("one more") == make_error_code(error::too_many_counters));
  BOOST_TEST(!slot_error("n63"));
  BOOST_TEST(supervisor.read().counters.size() == 64U);
  check_violation("sound");
}

BOOST_FIXTURE_TEST_CASE(threads_that_take_slots_and_count_lose_nothing, pages) {
  auto const work = [this] {
    for (int i = 0; i < 1000; ++i) {
      error_code ec;
      worker.slot("n" + std::to_string(i % 50), slot_kind::counter, ec)
          ->fetch_add(1, std::memory_order_relaxed);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
    for (int i = 0; i < 200; ++i) check_violation("sound");
  }
  std::set<std::string> names;
  for (auto const& counter : supervisor.read().counters) {
    names.insert(counter.name);
    BOOST_TEST(counter.value == 80U);
  }
  BOOST_TEST(names.size() == 50U);
}

BOOST_AUTO_TEST_CASE(an_empty_page_reads_as_nothing) {
  supervisor_page const page;
  BOOST_TEST(!page);
  BOOST_TEST(page.beats() == 0U);
  BOOST_TEST((page.stage() == worker_stage::starting));
  BOOST_TEST(!page.violation().has_value());
  BOOST_TEST(page.read().counters.empty());
}

BOOST_AUTO_TEST_CASE(a_detached_page_works_without_a_supervisor) {
  auto page = worker_side_page::detached();
  error_code ec;
  page.beats() += 1;
  page.set_stage(worker_stage::ready);
  auto* const word = page.slot("n", slot_kind::counter, ec);
  BOOST_TEST(!ec);
  BOOST_TEST(page.slot("n", slot_kind::counter, ec) == word);
}

BOOST_AUTO_TEST_CASE(what_is_no_page_is_not_attached) {
  auto const error_of = [](int fd) {
    error_code ec;
    worker_side_page::attach(fd, ec);
    return ec;
  };
  BOOST_TEST(error_of(-1) == errc::bad_file_descriptor);

  unique_fd const null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  BOOST_TEST(error_of(null.get()) == errc::protocol_error);

  unique_fd const unsealed{::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  BOOST_REQUIRE(::ftruncate(unsealed.get(), 4096) == 0);
  BOOST_TEST(error_of(unsealed.get()) == errc::protocol_error);

  error_code ec;
  auto const small = make_segment("test", 2048, ec);
  BOOST_TEST(error_of(small.get()) == errc::protocol_error);
  auto const blank = make_segment("test", 4096, ec);
  BOOST_TEST(error_of(blank.get()) == errc::protocol_error);
}

BOOST_FIXTURE_TEST_CASE(a_page_of_another_version_is_not_attached, pages) {
  raw->version = 2;
  error_code ec;
  worker_side_page::attach(supervisor.descriptor(), ec);
  BOOST_TEST(ec == errc::protocol_error);
}

BOOST_FIXTURE_TEST_CASE(a_header_of_nonsense_is_reported_in_words, pages) {
  raw->magic = 0;
  check_violation("the page's magic number is 0, not 0x3147504556454552");
  raw->magic = page_layout::magic;
  raw->version = 99;
  check_violation("the page's version is 0x63, not 0x1");
  raw->version = page_layout::version;
  raw->size = ~std::uint64_t{0};
  check_violation("the page's size is 0xffffffffffffffff, not 0x1000");
  raw->size = page_layout::size;
  raw->generation = 8;
  check_violation("the page's generation is 0x8, not 0x7");
  raw->generation = 7;
  raw->slot_count = std::uint64_t{1} << 60;
  check_violation("the page's slot count is 0x1000000000000000, not 0x40");
  raw->slot_count = page_layout::slots;
  check_violation("sound");
}

BOOST_FIXTURE_TEST_CASE(a_stage_of_nonsense_is_reported_and_reads_as_starting, pages) {
  raw->stage = 3;
  check_violation("the page's stage is 3, which is unknown");
  BOOST_TEST((supervisor.stage() == worker_stage::starting));
  BOOST_TEST((supervisor.read().stage == worker_stage::starting));
}

BOOST_FIXTURE_TEST_CASE(slots_of_nonsense_are_reported_and_left_out, pages) {
  slot("sound") = 1;
  write_entry(2, std::string(40, 'x'), 1);
  slot("too");
  write_entry(3, "good", 1);
  check_violation("the name of the page's slot 2 is not terminated");
  write_entry(2, std::string_view("\0", 1), 1);
  check_violation("the name of the page's slot 2 is empty");
  write_entry(2, std::string_view("\n\0", 2), 1);
  check_violation("the name of the page's slot 2 is not printable ASCII");
  write_entry(2, std::string_view("x\0", 2), 3);
  check_violation("the page's slot 2 is of the unknown kind 3");

  std::vector<counter_value> const expected{{"sound", 1, false}, {"too", 0, false}, {"good", 0, false}};
  BOOST_TEST((supervisor.read().counters == expected));
}

BOOST_FIXTURE_TEST_CASE(random_bytes_never_hurt_the_reader, pages) {
  std::mt19937_64 random{20260101};
  auto* const words = reinterpret_cast<std::uint64_t*>(region.get_address());
  for (int round = 0; round < 2000; ++round) {
    for (std::size_t i = 0; i < page_layout::size / 8; ++i) words[i] = random();
    // Half of the rounds with slots that look as if they were in use.
    if (round % 2 == 0)
      for (auto& entry : raw->entries) entry.kind = 1 + random() % 2;
    BOOST_REQUIRE(supervisor.violation().has_value());
    BOOST_REQUIRE(supervisor.read().counters.size() <= 64);
  }
}

BOOST_FIXTURE_TEST_CASE(a_worker_that_writes_while_it_is_read_never_hurts_the_reader, pages) {
  std::jthread const scribbler{[this](std::stop_token stop) {
    std::mt19937_64 random{1};
    while (!stop.stop_requested())
      for (auto& entry : raw->entries) {
        for (auto& word : entry.name) word.store(random() | 0x2020202020202020, std::memory_order_relaxed);
        entry.kind.store(random() % 3, std::memory_order_relaxed);
      }
  }};
  for (int i = 0; i < 20'000; ++i)
    for (auto const& counter : supervisor.read().counters)
      BOOST_REQUIRE(page_layout::is_valid_name(counter.name));
}

BOOST_AUTO_TEST_SUITE_END()
