// SPDX-License-Identifier: Apache-2.0
//
// FdWatcher: waits for descriptors and calls back.
#ifndef HEDDLE_REFERENCE_FD_WATCHER_H_
#define HEDDLE_REFERENCE_FD_WATCHER_H_

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace heddle {

enum class FdEvent : unsigned char { kReadable, kWritable };

// What it is: an epoll, level-triggered, and the callbacks.
//
// Its states: none but its content.
//
// What the caller must do: use it on the loop's thread; unwatch a descriptor
// before closing it.
//
// What it promises: between Wait() and the end of Dispatch() each callback
// whose descriptor is ready is called at most once; an error or a hang-up on
// the descriptor makes it ready for both events. What is unwatched is not
// called any more, not even where the number has gone to another file.
//
// Happens-before: none; one thread.
//
// Destruction: at any time but during Dispatch().
class FdWatcher {
 public:
  using Callback = std::function<void()>;

  // Throws std::system_error if there is no descriptor to be had.
  FdWatcher();
  ~FdWatcher();

  FdWatcher(const FdWatcher&) = delete;
  FdWatcher& operator=(const FdWatcher&) = delete;

  // Calls `on_ready` whenever `fd` is ready; replaces a former callback.
  // Throws std::invalid_argument, naming `function` and the descriptor, if it
  // cannot be watched or `on_ready` is empty.
  void Watch(const char* function, int fd, FdEvent event, Callback on_ready);

  // No effect if it is not watched; std::invalid_argument if it is negative.
  void Unwatch(const char* function, int fd, FdEvent event);

  // From now on Wait() also ends when `fd`, which must not be watched, becomes
  // readable. That alone does it, edge-triggered: nothing is called, and nobody
  // has to read. Throws std::system_error.
  void WakeBy(int fd);

  // Waits until a descriptor is ready, a signal has been handled, or so many
  // milliseconds have passed; -1 is for ever. Calls nothing.
  void Wait(int milliseconds);

  // Whether no descriptor is watched.
  bool empty() const { return watched_.empty(); }

  // Whether Wait() has found something to call.
  bool HasFound() const { return found_count_ > 0; }

  // Calls the callbacks of what Wait() found. One that throws is logged and
  // unwatched: level-triggered, it would throw for ever.
  void Dispatch();

 private:
  struct Watched {
    // Tells it from an earlier one with the same number.
    std::uint32_t generation = 0;
    std::shared_ptr<Callback> on_readable;
    std::shared_ptr<Callback> on_writable;

    std::shared_ptr<Callback>& operator[](FdEvent event) {
      return event == FdEvent::kReadable ? on_readable : on_writable;
    }
  };

  void DispatchOne(const epoll_event& found, FdEvent event);
  // Tells the kernel what is wanted; the error, or 0.
  int Update(int fd, const Watched& watched);

  const int epoll_;
  std::unordered_map<int, Watched> watched_;
  std::uint32_t next_generation_ = 0;
  std::array<epoll_event, 64> found_;
  int found_count_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_FD_WATCHER_H_
