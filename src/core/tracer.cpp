// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/detail/tracer.hpp"

#include "core/random_ids.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>

namespace reeve {
namespace detail {
namespace {

struct place {
  std::atomic<bool> taken{false};
  /// Counts the changes.
  std::atomic<std::uint64_t> version{0};
  std::mutex mutex;
  std::shared_ptr<tracer> current;
};

// Never destroyed: threads of the application may end spans while the process ends.
union lasting_place {
  constexpr lasting_place() noexcept : here{} {}
  ~lasting_place() {}
  place here;
};
constinit lasting_place the_place;

/// What a thread has seen last: so it takes the lock only after a change.
struct seen_tracer {
  tracer* last = nullptr;
  std::uint64_t version = 0;
  /// So many of the traces that begin next are not recorded by it.
  std::uint64_t unrecorded = 0;
  bool is_kept = true;
};

// Without a constructor and a destructor: those of the keeper's are asked for at a change only.
thread_local constinit seen_tracer seen;

/// Keeps what the thread has seen, perhaps a tracer that was removed. What is thread_local may begin spans while it goes,
/// and then the keeper may be gone already.
struct tracer_keeper {
  tracer_keeper() = default;
  tracer_keeper(tracer_keeper const&) = delete;
  tracer_keeper& operator=(tracer_keeper const&) = delete;
  ~tracer_keeper() { seen = {.is_kept = false}; }

  std::shared_ptr<tracer> kept;
};

void look_again() noexcept {
  thread_local tracer_keeper keeper;
  auto& here = the_place.here;
  auto const before = std::move(keeper.kept);  // goes without the lock
  std::lock_guard const guard{here.mutex};
  keeper.kept = here.current;
  auto* const last = keeper.kept.get();
  seen = {.last = last,
          .version = here.version.load(std::memory_order_relaxed),
          .unrecorded = last ? random_ids_until_below(last->recorded_below()) : 0};
}

/// What `use` makes of the tracer of this process, or of null.
template <class Use>
auto with_tracer(Use const& use) {
  auto& here = the_place.here;
  auto& mine = seen;
  if (!here.taken.load(std::memory_order_relaxed)) return use(nullptr);
  if (!mine.is_kept) return use(current_tracer().get());
  if (mine.version != here.version.load(std::memory_order_acquire)) look_again();
  return use(mine.last);
}

// Where what the thread has seen is gone already, nothing can be kept: each time it is asked for anew.
std::optional<trace_context> begin_recorded_with(tracer* tracer) {
  if (!tracer) return std::nullopt;
  auto const bound = tracer->recorded_below();
  if (!seen.is_kept && random_ids_until_below(bound) != 0) return std::nullopt;
  if (seen.is_kept && seen.unrecorded != 0) {
    --seen.unrecorded;
    return std::nullopt;
  }
  seen.unrecorded = random_ids_until_below(bound);
  auto context = new_trace(true);
  context.trace_id = random_trace_id_below(bound);
  return context;
}

trace_context begin_with(tracer* tracer, trace_context const& parent) {
  if (!tracer) return parent;
  auto context = parent.child();
  bool const sampled = tracer->samples(parent, context.trace_id);
  context.flags = static_cast<std::uint8_t>((context.flags & ~1U) | (sampled ? 1U : 0U));
  return context;
}

}  // namespace

std::shared_ptr<tracer> current_tracer() noexcept {
  auto& here = the_place.here;
  if (!here.taken.load(std::memory_order_relaxed)) return nullptr;
  std::lock_guard const guard{here.mutex};
  return here.current;
}

bool install_tracer(std::shared_ptr<tracer> tracer) {
  auto& here = the_place.here;
  std::lock_guard const guard{here.mutex};
  if (here.current) return false;
  here.current = std::move(tracer);
  here.version.fetch_add(1, std::memory_order_release);
  here.taken.store(true, std::memory_order_relaxed);
  return true;
}

void remove_tracer(tracer const& tracer) noexcept {
  auto& here = the_place.here;
  std::shared_ptr<detail::tracer> last;  // goes without the lock
  std::lock_guard const guard{here.mutex};
  if (here.current.get() != &tracer) return;
  here.taken.store(false, std::memory_order_relaxed);
  here.version.fetch_add(1, std::memory_order_release);
  last = std::exchange(here.current, nullptr);
}

trace_context begin_trace(trace_context const& parent) {
  return with_tracer([&](tracer* tracer) { return begin_with(tracer, parent); });
}

// Mostly nothing is recorded, and what was drawn before tells.
std::optional<trace_context> begin_recorded_trace() {
  auto& mine = seen;
  if (mine.unrecorded != 0 && mine.version == the_place.here.version.load(std::memory_order_acquire)) {
    --mine.unrecorded;
    return std::nullopt;
  }
  return with_tracer([](tracer* tracer) { return begin_recorded_with(tracer); });
}

trace_context begin_unrecorded_trace() {
  auto context = new_trace(false);
  auto const bound = with_tracer([](tracer* tracer) { return tracer ? tracer->recorded_below() : 0; });
  if (bound >= sampled_parts) return context;  // it takes them all: whoever asks the parent first does not
  while (sampled_part(context.trace_id) < bound) context.trace_id = random_trace_id();
  return context;
}

void record_span(span_record const& span) noexcept {
  with_tracer([&](tracer* tracer) {
    if (tracer) tracer->record(span);
  });
}

}  // namespace detail

bool is_tracing() noexcept { return detail::the_place.here.taken.load(std::memory_order_relaxed); }

}  // namespace reeve
