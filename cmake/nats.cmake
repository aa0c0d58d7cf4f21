# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# reeve::nats: tasks from NATS JetStream. Only where there is libnats.
option(REEVE_BUILD_NATS "Build reeve::nats, where libnats is found" ON)
if(NOT REEVE_BUILD_NATS)
  return()
endif()
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(libnats QUIET IMPORTED_TARGET libnats>=3.4)
endif()
if(NOT libnats_FOUND)
  message(STATUS "reeve::nats is not built: it needs libnats 3.4 and pkg-config (Debian: libnats-dev, pkg-config)")
  return()
endif()

file(GLOB nats_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/nats/*.cpp)
add_library(reeve_nats ${nats_sources})
add_library(reeve::nats ALIAS reeve_nats)
target_include_directories(reeve_nats PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(reeve_nats PUBLIC reeve::pool PRIVATE PkgConfig::libnats Boost::json)
# A shared library keeps it to itself.
if(BUILD_SHARED_LIBS)
  target_sources(reeve_nats PRIVATE ${PROJECT_SOURCE_DIR}/src/core/context_gate.cpp)
endif()
# Of an NKey (nats_connection_params::nkey) libnats wants the public half, which OpenSSL makes. By its name, so that
# the package needs no target for it.
pkg_check_modules(libcrypto QUIET libcrypto>=1.1.1)
if(libcrypto_FOUND)
  target_include_directories(reeve_nats PRIVATE ${libcrypto_INCLUDE_DIRS})
  target_link_directories(reeve_nats PRIVATE ${libcrypto_LIBRARY_DIRS})
  target_link_libraries(reeve_nats PRIVATE ${libcrypto_LIBRARIES})
  target_compile_definitions(reeve_nats PRIVATE REEVE_NATS_WITH_NKEYS)
else()
  message(STATUS "reeve::nats is built without NKeys: they need OpenSSL (Debian: libssl-dev)")
endif()
set_target_properties(reeve_nats PROPERTIES
  EXPORT_NAME nats
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  POSITION_INDEPENDENT_CODE ON
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON)
reeve_set_warnings(reeve_nats)
