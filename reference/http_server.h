// SPDX-License-Identifier: Apache-2.0
//
// Real HTTP servers for tests: nginx, and Python's http.server.
#ifndef HEDDLE_REFERENCE_HTTP_SERVER_H_
#define HEDDLE_REFERENCE_HTTP_SERVER_H_

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "reference/listening_socket.h"

namespace heddle {

// A program that serves a socket which it gets as its descriptor 3. Since that
// listens already, nobody has to wait for the program, and no port is lost to
// somebody else in between. Killed at the end.
class ServerProcess {
 public:
  // Throws std::runtime_error naming `package`, of Debian's, if the program
  // is not installed.
  ServerProcess(std::string_view package, std::vector<std::string> command,
                std::vector<std::string> environment, const ListeningSocket&);
  ~ServerProcess();

  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

 private:
  pid_t pid_ = -1;
};

// A folder under TEST_TMPDIR, removed at the end.
class ServedFolder {
 public:
  ServedFolder();
  ~ServedFolder();

  ServedFolder(const ServedFolder&) = delete;
  ServedFolder& operator=(const ServedFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void Write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// Serves `folder`, by nginx, with `locations` of its configuration language.
class NginxServer {
 public:
  NginxServer(const ServedFolder& folder, std::string_view locations);

  std::string Url(std::string_view path) const {
    return url_ + std::string(path);
  }

 private:
  NginxServer(const ServedFolder& folder, std::string_view locations,
              const ListeningSocket& socket);

  std::string url_;
  ServerProcess process_;
};

// Serves `folder`, by the handler of `python3 -m http.server`.
class PythonServer {
 public:
  explicit PythonServer(const ServedFolder& folder);

  std::string Url(std::string_view path) const {
    return url_ + std::string(path);
  }

 private:
  PythonServer(const ServedFolder& folder, const ListeningSocket& socket);

  std::string url_;
  ServerProcess process_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_HTTP_SERVER_H_
