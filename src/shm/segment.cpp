// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/segment.hpp"

#include "core/last_error.hpp"

#include <boost/interprocess/exceptions.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_category.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace reeve {
namespace {

namespace bip = boost::interprocess;

// Linux 6.3 wants to be told that the segment is not for execution, and may insist; older ones refuse the flag.
int create_memfd(char const* label) {
  int const fd = ::memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (fd >= 0 || errno != EINVAL) return fd;
  return ::memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

bool allocate(int fd, std::size_t size) {
  while (::fallocate(fd, 0, 0, static_cast<off_t>(size)) != 0)
    if (errno != EINTR) return false;
  return true;
}

// What mapped_region asks of a memory it maps.
struct mappable {
  int fd;
  bip::mapping_handle_t get_mapping_handle() const {
    return bip::ipcdetail::mapping_handle_from_file_handle(fd);
  }
};

}  // namespace

unique_fd make_segment(char const* label, std::size_t size, error_code& ec) {
  ec = {};
  auto fd = above_standard_streams(unique_fd{create_memfd(label)});
  if (!fd || !allocate(fd.get(), size) ||
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    ec = last_error();
    return {};
  }
  return fd;
}

bip::mapped_region map_segment(int fd, std::size_t size, error_code& ec) {
  ec = {};
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    ec = last_error();
    return {};
  }
  int const seals = ::fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || status.st_size < static_cast<off_t>(size)) {
    ec = make_error_code(boost::system::errc::protocol_error);
    return {};
  }
  try {
    return bip::mapped_region{mappable{fd}, bip::read_write, 0, size};
  } catch (bip::interprocess_exception const& e) {
    ec.assign(e.get_native_error(), boost::system::system_category());
    return {};
  }
}

}  // namespace reeve
