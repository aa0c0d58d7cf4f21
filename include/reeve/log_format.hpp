// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <boost/log/core/record_view.hpp>
#include <boost/log/utility/formatting_ostream_fwd.hpp>
#include <boost/smart_ptr/shared_ptr.hpp>

#include <string>

/// @file
/// How records look, and where they go. Link reeve::observe.

namespace boost::log::inline BOOST_LOG_VERSION_NAMESPACE::sinks {
class sink;
}

namespace reeve {

/// Writes a record as one line of JSON: a formatter for any text sink of Boost.Log
/// (`sink->set_formatter(&reeve::format_json)`).
///
///     {"time":"2026-11-22T10:15:30.123456Z","severity":"warning","channel":"reeve","message":"api/0#3 unhealthy",
///      "worker":"api/0","generation":3,"pid":812,"trace_id":"0af7...","span_id":"b7ad..."}
///
/// Its members are "time" (UTC; TimeStamp, or now), "severity", "channel", "message", "worker", "generation", "pid",
/// "trace_id", "span_id", and then the record's other attributes by their names, as far as they are texts, numbers or
/// truth values. What is not there is left out. Bytes that are no UTF-8 become U+FFFD.
REEVE_DECL void format_json(boost::log::record_view const& record, boost::log::formatting_ostream& out);

/// Writes a record as a line for people:
///
///     2026-11-22 10:15:30.123456 warning [reeve] api/0#3 unhealthy (pid 812)
///
/// The time is local. Who wrote it ("api/0#3, pid 812") is added as far as the message does not say it. Control
/// characters become spaces.
REEVE_DECL void format_console(boost::log::record_view const& record, boost::log::formatting_ostream& out);

/// Gives all records of this process the trace that they belong to, as the attributes TraceId and SpanId: in a task
/// that of the task (`this_task::trace`), else that with which the worker was started. In a worker also Worker,
/// Generation and Pid. Records that have such attributes of their own, as reeve's have, keep them. Call it once, in a
/// worker before `run_as_worker`, which takes the worker's name out of the environment.
REEVE_DECL void add_trace_attributes();

/// What a console's records look like.
enum class log_format {
  /// `format_console`
  console,
  /// `format_json`
  json,
};

/// A sink of Boost.Log, with a thread of its own. `boost::log::core::get()->remove_sink` takes it away. Once nobody
/// holds it any more, and at the latest when the process ends by `exit` or by returning from `main`, what waits is
/// written first. That, as `flush`, takes at most 2 s: an output that hangs is left to itself then.
using log_sink = boost::shared_ptr<boost::log::sinks::sink>;

/// Adds a sink that writes to stderr. At most 10,000 records wait: further ones are dropped, and a record tells how
/// many were.
REEVE_DECL log_sink add_console_log(log_format format = log_format::console);

/// Adds a sink that writes to the system's journal (libsystemd): MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and the record's
/// attributes as REEVE_WORKER, REEVE_GENERATION, REEVE_PID, TRACE_ID, SPAN_ID. For the rest as `add_console_log`. An
/// empty identifier: the program's name.
/// Throws boost::system::system_error: `errc::not_supported` where reeve::observe was built without libsystemd.
REEVE_DECL log_sink add_journal_log(std::string identifier = {});

/// Adds a sink that writes to the system's syslog (/dev/log; facility "user"), in the form of `format_json` or
/// `format_console` without the time. For the rest as `add_console_log`. An empty identifier: the program's name.
/// syslog(3) and what the application told it by `openlog` are left alone.
REEVE_DECL log_sink add_syslog_log(std::string identifier = {}, log_format format = log_format::console);

}  // namespace reeve
