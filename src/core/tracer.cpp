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
  seen = {.last = keeper.kept.get(), .version = here.version.load(std::memory_order_relaxed)};
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

std::optional<trace_context> begin_recorded_with(tracer* tracer) {
  static auto const& none = *new trace_context;  // never destroyed, either
  if (!tracer) return std::nullopt;
  auto const id = random_trace_id();
  if (!tracer->samples(none, id)) return std::nullopt;
  auto context = new_trace(true);
  context.trace_id = id;
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

std::optional<trace_context> begin_recorded_trace() {
  return with_tracer([](tracer* tracer) { return begin_recorded_with(tracer); });
}

}  // namespace detail

bool is_tracing() noexcept { return detail::the_place.here.taken.load(std::memory_order_relaxed); }

}  // namespace reeve
