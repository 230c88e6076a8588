// SPDX-License-Identifier: Apache-2.0
#include "reference/listening_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace heddle {
namespace {

// `result` of a system call; throws if it is negative.
ssize_t Require(const char* function, ssize_t result) {
  if (result >= 0) return result;
  throw std::system_error(errno, std::system_category(), function);
}

OwnedFd BoundSocket() {
  OwnedFd socket(static_cast<int>(
      Require("socket", ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Require("bind", bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                       sizeof address));
  return socket;
}

int PortOf(const OwnedFd& socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  Require(
      "getsockname",
      getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size));
  return ntohs(address.sin_port);
}

std::string UrlOf(int port, std::string_view path) {
  return "http://127.0.0.1:" + std::to_string(port) + std::string(path);
}

}  // namespace

OwnedFd::OwnedFd(OwnedFd&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

std::string Peer::ReadRequest() {
  std::string request;
  while (!request.ends_with("\r\n\r\n")) {
    // Byte by byte, for the next request may follow at once.
    char byte;
    if (Require("recv", recv(socket_.get(), &byte, 1, 0)) == 0) return "";
    request += byte;
  }
  return request;
}

void Peer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(static_cast<std::size_t>(Require(
        "send",
        send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL))));
  }
}

void Peer::AwaitClose() {
  char bytes[1024];
  for (;;) {
    const ssize_t count = recv(socket_.get(), bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) return;
    Require("recv", count);
  }
}

void Peer::Reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  Require("setsockopt", setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER,
                                   &at_once, sizeof at_once));
  socket_ = OwnedFd();
}

ListeningSocket::ListeningSocket()
    : socket_(BoundSocket()), port_(PortOf(socket_)) {
  Require("listen", listen(fd(), SOMAXCONN));
}

std::string ListeningSocket::Url(std::string_view path) const {
  return UrlOf(port_, path);
}

bool ListeningSocket::HasConnection() const {
  pollfd waiting = {.fd = fd(), .events = POLLIN, .revents = 0};
  return Require("poll", poll(&waiting, 1, 0)) == 1;
}

Peer ListeningSocket::Accept() const {
  return Peer(OwnedFd(static_cast<int>(
      Require("accept4", accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC)))));
}

ClosedPort::ClosedPort() : socket_(BoundSocket()), port_(PortOf(socket_)) {}

std::string ClosedPort::Url() const { return UrlOf(port_, "/"); }

}  // namespace heddle
