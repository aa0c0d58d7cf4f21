# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reeve)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/reeve DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.hpp)
install(TARGETS reeve EXPORT reeve-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT reeve-targets NAMESPACE reeve:: DESTINATION ${package_dir})
# Apart, because they are used only where there is cereal.
install(TARGETS reeve_pool EXPORT reeve-pool-targets)
install(EXPORT reeve-pool-targets NAMESPACE reeve:: DESTINATION ${package_dir})

install(TARGETS reeve_observe EXPORT reeve-observe-targets)
install(EXPORT reeve-observe-targets NAMESPACE reeve:: DESTINATION ${package_dir})
# And this where there is prometheus-cpp.
if(TARGET reeve_prometheus)
  install(TARGETS reeve_prometheus EXPORT reeve-prometheus-targets)
  install(EXPORT reeve-prometheus-targets NAMESPACE reeve:: DESTINATION ${package_dir})
endif()
# And this where there is libnats.
if(TARGET reeve_nats)
  install(TARGETS reeve_nats EXPORT reeve-nats-targets)
  install(EXPORT reeve-nats-targets NAMESPACE reeve:: DESTINATION ${package_dir})
endif()

configure_package_config_file(cmake/reeve-config.cmake.in ${PROJECT_BINARY_DIR}/reeve-config.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may break the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reeve-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/reeve-config.cmake ${PROJECT_BINARY_DIR}/reeve-config-version.cmake
        DESTINATION ${package_dir})
