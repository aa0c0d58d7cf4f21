// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/date_time/posix_time/ptime.hpp>

#include <chrono>
#include <string>

namespace reeve {

/// When that was. Boost.Log's time stamps do not say which clock they are of: they are taken for local time, as its
/// common attributes have it, but for one that is of the last minute only as UTC. Of the two times that the end of
/// summer time makes of one it is the nearer to now.
std::chrono::system_clock::time_point time_of_stamp(boost::posix_time::ptime const& stamp,
                                                    std::chrono::system_clock::time_point now);

/// "2026-11-22T10:15:30.123456Z"
void append_utc_time(std::string& out, std::chrono::system_clock::time_point time);

/// "2026-11-22 10:15:30.123456", of the local time.
void append_local_time(std::string& out, std::chrono::system_clock::time_point time);

/// "Nov 22 10:15:30", of the local time, as RFC 3164 wants it.
void append_syslog_time(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace reeve
