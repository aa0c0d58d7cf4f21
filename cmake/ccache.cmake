# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# Compiles through ccache where there is one. The sloppiness is what ccache asks for where there are
# precompiled headers.
find_program(REEVE_CCACHE ccache)
mark_as_advanced(REEVE_CCACHE)
if(REEVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                  ${REEVE_CCACHE})
endif()
