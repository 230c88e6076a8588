// SPDX-License-Identifier: Apache-2.0
//
// ListeningSocket: a server's end of a connection, in a test's own hands.
#ifndef HEDDLE_REFERENCE_LISTENING_SOCKET_H_
#define HEDDLE_REFERENCE_LISTENING_SOCKET_H_

#include <string>
#include <string_view>
#include <utility>

namespace heddle {

// A descriptor, closed at the end. -1 is none.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept;
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();

  int get() const { return fd_; }

 private:
  int fd_;
};

// A connection that was accepted. Its calls block; what fails throws
// std::system_error.
class Peer {
 public:
  explicit Peer(OwnedFd socket) : socket_(std::move(socket)) {}

  // The head of the next request, up to the empty line; empty if the other
  // side has closed the connection instead.
  std::string ReadRequest();

  void Send(std::string_view bytes);

  // Returns when the other side has closed the connection.
  void AwaitClose();

  // Closes it so that the other side gets an error, not an end.
  void Reset();

 private:
  OwnedFd socket_;
};

// Listens on a free port of 127.0.0.1, from its construction on: connections
// are taken by the kernel, whether anybody accepts them or not.
class ListeningSocket {
 public:
  ListeningSocket();

  int fd() const { return socket_.get(); }
  int port() const { return port_; }
  // http://127.0.0.1:PORT and `path`, which begins with a slash.
  std::string Url(std::string_view path = "/") const;

  // Whether Accept() would return at once.
  bool HasConnection() const;
  Peer Accept() const;

 private:
  OwnedFd socket_;
  int port_;
};

// A port of 127.0.0.1 on which nobody listens, nor will while this exists.
class ClosedPort {
 public:
  ClosedPort();

  std::string Url() const;

 private:
  OwnedFd socket_;  // bound, which keeps the port from everybody else
  int port_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_LISTENING_SOCKET_H_
