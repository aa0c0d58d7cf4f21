// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_error.hpp"

#include "reeve/error.hpp"

#include <boost/system/system_error.hpp>

namespace reeve::detail {

void check_nats(natsStatus s, std::string const& doing) {
  if (s == NATS_OK) return;
  // The thread's last error says more, where it is of this very call.
  natsStatus last = NATS_OK;
  char const* const text = nats_GetLastError(&last);
  std::string const why = text && *text && last == s ? text : natsStatus_GetText(s);
  throw nats_failure{"cannot " + doing + ": " + why, s == NATS_NO_RESPONDERS};
}

std::exception_ptr unavailable(std::string const& why) {
  return std::make_exception_ptr(boost::system::system_error{error::source_unavailable, why});
}

}  // namespace reeve::detail
