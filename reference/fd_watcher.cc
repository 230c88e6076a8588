// SPDX-License-Identifier: Apache-2.0
#include "reference/fd_watcher.h"

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "reference/callable.h"
#include "reference/log.h"

namespace heddle {
namespace {

[[noreturn]] void RejectFd(const char* function, int fd, int error) {
  throw std::invalid_argument(
      std::string(function) + ": descriptor " + std::to_string(fd) +
      " cannot be watched: " + std::system_category().message(error));
}

std::uint64_t Key(int fd, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

int FdOf(const epoll_event& found) {
  return static_cast<int>(static_cast<std::uint32_t>(found.data.u64));
}

// The key of what WakeBy() was told: no descriptor is -1.
constexpr std::uint64_t kWakeKey = ~std::uint64_t{0};

bool Concerns(const epoll_event& found, FdEvent event) {
  const std::uint32_t wanted = event == FdEvent::kReadable ? EPOLLIN : EPOLLOUT;
  return (found.events & (wanted | EPOLLERR | EPOLLHUP)) != 0;
}

}  // namespace

FdWatcher::FdWatcher() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) {
    throw std::system_error(errno, std::system_category(),
                            "FdWatcher: epoll_create1");
  }
}

FdWatcher::~FdWatcher() { close(epoll_); }

void FdWatcher::Watch(const char* function, int fd, FdEvent event,
                      Callback on_ready) {
  RequireCallable(function, on_ready);
  const auto place = watched_.find(fd);
  Watched next = place == watched_.end()
                     ? Watched{.generation = next_generation_++,
                               .on_readable = nullptr,
                               .on_writable = nullptr}
                     : place->second;
  next[event] = std::make_shared<Callback>(std::move(on_ready));
  const int error = Update(fd, next);
  if (error != 0) RejectFd(function, fd, error);
  // What it replaces is destroyed at the end, when the table is in order.
  std::swap(watched_[fd], next);
}

void FdWatcher::Unwatch(const char* function, int fd, FdEvent event) {
  if (fd < 0) RejectFd(function, fd, EBADF);
  const auto place = watched_.find(fd);
  if (place == watched_.end()) return;
  const std::shared_ptr<Callback> released =
      std::exchange(place->second[event], nullptr);
  // An error here means that the file is closed, and so is not watched.
  static_cast<void>(Update(fd, place->second));
  if (!place->second.on_readable && !place->second.on_writable) {
    watched_.erase(place);
  }
}

int FdWatcher::Update(int fd, const Watched& watched) {
  epoll_event wanted = {};
  if (watched.on_readable) wanted.events |= EPOLLIN;
  if (watched.on_writable) wanted.events |= EPOLLOUT;
  wanted.data.u64 = Key(fd, watched.generation);
  if (wanted.events == 0) {
    return epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr) == 0 ? 0 : errno;
  }
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &wanted) == 0) return 0;
  if (errno != ENOENT) return errno;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) == 0 ? 0 : errno;
}

void FdWatcher::WakeBy(int fd) {
  epoll_event wanted = {};
  wanted.events = EPOLLIN | EPOLLET;
  wanted.data.u64 = kWakeKey;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) != 0) {
    throw std::system_error(errno, std::system_category(),
                            "FdWatcher: epoll_ctl");
  }
}

void FdWatcher::Wait(int milliseconds) {
  found_count_ = epoll_wait(epoll_, found_.data(),
                            static_cast<int>(found_.size()), milliseconds);
  if (found_count_ >= 0) return;
  found_count_ = 0;
  if (errno != EINTR) {
    throw std::system_error(errno, std::system_category(),
                            "FdWatcher: epoll_wait");
  }
}

void FdWatcher::Dispatch() {
  for (int i = 0; i < found_count_; ++i) {
    if (found_[i].data.u64 == kWakeKey) continue;
    DispatchOne(found_[i], FdEvent::kReadable);
    DispatchOne(found_[i], FdEvent::kWritable);
  }
  found_count_ = 0;
}

void FdWatcher::DispatchOne(const epoll_event& found, FdEvent event) {
  if (!Concerns(found, event)) return;
  const int fd = FdOf(found);
  const auto place = watched_.find(fd);
  if (place == watched_.end()) return;
  if (found.data.u64 != Key(fd, place->second.generation)) return;
  // Kept for the call, which may unwatch or replace it.
  const std::shared_ptr<Callback> callback = place->second[event];
  if (!callback) return;
  try {
    (*callback)();
  } catch (...) {
    LogException("the callback of descriptor " + std::to_string(fd) +
                     " threw, and is removed",
                 std::current_exception());
    const auto now = watched_.find(fd);
    if (now != watched_.end() && now->second[event] == callback) {
      Unwatch("FdWatcher::Dispatch", fd, event);
    }
  }
}

}  // namespace heddle
