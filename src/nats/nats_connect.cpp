// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_connect.hpp"

#include "nats/nats_error.hpp"
#include "nats/nats_key.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace reeve::detail {
namespace {

using namespace std::chrono_literals;
using duration = std::chrono::steady_clock::duration;

bool wants_tls(nats_connection_params const& p) {
  return !p.tls_ca.empty() || !p.tls_cert.empty() ||
         std::ranges::any_of(p.servers, [](std::string const& url) { return url.starts_with("tls://"); });
}

void set_servers(natsOptions* options, nats_connection_params const& p) {
  std::vector<char const*> urls;
  urls.reserve(p.servers.size());
  for (auto const& url : p.servers) urls.push_back(url.c_str());
  check_nats(natsOptions_SetServers(options, urls.data(), static_cast<int>(urls.size())),
             "use the servers' URLs");
}

void set_identity(natsOptions* options, nats_connection_params const& p) {
  if (!p.user.empty())
    check_nats(natsOptions_SetUserInfo(options, p.user.c_str(), p.password.c_str()), "use the user's name");
  if (!p.token.empty()) check_nats(natsOptions_SetToken(options, p.token.c_str()), "use the token");
  if (!p.credentials.empty())
    check_nats(natsOptions_SetUserCredentialsFromFiles(options, p.credentials.c_str(), nullptr),
               "use the credentials in " + p.credentials);
  if (!p.nkey.empty())
    check_nats(natsOptions_SetNKeyFromSeed(options, public_key_of_seed(p.nkey).c_str(), p.nkey.c_str()),
               "use the key in " + p.nkey);
}

void set_tls(natsOptions* options, nats_connection_params const& p) {
  if (!wants_tls(p)) return;
  check_nats(natsOptions_SetSecure(options, true), "use TLS");
  if (!p.tls_ca.empty())
    check_nats(natsOptions_LoadCATrustedCertificates(options, p.tls_ca.c_str()),
               "read the authorities' certificates in " + p.tls_ca);
  if (!p.tls_cert.empty())
    check_nats(natsOptions_LoadCertificatesChain(options, p.tls_cert.c_str(), p.tls_key.c_str()),
               "read the certificate in " + p.tls_cert + " or its key");
}

void set_times(natsOptions* options, nats_connection_params const& p) {
  auto const timeout = in_milliseconds(p.timeout);
  auto const delay = in_milliseconds(p.reconnect_delay);
  // A server that hangs is noticed after three of these.
  auto const ping = in_milliseconds(std::clamp<duration>(p.timeout, 1s, 30s));
  for (auto const s :
       {natsOptions_SetTimeout(options, timeout), natsOptions_SetWriteDeadline(options, timeout),
        natsOptions_SetMaxReconnect(options, -1), natsOptions_SetReconnectWait(options, delay),
        natsOptions_SetReconnectJitter(options, delay / 4, delay / 4),
        natsOptions_SetPingInterval(options, ping), natsOptions_SetMaxPingsOut(options, 2),
        natsOptions_SetFailRequestsOnDisconnect(options, true)})
    check_nats(s, "set the connection's times");
}

}  // namespace

std::int64_t in_milliseconds(duration d) {
  return std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(d).count(), 1);
}

nats_connection connect_nats(nats_connection_params const& p, nats_observer const& observer) {
  natsOptions* made = nullptr;
  check_nats(natsOptions_Create(&made), "start libnats");
  nats_ptr<natsOptions> const options{made};
  set_servers(made, p);
  set_identity(made, p);
  set_tls(made, p);
  set_times(made, p);
  for (auto const s : {natsOptions_SetName(made, p.name.c_str()),
                       natsOptions_SetDisconnectedCB(made, observer.lost, observer.who),
                       natsOptions_SetReconnectedCB(made, observer.back, observer.who),
                       natsOptions_SetClosedCB(made, observer.closed, observer.who)})
    check_nats(s, "set the connection's options");
  natsConnection* connection = nullptr;
  check_nats(natsConnection_Connect(&connection, made), "connect to " + p.servers.front());
  return {connection, natsConnection_Destroy};
}

nats_ptr<jsCtx> jetstream(natsConnection* connection, duration timeout) {
  jsOptions options;
  check_nats(jsOptions_Init(&options), "use JetStream");
  options.Wait = in_milliseconds(timeout);
  jsCtx* context = nullptr;
  check_nats(natsConnection_JetStream(&context, connection, &options), "use JetStream");
  return nats_ptr<jsCtx>{context};
}

}  // namespace reeve::detail
