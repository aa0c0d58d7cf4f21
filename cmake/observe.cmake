# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# reeve::observe: exports spans (OTLP over HTTP), formats records, and writes them to the journal and to syslog.
reeve_add_library(reeve_observe observe observe)
target_link_libraries(reeve_observe PUBLIC reeve::reeve Boost::log PRIVATE Boost::json)
target_compile_definitions(reeve_observe PRIVATE REEVE_VERSION="${PROJECT_VERSION}")
reeve_use_if_found(reeve_observe "openssl>=1.1.1" REEVE_OBSERVE_WITH_TLS
                   "https: it needs OpenSSL (Debian: libssl-dev)")
reeve_use_if_found(reeve_observe "libsystemd" REEVE_OBSERVE_WITH_JOURNAL
                   "the journal: it needs libsystemd (Debian: libsystemd-dev)")
reeve_use_if_found(reeve_observe "zlib" REEVE_OBSERVE_WITH_GZIP
                   "compression: it needs zlib (Debian: zlib1g-dev)")
