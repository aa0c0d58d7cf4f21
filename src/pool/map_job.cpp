// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/map_job.hpp"

#include <reeve/task_error.hpp>
#include "pool/task_registry.hpp"
#include "pool/task_trace.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace reeve::detail {

namespace {

constexpr std::size_t chunks_per_worker = 2;  // one runs, and the next one is there
constexpr std::size_t size_bytes = 4;
constexpr std::chrono::milliseconds progress_period{50};

std::exception_ptr aborted() {
  return std::make_exception_ptr(boost::system::system_error{boost::asio::error::operation_aborted});
}

bool says_closed(std::exception_ptr const& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (pool_closed const&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::optional<span> span_of(map_job_params const& params) {
  if (!is_tracing()) return std::nullopt;
  auto const parent = params.options ? params.options->trace : trace_context{};
  return span{"map " + task_registry::global().name(params.function), parent, span_kind::producer};
}

// The workers are told of the map's span.
map_job_params traced(map_job_params params, std::optional<span> const& span) {
  if (!span) return params;
  auto options =
      params.options ? std::make_shared<call_options>(*params.options) : std::make_shared<call_options>();
  options->trace = span->context();
  params.options = std::move(options);
  return params;
}

boost::asio::any_io_executor serialised_for(map_job_params const& params,
                                            boost::asio::any_io_executor const& executor) {
  if (params.on_progress) return boost::asio::make_strand(executor);
  return executor;
}

}  // namespace

/// A batch that is in flight.
class map_job_impl::chunk final : public batch_sink {
 public:
  chunk(std::shared_ptr<map_job_impl> job, std::uint64_t number, std::size_t first) noexcept
      : id{number}, job_{std::move(job)}, first_{first} {}

  void succeed(std::uint32_t element, std::string_view result, std::chrono::nanoseconds run_time) override {
    job_->succeeded(*this, first_ + element, result, run_time);
  }
  void succeed_all(std::uint32_t element, std::uint32_t count, result_run results,
                   std::chrono::nanoseconds run_time) override {
    job_->succeeded(*this, first_ + element, count, results, run_time);
  }
  void fail(std::uint32_t element, std::exception_ptr error, std::chrono::nanoseconds run_time) override {
    last_error = error;
    job_->failed(*this, first_ + element, std::move(error), run_time);
  }
  void end() override { job_->ended(*this); }

  /// Adds what elements took. A chunk that goes on for long is not waited for.
  void measure(chunk_size& sizes, std::size_t count, std::chrono::nanoseconds run_time) {
    measured_ += count;
    time_ += run_time;
    if (time_ >= chunk_size::aim) report(sizes);
  }
  void report(chunk_size& sizes) { sizes.took(std::exchange(measured_, 0), std::exchange(time_, {})); }

  std::uint64_t const id;
  std::exception_ptr last_error;

 private:
  std::shared_ptr<map_job_impl> const job_;
  std::size_t const first_;
  std::size_t measured_ = 0;
  std::chrono::nanoseconds time_{};
};

/// What was read of the source at a time.
struct map_job_impl::elements {
  batch what;
  std::exception_ptr bad{};     // of the element after those
  std::exception_ptr thrown{};  // by the source
  bool end = false;
};

map_job_impl::map_job_impl(std::unique_ptr<batch_port> port, boost::asio::any_io_executor const& executor,
                           map_job_params params, std::unique_ptr<element_source> source,
                           std::shared_ptr<element_sink> sink)
    : port_{std::move(port)},
      executor_{serialised_for(params, executor)},
      span_{span_of(params)},
      params_{traced(std::move(params), span_)},
      source_{std::move(source)},
      sink_{std::move(sink)},
      total_{source_->size()},
      sizes_{params_.chunk},
      progress_at_{std::chrono::steady_clock::now()} {}

void map_job_impl::start() {
  lock const held{mutex_};
  // A stream whose reader takes his time, or has all of time, does not hold up the closing of the pool.
  if (!params_.read_ahead) open_ = port_->keep_open();
  post_supply();
}

void map_job_impl::resume() {
  lock const held{mutex_};
  if (wanted() > 0) post_supply();
}

void map_job_impl::cancel() {
  lock held{mutex_};
  if (stopping_ || finished_) return;
  auto const ids = stop(aborted());
  finish_if_over(held);
  cancel_all(ids);
}

// ---- from the source to the workers --------------------------------------------------------------------------

void map_job_impl::post_supply() {
  if (std::exchange(supply_posted_, true)) return;
  boost::asio::post(executor_, [self = shared_from_this()] { self->supply(); });
}

void map_job_impl::supply() {
  lock held{mutex_};
  supply_posted_ = false;
  if (supplying_) return;
  supplying_ = true;
  while (auto const count = wanted()) {
    held.unlock();
    auto read = read_elements(count);
    held.lock();
    take_over(std::move(read), held);
  }
  supplying_ = false;
  finish_if_over(held);
}

/// How many elements are to be begun now.
std::size_t map_job_impl::wanted() const {
  if (stopping_ || source_ended_ || finished_) return 0;
  auto const workers = std::max(port_->workers(), std::size_t{1});
  if (in_flight_.size() >= chunks_per_worker * workers) return 0;
  std::optional<std::size_t> remaining;
  if (total_) remaining = *total_ - std::min(begun_, *total_);
  if (!params_.read_ahead) return sizes_.next(workers, remaining);

  // A chunk waits until there is room for all of it: else the reader's every step would send a small one.
  auto const window = *params_.read_ahead > 0 ? *params_.read_ahead : sizes_.keeps_busy(workers);
  auto const count = std::min(sizes_.next(workers, std::min(remaining.value_or(window), window)), window);
  return begun_ - sink_->read() + count <= window ? count : 0;
}

map_job_impl::elements map_job_impl::read_elements(std::size_t most) {
  elements out{.what = {.function = params_.function, .options = params_.options}};
  auto& frames = out.what.frames;
  std::size_t whole = 0;
  try {
    while (!out.end && !out.bad && out.what.count < most && frames.size() < chunk_size::most_bytes) {
      whole = frames.size();
      auto const several = static_cast<std::uint32_t>(
          source_->next_some(frames, most - out.what.count, chunk_size::most_bytes - whole));
      out.what.count += several;
      if (several == 0) read_element(out);
    }
  } catch (...) {
    frames.resize(whole);
    out.thrown = std::current_exception();
  }
  return out;
}

void map_job_impl::read_element(elements& out) {
  auto& frames = out.what.frames;
  auto const begin = frames.size();
  frames.append(size_bytes, '\0');
  auto const step = source_->next(frames, out.bad);
  if (step == element_source::step::element) {
    auto const size = frames.size() - begin - size_bytes;
    auto const most =
        std::min<std::uint64_t>(port_->max_message(), std::numeric_limits<std::uint32_t>::max());
    if (size <= most) {
      for (unsigned i = 0; i < size_bytes; ++i) frames[begin + i] = static_cast<char>(size >> (8 * i) & 0xff);
      ++out.what.count;
      return;
    }
    out.bad = std::make_exception_ptr(codec_error{"the arguments are " + std::to_string(size) +
                                                  " bytes, encoded: no more than " + std::to_string(most) +
                                                  " are allowed (pool_params::max_message_size)"});
  }
  frames.resize(begin);
  out.end = step == element_source::step::end;
}

void map_job_impl::take_over(elements read, lock& held) {
  if (stopping_) return;
  auto const first = begun_;
  begun_ += read.what.count + (read.bad ? 1 : 0);
  if (read.end || read.thrown || (total_ && begun_ >= *total_)) source_ended_ = true;
  batch_ids ids;
  if (read.thrown) {
    if (params_.first_error_ends)
      ids = stop(std::move(read.thrown));
    else
      error_ = std::move(read.thrown);
  }
  if (read.bad) ids = element_failed(begun_ - 1, std::move(read.bad));
  if (stopping_) {
    held.unlock();
    cancel_all(ids);
    return held.lock();
  }
  if (read.what.count > 0) submit(std::move(read.what), first, held);
}

void map_job_impl::submit(batch what, std::size_t first, lock& held) {
  what.kept_open = open_ != nullptr;
  auto const id = port_->new_id();
  in_flight_.insert(id);
  held.unlock();
  port_->submit(id, std::move(what), std::make_shared<chunk>(shared_from_this(), id, first));
  held.lock();
  if (!stopping_) return;
  held.unlock();  // who stopped it may have been too early for this one
  port_->cancel(id);
  held.lock();
}

// ---- and back ------------------------------------------------------------------------------------------------

void map_job_impl::succeeded(chunk& of, std::size_t index, std::string_view result,
                             std::chrono::nanoseconds run_time) {
  lock held{mutex_};
  of.measure(sizes_, 1, run_time);
  batch_ids ids;
  if (auto error = sink_->succeed(index, result))
    ids = element_failed(index, std::move(error));
  else
    elements_ended(1);
  held.unlock();
  cancel_all(ids);
}

void map_job_impl::succeeded(chunk& of, std::size_t first, std::size_t count, result_run results,
                             std::chrono::nanoseconds run_time) {
  lock held{mutex_};
  of.measure(sizes_, count, run_time);
  batch_ids ids;
  auto const end = first + count;
  for (auto index = first; index < end;) {
    auto const begin = index;
    auto error = sink_->succeed_all(index, end - index, results);
    elements_ended(index - begin - (error ? 1 : 0));
    if (!error) break;
    auto const failed = element_failed(index - 1, std::move(error));
    ids.insert(ids.end(), failed.begin(), failed.end());
  }
  held.unlock();
  cancel_all(ids);
}

void map_job_impl::failed(chunk& of, std::size_t index, std::exception_ptr error,
                          std::chrono::nanoseconds run_time) {
  lock held{mutex_};
  if (run_time > run_time.zero()) of.measure(sizes_, 1, run_time);
  auto const ids = element_failed(index, std::move(error));
  held.unlock();
  cancel_all(ids);
}

void map_job_impl::ended(chunk& which) {
  bool const closed = says_closed(which.last_error);
  {
    lock const held{mutex_};
    which.report(sizes_);
    in_flight_.erase(which.id);
    if (closed && !source_ended_) {  // and what is left would fare no better
      source_ended_ = true;
      error_ = which.last_error;
    }
  }
  supply();
}

/// What is to be cancelled because of it, without the lock.
map_job_impl::batch_ids map_job_impl::element_failed(std::size_t index, std::exception_ptr error) {
  sink_->fail(index, error);
  elements_ended(1);
  return params_.first_error_ends && !stopping_ ? stop(std::move(error)) : batch_ids{};
}

void map_job_impl::elements_ended(std::size_t count) {
  done_ += count;
  if (count == 0 || !params_.on_progress || progress_posted_) return;
  auto const now = std::chrono::steady_clock::now();
  if (now - progress_at_ < progress_period) return;
  progress_at_ = now;
  progress_posted_ = true;
  boost::asio::post(executor_, [self = shared_from_this()] { self->say_progress(); });
}

void map_job_impl::say_progress() {
  lock held{mutex_};
  progress_posted_ = false;
  auto const done = done_;
  held.unlock();
  params_.on_progress(done, total_.value_or(0));
}

map_job_impl::batch_ids map_job_impl::stop(std::exception_ptr why) {
  stopping_ = true;
  if (!error_) error_ = std::move(why);
  return {in_flight_.begin(), in_flight_.end()};
}

void map_job_impl::cancel_all(batch_ids const& ids) {
  for (auto const id : ids) port_->cancel(id);
}

/// Leaves it unlocked.
void map_job_impl::end_span() {
  if (span_->is_recording()) {
    span_->set("reeve.map.elements", done_);
    if (error_)
      say_error(*span_, error_);
    else
      span_->ok();
  }
  span_->end();
}

void map_job_impl::finish_if_over(lock& held) {
  if (finished_ || supplying_ || !in_flight_.empty() || !(stopping_ || source_ended_)) return held.unlock();
  finished_ = true;
  auto const source = std::move(source_);  // the application's: destroyed without the lock
  auto const open = std::move(open_);
  auto error = error_;
  auto sink = std::move(sink_);
  if (span_) end_span();
  held.unlock();
  if (params_.on_progress)
    boost::asio::post(executor_, [self = shared_from_this()] { self->say_progress(); });
  boost::asio::post(executor_, [sink = std::move(sink), error = std::move(error)] { sink->finish(error); });
}

}  // namespace reeve::detail
