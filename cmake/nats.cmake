# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# reeve::nats: tasks from NATS JetStream. Only where there is libnats.
option(REEVE_BUILD_NATS "Build reeve::nats, where libnats is found" ON)
if(NOT REEVE_BUILD_NATS)
  return()
endif()
if(PkgConfig_FOUND)
  pkg_check_modules(libnats QUIET IMPORTED_TARGET libnats>=3.4)
endif()
if(NOT libnats_FOUND)
  message(STATUS "reeve::nats is not built: it needs libnats 3.4 and pkg-config (Debian: libnats-dev, pkg-config)")
  return()
endif()

reeve_add_library(reeve_nats nats nats)
target_link_libraries(reeve_nats PUBLIC reeve::pool PRIVATE PkgConfig::libnats Boost::json)
# A shared library keeps it to itself.
if(BUILD_SHARED_LIBS)
  target_sources(reeve_nats PRIVATE ${PROJECT_SOURCE_DIR}/src/core/context_gate.cpp)
endif()
# Of an NKey (nats_connection_params::nkey) libnats wants the public half, which OpenSSL makes.
reeve_use_if_found(reeve_nats "libcrypto>=1.1.1" REEVE_NATS_WITH_NKEYS
                   "NKeys: they need OpenSSL (Debian: libssl-dev)")
