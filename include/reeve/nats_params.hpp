// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reeve {

/// How a NATS server or cluster is reached. A field that is empty is not used.
struct nats_connection_params {
  /// The URLs of one cluster: `nats://host:port`, or `tls://host:port`. At least one; which is tried first is random.
  std::vector<std::string> servers{"nats://127.0.0.1:4222"};
  /// A user and a password, unless the URL has them.
  std::string user{};
  std::string password{};  ///< See `user`.
  /// A token.
  std::string token{};
  /// The file of a user's JWT and seed (".creds").
  std::string credentials{};
  /// The file of a user's NKey seed (".nk"). Needs a reeve that was built with OpenSSL.
  std::string nkey{};
  /// The file of the certificate authorities to trust. With it the connection is TLS whatever the URL says. (libnats
  /// before the autumn of 2025, Debian 12's among them, uses one TLS connection on two threads at once, without a lock.)
  std::string tls_ca{};
  /// The files of the client's certificate and of its key.
  std::string tls_cert{};
  std::string tls_key{};  ///< See `tls_cert`.
  /// The name of the connection, as the server shows it.
  std::string name = "reeve";
  /// How long an attempt to connect, or a request, may take: 10 ms to an hour.
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{5};
  /// The wait between two attempts to connect again: 1 ms to an hour. There is no end to them.
  std::chrono::steady_clock::duration reconnect_delay = std::chrono::milliseconds{500};
};

/// The parameters that the environment gives, as for the tool `nats`: NATS_URL (several, separated by commas),
/// NATS_USER (or, without a password, a token), NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT
/// and NATS_KEY. What is not set there has its default.
REEVE_DECL nats_connection_params nats_from_environment();

/// Where JetStream keeps something.
enum class nats_storage {
  /// On disk.
  file,
  /// In the server's memory: gone when it ends.
  memory,
};

/// A queue of tasks on NATS JetStream, and how a `nats_source` works with it.
///
/// The queue `q` with the prefix `reeve` is three streams, which are made where they do not exist:
///
/// | stream | subjects | what is in it |
/// |---|---|---|
/// | `REEVE_q_TASKS` | `reeve.q.task.<name>` | the tasks: a work queue. The body is the JSON of the arguments |
/// | `REEVE_q_RESULTS` | `reeve.q.result.<name>` | what became of those that are complete or failed, as JSON |
/// | `REEVE_q_DEAD` | `reeve.q.dead.<name>` | dead letters: the task's headers and body, and `Reeve-Reason` |
///
/// and the durable pull consumer `reeve_workers`, which all nodes share. The name of a task may have dots. Its id is the
/// header `Nats-Msg-Id`, or where it has none "<stream>:<sequence>".
struct nats_params {
  /// The server or the cluster.
  nats_connection_params connection{};
  /// The queue's name: 1 to 64 of A-Z, a-z, 0-9, - and _.
  std::string queue = "default";
  /// What its subjects begin with: as a name, and in capitals what its streams begin with.
  std::string prefix = "reeve";
  /// How long a delivery stays with its node: 100 ms to a day. How long the tasks of a node that died are missing. An
  /// existing consumer gets it.
  std::chrono::steady_clock::duration lease = std::chrono::seconds{30};
  /// So long the ids of tasks and of outcomes are remembered: 100 ms to a year. For streams that are made.
  std::chrono::steady_clock::duration dedup_window = std::chrono::minutes{2};
  /// So many tasks may be with all nodes together: 1 to 10,000,000. An existing consumer gets it.
  std::size_t max_delivered = 100'000;
  /// Whether results are kept: where nobody reads them a task that is complete is only acknowledged. Failed ones and
  /// dead letters are kept in any case.
  bool keep_results = true;
  /// How long results and dead letters are kept: 1 s to 10 years; zero: for ever. For streams that are made.
  std::chrono::seconds max_age = std::chrono::hours{24 * 7};
  /// Where the streams are kept. For streams that are made.
  nats_storage storage = nats_storage::file;
  /// On so many servers of the cluster: 1 to 5. For streams that are made.
  std::size_t replicas = 1;
  /// How long a node is taken for alive after its last word: 1 s to a day. It speaks each third of that. The bucket
  /// `REEVE_q_NODES`, where it is made, has it as its TTL.
  std::chrono::steady_clock::duration node_lease = std::chrono::seconds{9};
};

}  // namespace reeve
