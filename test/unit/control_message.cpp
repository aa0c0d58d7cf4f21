// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/control_message.hpp"

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>
#include <filesystem>
#include <limits>
#include <vector>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(control_message)

namespace {

using namespace reeve;
using message = reeve::control_message;
namespace errc = boost::system::errc;

struct sockets {
  sockets() {
    error_code ec;
    pair = make_control_pair(ec);
    BOOST_REQUIRE(!ec);
  }
  control_read receive() { return receive_control(pair.supervisor.get(), received); }
  void send_raw(void const* bytes, std::size_t size) {
    BOOST_REQUIRE_EQUAL(::send(pair.worker.get(), bytes, size, 0), static_cast<ssize_t>(size));
  }

  control_pair pair;
  message received;
};

// The bytes of a packet, for those who lie.
std::vector<char> packet(std::uint32_t kind, std::uint32_t text_size, std::string const& text) {
  std::vector<char> bytes(16 + text.size());
  std::memcpy(bytes.data(), &kind, 4);
  std::memcpy(bytes.data() + 4, &text_size, 4);
  std::memcpy(bytes.data() + 16, text.data(), text.size());
  return bytes;
}

std::size_t open_descriptors() {
  std::filesystem::directory_iterator const all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_kind_arrives_as_it_was_sent, sockets) {
  auto const largest = std::numeric_limits<std::uint64_t>::max();
  for (message const& m :
       {message{control_kind::hello, control_version, ""},
        message{control_kind::unknown_type, 0, "price_feed"}, message{control_kind::ready, 0, ""},
        message{control_kind::goodbye, largest, ""},
        message{control_kind::failure, 7, "why: \xC3\xA4\xC3\xB6"}, message{control_kind::stop, 0, ""}}) {
    BOOST_REQUIRE(!send_control(pair.worker.get(), m));
    BOOST_REQUIRE(receive() == control_read::message);
    BOOST_TEST((received == m));
  }
}

BOOST_FIXTURE_TEST_CASE(both_sides_can_speak, sockets) {
  BOOST_REQUIRE(!send_control(pair.supervisor.get(), {.kind = control_kind::stop}));
  BOOST_TEST((receive_control(pair.worker.get(), received) == control_read::message));
  BOOST_TEST((received.kind == control_kind::stop));
}

BOOST_FIXTURE_TEST_CASE(messages_keep_their_order_and_their_bounds, sockets) {
  for (std::uint64_t i = 0; i < 100; ++i)
    BOOST_REQUIRE(!send_control(pair.worker.get(), {control_kind::goodbye, i, std::string(i, 'x')}));
  for (std::uint64_t i = 0; i < 100; ++i) {
    BOOST_REQUIRE(receive() == control_read::message);
    BOOST_REQUIRE_EQUAL(received.number, i);
    BOOST_REQUIRE_EQUAL(received.text.size(), i);
  }
}

BOOST_FIXTURE_TEST_CASE(where_there_is_no_message_a_read_says_so_at_once, sockets) {
  BOOST_TEST((receive() == control_read::nothing));
}

BOOST_FIXTURE_TEST_CASE(a_text_that_is_too_long_is_cut, sockets) {
  BOOST_REQUIRE(!send_control(pair.worker.get(), {control_kind::failure, 0, std::string(5000, 'x')}));
  BOOST_REQUIRE(receive() == control_read::message);
  BOOST_TEST(received.text == std::string(control_text_max, 'x'));
}

BOOST_FIXTURE_TEST_CASE(control_characters_of_a_text_become_spaces, sockets) {
  using namespace std::string_literals;
  BOOST_REQUIRE(!send_control(pair.worker.get(), {control_kind::failure, 0, "a\nb\x1b[31m\0\x7f."s}));
  BOOST_REQUIRE(receive() == control_read::message);
  BOOST_TEST(received.text == "a b [31m  .");
}

BOOST_FIXTURE_TEST_CASE(a_worker_that_is_gone_reads_as_closed_after_its_last_words, sockets) {
  BOOST_REQUIRE(!send_control(pair.worker.get(), {.kind = control_kind::goodbye}));
  pair.worker.reset();
  BOOST_TEST((receive() == control_read::message));
  BOOST_TEST((receive() == control_read::closed));
}

BOOST_FIXTURE_TEST_CASE(a_worker_that_died_with_unread_messages_reads_as_closed, sockets) {
  BOOST_REQUIRE(!send_control(pair.supervisor.get(), {.kind = control_kind::stop}));
  pair.worker.reset();
  BOOST_TEST((receive() == control_read::closed));
}

BOOST_FIXTURE_TEST_CASE(sending_to_one_who_is_gone_is_an_error_and_no_signal, sockets) {
  pair.supervisor.reset();
  BOOST_TEST(send_control(pair.worker.get(), {.kind = control_kind::ready}) == errc::broken_pipe);
}

BOOST_FIXTURE_TEST_CASE(a_full_socket_is_an_error_and_does_not_block, sockets) {
  error_code ec;
  for (int i = 0; i < 100'000 && !ec; ++i)
    ec = send_control(pair.worker.get(), {.kind = control_kind::ready});
  BOOST_TEST(ec == errc::resource_unavailable_try_again);
}

BOOST_FIXTURE_TEST_CASE(packets_that_are_no_messages_are_malformed_and_dropped, sockets) {
  auto const hello = static_cast<std::uint32_t>(control_kind::hello);
  std::vector<std::vector<char>> const nonsense{
      {'x'},
      std::vector<char>(15),           // no whole header
      packet(0, 0, ""),                // no such kind
      packet(17, 0, ""),               //
      packet(0xFFFFFFFF, 0, ""),       //
      packet(hello, 1, ""),            // more text promised than sent
      packet(hello, 0, "x"),           // less
      packet(hello, 0xFFFFFFFF, "x"),  //
      packet(hello, 0xFFFFFFF0, ""),   // with the header it would be 2^32
      packet(hello, control_text_max + 1, std::string(control_text_max + 1, 'x')),
      packet(hello, control_text_max, std::string(100'000, 'x')),
  };
  for (auto const& bytes : nonsense) {
    send_raw(bytes.data(), bytes.size());
    BOOST_TEST((receive() == control_read::malformed));
    BOOST_TEST((receive() == control_read::nothing));
  }
}

BOOST_FIXTURE_TEST_CASE(a_descriptor_that_comes_along_is_never_taken, sockets) {
  auto const before = open_descriptors();
  auto bytes = packet(static_cast<std::uint32_t>(control_kind::ready), 0, "");
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = room.data();
  header.msg_controllen = room.size();
  auto* const ancillary = CMSG_FIRSTHDR(&header);
  ancillary->cmsg_level = SOL_SOCKET;
  ancillary->cmsg_type = SCM_RIGHTS;
  ancillary->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(ancillary), &pair.worker, sizeof(int));
  BOOST_REQUIRE(::sendmsg(pair.worker.get(), &header, 0) > 0);

  BOOST_TEST((receive() == control_read::malformed));
  BOOST_TEST(open_descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(both_ends_close_on_exec_and_never_block, sockets) {
  for (int fd : {pair.supervisor.get(), pair.worker.get()}) {
    BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
