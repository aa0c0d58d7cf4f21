// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <memory>
#include <nats/nats.h>

namespace reeve::detail {

/// Destroys what libnats made.
struct nats_delete {
  void operator()(natsMsg* p) const noexcept { natsMsg_Destroy(p); }
  void operator()(natsOptions* p) const noexcept { natsOptions_Destroy(p); }
  void operator()(natsSubscription* p) const noexcept { natsSubscription_Destroy(p); }
  void operator()(jsCtx* p) const noexcept { jsCtx_Destroy(p); }
  void operator()(jsStreamInfo* p) const noexcept { jsStreamInfo_Destroy(p); }
  void operator()(jsConsumerInfo* p) const noexcept { jsConsumerInfo_Destroy(p); }
  void operator()(kvStore* p) const noexcept { kvStore_Destroy(p); }
  void operator()(kvWatcher* p) const noexcept { kvWatcher_Destroy(p); }
  void operator()(kvEntry* p) const noexcept { kvEntry_Destroy(p); }
};

template <class T>
using nats_ptr = std::unique_ptr<T, nats_delete>;

/// Shared by the threads that use it. Destroying the last one closes it, which blocks.
using nats_connection = std::shared_ptr<natsConnection>;

}  // namespace reeve::detail
