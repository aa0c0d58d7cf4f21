// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/otlp_url.hpp"

#ifdef REEVE_OBSERVE_WITH_TLS
#include <boost/asio/ssl/context.hpp>
#endif

#include <optional>
#include <string>

namespace reeve {

/// Whom TLS trusts, and who this side is; nothing where the URL is an http one.
#ifdef REEVE_OBSERVE_WITH_TLS
using otlp_tls = std::optional<boost::asio::ssl::context>;
#else
struct otlp_tls {};
#endif

/// Paths of files in PEM; empty: there is none.
struct otlp_tls_files {
  /// The certificates that are trusted; none: the system's.
  std::string certificate{};
  /// This side's, with those that vouch for it, and its key: both or none.
  std::string client_certificate{};
  std::string client_key{};
};

/// For that URL. Throws std::invalid_argument, which names the field of `otlp_params`.
otlp_tls make_otlp_tls(otlp_url const& url, otlp_tls_files const& files);

}  // namespace reeve
