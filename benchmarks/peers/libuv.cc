// SPDX-License-Identifier: Apache-2.0
//
// The peer "libuv": uv_async_send with functions under a mutex; uv_queue_work
// on libuv's own pool, of kWorkers threads; uv_timer_start.
#include <uv.h>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <thread>
#include <utility>

#include "benchmarks/peers/peer_loop.h"
#include "benchmarks/peers/queued_calls.h"
#include "benchmarks/workers.h"

namespace heddle::workloads {
namespace {

// libuv has one pool for the whole process, and reads the size when it is
// first used.
const int kPoolSizeSet =
    setenv("UV_THREADPOOL_SIZE", std::to_string(kWorkers).c_str(), 1);

class UvLoop {
 public:
  UvLoop() {
    uv_loop_init(&loop_);
    wakeup_.data = this;
    uv_async_init(&loop_, &wakeup_, [](uv_async_t* wakeup) {
      static_cast<UvLoop*>(wakeup->data)->calls_.RunAll();
    });
    thread_ = std::jthread([this] { uv_run(&loop_, UV_RUN_DEFAULT); });
  }

  ~UvLoop() {
    Post([this] {
      uv_close(reinterpret_cast<uv_handle_t*>(&wakeup_), nullptr);
    });
    thread_.join();
    uv_loop_close(&loop_);
  }

  UvLoop(const UvLoop&) = delete;
  UvLoop& operator=(const UvLoop&) = delete;

  template <class F>
  void Post(F&& call) {
    calls_.Add(std::forward<F>(call));
    uv_async_send(&wakeup_);  // looks by itself whether it must wake
  }

  template <class Work, class Done>
  void Defer(Work work, Done done) {
    struct Request {
      uv_work_t base;
      Work work;
      Done done;
      decltype(work()) result;
    };
    auto* const request = new Request{{}, std::move(work), std::move(done), {}};
    request->base.data = request;
    uv_queue_work(
        &loop_, &request->base,
        [](uv_work_t* base) {
          auto* const request = static_cast<Request*>(base->data);
          request->result = request->work();
        },
        [](uv_work_t* base, int) {
          auto* const request = static_cast<Request*>(base->data);
          request->done(request->result);
          delete request;
        });
  }

 private:
  uv_loop_t loop_;
  uv_async_t wakeup_;
  QueuedCalls calls_;
  std::jthread thread_;
};

class UvTimers {
 public:
  explicit UvTimers(std::size_t count) : timers_(count) {
    uv_loop_init(&loop_);
    for (uv_timer_t& timer : timers_) Init(timer);
    Init(one_more_);
  }

  ~UvTimers() {
    for (uv_timer_t& timer : timers_) Close(timer);
    Close(one_more_);
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
  }

  UvTimers(const UvTimers&) = delete;
  UvTimers& operator=(const UvTimers&) = delete;

  void Arm(std::size_t number, Milliseconds delay) {
    Start(timers_[number], delay);
  }

  void ArmAndCancel(Milliseconds delay) {
    Start(one_more_, delay);
    uv_timer_stop(&one_more_);
  }

  void Turn() { uv_run(&loop_, UV_RUN_NOWAIT); }

  std::uint64_t fired() const { return fired_; }

 private:
  void Init(uv_timer_t& timer) {
    uv_timer_init(&loop_, &timer);
    timer.data = this;
  }

  static void Close(uv_timer_t& timer) {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
  }

  static void Start(uv_timer_t& timer, Milliseconds delay) {
    uv_timer_start(
        &timer,
        [](uv_timer_t* fired) {
          ++static_cast<UvTimers*>(fired->data)->fired_;
        },
        static_cast<std::uint64_t>(delay.count()), 0);
  }

  uv_loop_t loop_;
  std::deque<uv_timer_t> timers_;
  uv_timer_t one_more_;
  std::uint64_t fired_ = 0;
};

const PeerRegistration kRegistration(
    PeerLoop<UvLoop, UvLoop, UvTimers>("libuv"));

}  // namespace
}  // namespace heddle::workloads
