// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// pool_liar LIE: goes as a worker of a pool, claims its first task, and writes nonsense to its channel. It takes
// only the layout of the channel from the library (doc/task_channel.md).

#include "../../src/shm/task_channel_layout.hpp"
#include "reeve/worker.hpp"
#include "worker_side.hpp"

#include <cstring>
#include <random>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

namespace layout = reeve::task_channel_layout;

constexpr std::uint64_t beyond_all_bounds = std::uint64_t{1} << 60U;
constexpr std::uint64_t four_gigabytes_less_one = (std::uint64_t{1} << 32U) - 1;

void ring() {
  std::uint64_t const one = 1;
  if (::write(layout::news_fd, &one, sizeof one) != sizeof one) ::_exit(1);
}

layout::segment& map_channel() {
  auto* const memory =
      ::mmap(nullptr, sizeof(layout::segment), PROT_READ | PROT_WRITE, MAP_SHARED, layout::segment_fd, 0);
  if (memory == MAP_FAILED) ::_exit(1);
  return *static_cast<layout::segment*>(memory);
}

// The number of a slot in which a task is offered.
std::size_t wait_for_offer(layout::segment& channel) {
  for (;; ::usleep(1000))
    for (std::size_t i = 0; i < channel.slots.size(); ++i)
      if ((channel.slots[i].claim.load() & 0xffU) == static_cast<std::uint64_t>(layout::slot_state::offered))
        return i;
}

void write(layout::segment& channel, layout::record const& record, std::uint64_t published) {
  std::memcpy(channel.result.data(), &record, sizeof record);
  channel.header.result_tail.value.store(published);
  ring();
}

void write_noise(layout::segment& channel) {
  std::mt19937_64 random{std::random_device{}()};
  for (auto& c : channel.result) c = static_cast<char>(random());
  for (auto& slot : channel.slots)
    for (auto* const word : {&slot.claim, &slot.running, &slot.started, &slot.progress})
      word->store(random());
  channel.header.submission_head.value.store(random());
  channel.header.request_head.value.store(random());
  channel.header.result_tail.value.store(random());
  ring();
}

int lie(reeve::worker& self) {
  auto& channel = map_channel();
  auto const lie = self.args().at(0);
  self.ready();
  auto const index = wait_for_offer(channel);
  auto& slot = channel.slots[index];
  auto const sequence = slot.claim.load() >> 8U;
  if (lie == "unclaimed noise") {
    write_noise(channel);
    reeve::test::wait_for_stop(self);
    return 0;
  }
  slot.claim.store(layout::claim_word(sequence, layout::slot_state::claimed));
  slot.started.store(~std::uint64_t{0});
  slot.progress.store(~std::uint64_t{0});
  slot.running.store(layout::running_word(sequence, 0));

  layout::record record{};
  record.slot = sequence << 8U | index;
  record.flags = layout::flag_last;
  record.size = 8;
  constexpr auto header = sizeof record;
  if (lie == "length") record.size = beyond_all_bounds;
  if (lie == "promise") record.size = four_gigabytes_less_one;
  if (lie == "slot") record.slot = (sequence + 1) << 8U | index;
  if (lie == "no slot") record.slot = sequence << 8U | 0xffU;
  if (lie == "element") record.element = 7;
  if (lie == "status") record.status = 77;
  if (lie == "flags") record.flags = 0xffff;
  if (lie == "not last") record.flags = 0;
  if (lie == "element of slot") slot.running.store(layout::running_word(sequence, 99));
  auto published = header + 8;
  if (lie == "tail") published = layout::result_size + 8;
  if (lie == "odd tail") published = header + 3;
  if (lie == "tail within the header") published = 8;
  if (lie == "tail within the payload") published = header;
  if (lie == "noise")
    write_noise(channel);
  else if (lie != "only a claim")
    write(channel, record, published);
  if (lie == "twice") {
    std::memcpy(channel.result.data() + published, &record, header);
    channel.header.result_tail.value.store(2 * published);
    ring();
  }
  if (lie == "promise" || lie == "only a claim") return 3;
  reeve::test::wait_for_stop(self);
  return 0;
}

REEVE_FUNCTION_WORKER("reeve.pool", lie);

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  return 42;
}
