// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace reeve {

struct dispatch_worker;

/// A task as the dispatch machine sees it.
struct dispatch_task {
  enum class place {
    /// In none of the machine's lists.
    outside,
    /// It waits for its admission.
    waiting,
    /// Admitted, with no worker.
    queued,
    /// Handed to a worker, which may have begun with it.
    offered,
  };

  place where = place::outside;
  /// Known to have begun: it is not asked for again.
  bool begun = false;
  /// So often it was handed to a worker that then began with it and died.
  std::uint32_t losses = 0;
  /// How often it may be begun.
  std::uint32_t max_attempts = 1;
  dispatch_worker* worker = nullptr;

  dispatch_task* previous = nullptr;
  dispatch_task* next = nullptr;
};

/// A doubly linked list of tasks that owns none of them.
class task_list {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t size() const noexcept { return size_; }
  dispatch_task* front() const noexcept { return first_; }
  dispatch_task* back() const noexcept { return last_; }
  void push_back(dispatch_task& task) noexcept;
  void push_front(dispatch_task& task) noexcept;
  void remove(dispatch_task& task) noexcept;

 private:
  dispatch_task* first_ = nullptr;
  dispatch_task* last_ = nullptr;
  std::size_t size_ = 0;
};

/// One incarnation of a worker as the dispatch machine sees it.
struct dispatch_worker {
  /// Those that it was handed, oldest first.
  task_list tasks;
  /// It takes tasks.
  bool up = false;
  /// It takes no more, and gives back what it has not begun with.
  bool draining = false;
  /// So many tasks more it may be handed; it never runs more than its maximum.
  std::uint64_t remaining = ~std::uint64_t{0};
  /// It had no place for the last one.
  bool full = false;
  /// It has ended nothing for a while: it is handed nothing in advance until it has.
  bool slow = false;

  dispatch_worker* previous = nullptr;
  dispatch_worker* next = nullptr;
  std::uint32_t bucket = 0;
  bool listed = false;
};

/// What becomes of a task whose worker died.
enum class loss_verdict {
  /// It is run again.
  again,
  /// It had begun, and may not be run twice.
  lost,
  /// It was begun as often as it may be.
  quarantined,
};

/// Which worker gets which task, sans I/O.
///
/// Tasks are admitted in order, up to a number; the oldest goes to the worker that has the fewest, which is handed
/// some in advance. When a worker has nothing to do and no task is queued, one is taken back from the worker that
/// has the most. Whether a task that was handed over has begun only its worker knows: who carries this out tries
/// to take it back, and tells what came of it.
class dispatch_fsm {
 public:
  struct params {
    std::size_t max_in_flight = 4096;
    /// What a worker runs at a time, and is handed beyond that.
    std::size_t concurrency = 1;
    std::size_t prefetch = 24;
  };

  struct assignment {
    dispatch_task* task;
    dispatch_worker* worker;
  };

  /// So many tasks a worker may have.
  static constexpr std::size_t most_tasks = 64;

  explicit dispatch_fsm(params p) noexcept;

  /// A new task.
  void submit(dispatch_task& task);
  /// One that is with no worker ends: it was cancelled, or the pool is.
  void withdraw(dispatch_task& task);
  /// One that was handed to a worker has ended, whatever the outcome.
  void ended(dispatch_task& task);

  /// A worker takes tasks from now on.
  void up(dispatch_worker& worker);
  /// It takes no more.
  void drain(dispatch_worker& worker);
  /// It has ended nothing for a while: what it has not begun with is taken back, and nothing waits behind a slow
  /// task.
  void stalled(dispatch_worker& worker);
  /// It is being killed: it gets no more tasks, and what it has is judged when it is gone.
  void condemn(dispatch_worker& worker) { unlist(worker); }
  /// It is gone. Its tasks were judged before: it has none any more.
  void down(dispatch_worker& worker);
  /// What becomes of a task of a worker that died; for `again` it is queued, before all others. Those that had
  /// not begun are to be judged first, from the last to the first, so that they keep their order.
  loss_verdict lost(dispatch_task& task, bool had_begun);

  /// Queues one that is in no list before all others.
  void again(dispatch_task& task) { queue_first(task); }

  /// The next task to hand over; it counts as handed over. To be called until there is none.
  std::optional<assignment> next_offer();
  /// It could not be handed over: its worker has no place for it now, and is passed over until one of its tasks
  /// ends, or `full` is reset.
  void refused(dispatch_task& task);

  /// A task to try to take back, because another worker has nothing to do, or its own takes no more. To be called
  /// until there is none.
  dispatch_task* next_revoke();
  /// It was taken back, and is queued before all others.
  void revoked(dispatch_task& task);
  /// It has begun.
  void begun(dispatch_task& task) noexcept { task.begun = true; }

  std::size_t waiting() const noexcept { return waiting_.size(); }
  std::size_t queued() const noexcept { return queue_.size(); }
  std::size_t dispatched() const noexcept { return dispatched_; }
  bool has_room() const noexcept { return in_flight() < params_.max_in_flight; }
  bool empty() const noexcept { return in_flight() + waiting_.size() == 0; }
  /// Any task that is with no worker; null where there is none.
  dispatch_task* any_unassigned() const noexcept;

 private:
  std::size_t in_flight() const noexcept { return queue_.size() + dispatched_; }
  void admit();
  void take_from_worker(dispatch_task& task);
  void queue_first(dispatch_task& task);
  void list(dispatch_worker& worker);
  void unlist(dispatch_worker& worker);
  void relist(dispatch_worker& worker);
  dispatch_task* last_not_begun(dispatch_worker& worker) const noexcept;
  dispatch_task* revoke_for_idle();

  params params_;
  std::size_t capacity_;
  task_list waiting_;
  task_list queue_;
  std::size_t dispatched_ = 0;
  // The workers that are up, by the number of their tasks; a bit is set where there is one.
  std::array<dispatch_worker*, 64> buckets_{};
  std::uint64_t occupied_ = 0;
  // Those that give back what they have not begun with.
  std::vector<dispatch_worker*> giving_back_;
};

}  // namespace reeve
