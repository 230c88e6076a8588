// SPDX-License-Identifier: Apache-2.0
#include "reference/http_server.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace heddle {
namespace {

constexpr int kSocket = 3;

constexpr char kPythonProgram[] = R"(
import http.server, socket, sys

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1000

class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args):
        super().__init__(*args, directory=sys.argv[1])
    def log_message(self, *args):
        pass

server = Server(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=3)
server.serve_forever()
)";

// As root it stays root: in a sandbox there may be no other user to become.
// Not `master_process off`, with which nginx 1.22 dies of an inherited socket.
constexpr char kNginxConfiguration[] = R"(
user root;
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 500; }
http {
  access_log off;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  server {
    listen 127.0.0.1:PORT;
    root FOLDER;
    LOCATIONS
  }
}
)";

void ReplaceAll(std::string& text, std::string_view old, std::string_view by) {
  for (std::size_t place = text.find(old); place != std::string::npos;
       place = text.find(old, place + by.size())) {
    text.replace(place, old.size(), by);
  }
}

std::vector<std::string> NginxCommand(const ServedFolder& folder,
                                      std::string_view locations,
                                      const ListeningSocket& socket) {
  std::string configuration = kNginxConfiguration;
  ReplaceAll(configuration, "FOLDER", folder.path().string());
  ReplaceAll(configuration, "PORT", std::to_string(socket.port()));
  ReplaceAll(configuration, "LOCATIONS", locations);
  folder.Write("nginx.conf", configuration);
  return {"/usr/sbin/nginx",
          "-p",
          folder.path().string() + "/",
          "-c",
          "nginx.conf",
          "-e",
          "stderr"};
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ServerProcess::ServerProcess(std::string_view package,
                             std::vector<std::string> command,
                             std::vector<std::string> environment,
                             const ListeningSocket& socket) {
  environment.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket.fd(), kSocket);
  const int error =
      posix_spawn(&pid_, command[0].c_str(), &actions, nullptr,
                  Pointers(command).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return;
  throw std::runtime_error(command[0] + ": " +
                           std::system_category().message(error) +
                           ": install Debian's package " +
                           std::string(package) + ", or run scripts/setup");
}

// Not SIGKILL, which would leave nginx's worker behind.
ServerProcess::~ServerProcess() {
  kill(pid_, SIGTERM);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

ServedFolder::ServedFolder() {
  const char* const parent = std::getenv("TEST_TMPDIR");
  std::string name =
      std::string(parent != nullptr ? parent : "/tmp") + "/served-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::system_category(), name);
  }
  path_ = name;
}

ServedFolder::~ServedFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ServedFolder::Write(std::string_view name,
                         std::string_view content) const {
  std::ofstream file(path_ / name, std::ios::binary);
  file << content;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path_.string());
}

NginxServer::NginxServer(const ServedFolder& folder, std::string_view locations)
    : NginxServer(folder, locations, ListeningSocket()) {}

// nginx takes the sockets of this variable for its own.
NginxServer::NginxServer(const ServedFolder& folder, std::string_view locations,
                         const ListeningSocket& socket)
    : url_(socket.Url("")),
      process_("nginx-light", NginxCommand(folder, locations, socket),
               {"NGINX=" + std::to_string(kSocket) + ";"}, socket) {}

PythonServer::PythonServer(const ServedFolder& folder)
    : PythonServer(folder, ListeningSocket()) {}

PythonServer::PythonServer(const ServedFolder& folder,
                           const ListeningSocket& socket)
    : url_(socket.Url("")),
      process_("python3",
               {"/usr/bin/python3", "-I", "-c", kPythonProgram,
                folder.path().string()},
               {}, socket) {}

}  // namespace heddle
