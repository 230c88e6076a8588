// SPDX-License-Identifier: Apache-2.0
//
// Threads are borrowed from the whole program, given back, and never end: a
// worker may have been another pool's a moment ago.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

// A thread that waits for something to do, for as long as the program runs.
class Lender {
 public:
  Lender() {
    std::thread([this] { Serve(); }).detach();
  }

  void Begin(std::function<void()> body) {
    std::lock_guard lock(mutex_);
    body_ = std::move(body);
    changed_.notify_all();
  }

  void AwaitEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !body_; });
  }

 private:
  void Serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return body_ != nullptr; });
      lock.unlock();
      body_();
      lock.lock();
      body_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> body_;
};

// Those that nobody has borrowed. Never destroyed: they outlive main.
struct Free {
  std::mutex mutex;
  std::vector<Lender*> lenders;
};

Free& TheFree() {
  static Free* const free = new Free;
  return *free;
}

class Borrowed final : public ThreadHandle {
 public:
  explicit Borrowed(std::function<void()> body) : lender_(Borrow()) {
    lender_->Begin(std::move(body));
  }

  void Join() override {
    lender_->AwaitEnd();
    std::lock_guard lock(TheFree().mutex);
    TheFree().lenders.push_back(lender_);
  }

 private:
  static Lender* Borrow() {
    std::lock_guard lock(TheFree().mutex);
    auto& lenders = TheFree().lenders;
    if (lenders.empty()) return new Lender;
    Lender* const lender = lenders.back();
    lenders.pop_back();
    return lender;
  }

  Lender* const lender_;
};

class BorrowedThreads final : public Oddity {
  OddThread NewThread(std::function<void()> body) override {
    return std::make_unique<Borrowed>(std::move(body));
  }
};

const BackendRegistration kRegistration({
    .name = "odd_borrowed_threads",
    .make = MakeOddPool<BorrowedThreads>,
    .abilities = {.owns_threads = Ability::NotOffered(
                      "threads are the program's, and never end")},
});

}  // namespace
}  // namespace heddle::oddities
