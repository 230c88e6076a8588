// SPDX-License-Identifier: Apache-2.0
//
// The peer "libevent": event_active, when the queue was empty, with functions
// under a mutex; evtimer_add. It has no pool.
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/peers/peer_loop.h"
#include "benchmarks/peers/queued_calls.h"

namespace heddle::workloads {
namespace {

// Before the first event_base, or it has no locks.
event_base* NewBase() {
  static const int locks = evthread_use_pthreads();
  static_cast<void>(locks);
  return event_base_new();
}

class EventLoop {
 public:
  EventLoop() {
    event_assign(
        &wakeup_, base_, -1, EV_PERSIST,
        [](evutil_socket_t, short, void* self) {
          static_cast<EventLoop*>(self)->calls_.RunAll();
        },
        this);
    thread_ = std::jthread(
        [this] { event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY); });
  }

  ~EventLoop() {
    Post([this] { event_base_loopbreak(base_); });
    thread_.join();
    event_base_free(base_);
  }

  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  template <class F>
  void Post(F&& call) {
    if (calls_.Add(std::forward<F>(call))) event_active(&wakeup_, EV_READ, 0);
  }

 private:
  event_base* const base_ = NewBase();
  event wakeup_;
  QueuedCalls calls_;
  std::jthread thread_;
};

class EventTimers {
 public:
  explicit EventTimers(std::size_t count) : timers_(count) {
    for (event& timer : timers_) Assign(timer);
    Assign(one_more_);
  }

  ~EventTimers() {
    for (event& timer : timers_) event_del(&timer);
    event_base_free(base_);
  }

  EventTimers(const EventTimers&) = delete;
  EventTimers& operator=(const EventTimers&) = delete;

  void Arm(std::size_t number, Milliseconds delay) {
    Add(timers_[number], delay);
  }

  void ArmAndCancel(Milliseconds delay) {
    Add(one_more_, delay);
    event_del(&one_more_);
  }

  void Turn() { event_base_loop(base_, EVLOOP_NONBLOCK); }

  std::uint64_t fired() const { return fired_; }

 private:
  void Assign(event& timer) {
    evtimer_assign(
        &timer, base_,
        [](evutil_socket_t, short, void* self) {
          ++static_cast<EventTimers*>(self)->fired_;
        },
        this);
  }

  static void Add(event& timer, Milliseconds delay) {
    const timeval after = {
        static_cast<time_t>(delay.count() / 1'000),
        static_cast<suseconds_t>(delay.count() % 1'000) * 1'000};
    event_add(&timer, &after);
  }

  event_base* const base_ = NewBase();
  std::vector<event> timers_;
  event one_more_;
  std::uint64_t fired_ = 0;
};

const PeerRegistration kRegistration(
    PeerLoop<EventLoop, void, EventTimers>("libevent"));

}  // namespace
}  // namespace heddle::workloads
