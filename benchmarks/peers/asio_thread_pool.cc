// SPDX-License-Identifier: Apache-2.0
//
// The peer "asio_thread_pool": asio::post to an asio::thread_pool, without
// what a backend puts around it.
#include "benchmarks/peers/asio_thread_pool.h"

#include "benchmarks/peers/peer_pool.h"

namespace heddle::workloads {
namespace {

const PeerRegistration kRegistration(
    PeerPool<AsioThreadPool>("asio_thread_pool"));

}  // namespace
}  // namespace heddle::workloads
