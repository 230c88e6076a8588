// SPDX-License-Identifier: Apache-2.0
//
// The peer "asio_io_context": asio::post to an io_context; to an
// asio::thread_pool and back; asio::steady_timer.
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <system_error>
#include <thread>
#include <utility>

#include "benchmarks/peers/asio_thread_pool.h"
#include "benchmarks/peers/peer_loop.h"
#include "benchmarks/workers.h"

namespace heddle::workloads {
namespace {

class AsioLoop {
 public:
  AsioLoop() : thread_([this] { context_.run(); }) {}

  ~AsioLoop() {
    work_.reset();  // the loop ends when it has nothing left
    thread_.join();
  }

  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  template <class F>
  void Post(F&& call) {
    asio::post(context_, std::forward<F>(call));
  }

 private:
  // It has one thread: Asio's own advice, where that is so.
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::jthread thread_;
};

class AsioLoopWithPool : public AsioLoop {
 public:
  template <class Work, class Done>
  void Defer(Work work, Done done) {
    pool_.Submit([this, work = std::move(work), done = std::move(done)] {
      Post([done, result = work()] { done(result); });
    });
  }

 private:
  AsioThreadPool pool_{kWorkers};  // gone before the loop
};

class AsioTimers {
 public:
  explicit AsioTimers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) timers_.emplace_back(context_);
  }

  void Arm(std::size_t number, Milliseconds delay) {
    Wait(timers_[number], delay);
  }

  void ArmAndCancel(Milliseconds delay) {
    Wait(one_more_, delay);
    one_more_.cancel();  // its handler hears of it when the loop turns
  }

  void Turn() {
    context_.restart();
    context_.poll();
  }

  std::uint64_t fired() const { return fired_; }

 private:
  void Wait(asio::steady_timer& timer, Milliseconds delay) {
    timer.expires_after(delay);
    timer.async_wait([this](const std::error_code& error) {
      if (!error) ++fired_;
    });
  }

  asio::io_context context_{1};
  std::deque<asio::steady_timer> timers_;
  asio::steady_timer one_more_{context_};
  std::uint64_t fired_ = 0;
};

const PeerRegistration kRegistration(
    PeerLoop<AsioLoop, AsioLoopWithPool, AsioTimers>("asio_io_context"));

}  // namespace
}  // namespace heddle::workloads
