// SPDX-License-Identifier: Apache-2.0
#include "reference/signals.h"

#include <atomic>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>

namespace heddle {

// Never destroyed, only used again: a handler that is late still finds it.
//
//   a handler                          ~Signals
//   H1. one more handler is here       D1. it is active no more
//   H2. active? then counts, and       D2. waits until no handler is here
//       wakes the loop                 D3. returns: the loop may go
//   H3. one less
//
// What must not happen is H2 after D3. H1, H2, D1 and D2 are sequentially
// consistent: either H2 sees D1, or D2 sees H1.
struct Signals::Subscriber {
  std::atomic<int> handlers = 0;
  std::atomic<bool> active = false;
  std::atomic<int> interrupts = 0;
  std::atomic<int> terminations = 0;
  std::atomic<ThreadCallQueue*> calls = nullptr;
  Subscriber* next = nullptr;  // constant once published
};

namespace {

static_assert(std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<void*>::is_always_lock_free);

// All subscribers there have ever been. void because the type is private.
constinit std::atomic<void*> first_subscriber = nullptr;

// How many SIGINT since the handlers were taken.
constinit std::atomic<int> interrupts_handled = 0;

// A handler taken from the process, given back by the destructor.
class TakenHandler {
 public:
  TakenHandler(int signal, void (*handler)(int))
      : signal_(signal), handler_(handler) {
    struct sigaction ours = {};
    ours.sa_handler = handler;
    ours.sa_flags = SA_RESTART;
    sigemptyset(&ours.sa_mask);
    sigaction(signal, &ours, &former_);
  }

  ~TakenHandler() {
    struct sigaction now = {};
    sigaction(signal_, nullptr, &now);
    if (now.sa_handler == handler_) sigaction(signal_, &former_, nullptr);
  }

 private:
  const int signal_;
  void (*const handler_)(int);
  struct sigaction former_ = {};
};

struct Taken {
  std::mutex mutex;  // guards all but what the handler reads
  int subscriptions = 0;
  std::optional<TakenHandler> interrupt;
  std::optional<TakenHandler> terminate;
};

Taken& TheTaken() {
  static Taken* const taken = new Taken;  // outlives static destructors
  return *taken;
}

bool HasDefaultHandler(int signal) {
  struct sigaction now = {};
  sigaction(signal, nullptr, &now);
  return (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
}

}  // namespace

void Signals::HandleSignal(int signal) {
  if (signal == SIGINT && interrupts_handled.fetch_add(1) == 1) {
    std::signal(SIGINT, SIG_DFL);
  }
  auto* subscriber = static_cast<Subscriber*>(first_subscriber.load());
  for (; subscriber != nullptr; subscriber = subscriber->next) {
    subscriber->handlers.fetch_add(1);                                // H1
    if (subscriber->active.load()) {                                  // H2
      (signal == SIGINT ? subscriber->interrupts : subscriber->terminations)
          .fetch_add(1);
      subscriber->calls.load()->WakeUp();
    }
    subscriber->handlers.fetch_sub(1);                                // H3
  }
}

Signals::Subscriber* Signals::Subscribe(ThreadCallQueue& calls) {
  auto* subscriber = static_cast<Subscriber*>(first_subscriber.load());
  while (subscriber != nullptr && subscriber->active.load()) {
    subscriber = subscriber->next;
  }
  if (subscriber == nullptr) {
    subscriber = new Subscriber;
    subscriber->next = static_cast<Subscriber*>(first_subscriber.load());
    first_subscriber.store(subscriber);
  }
  subscriber->interrupts.store(0);
  subscriber->terminations.store(0);
  subscriber->calls.store(&calls);
  subscriber->active.store(true);
  return subscriber;
}

Signals::Signals(ThreadCallQueue& calls)
    : subscriber_([&calls] {
        Taken& taken = TheTaken();
        std::lock_guard lock(taken.mutex);
        Subscriber* const subscriber = Subscribe(calls);
        if (taken.subscriptions++ == 0) {
          interrupts_handled.store(0);
          if (HasDefaultHandler(SIGINT))
            taken.interrupt.emplace(SIGINT, HandleSignal);
          taken.terminate.emplace(SIGTERM, HandleSignal);
        }
        return subscriber;
      }()) {}

Signals::~Signals() {
  Taken& taken = TheTaken();
  std::lock_guard lock(taken.mutex);
  if (--taken.subscriptions == 0) {
    taken.interrupt.reset();
    taken.terminate.reset();
  }
  subscriber_->active.store(false);                                   // D1
  // In a child of fork() there is nobody who could be in a handler.
  while (process_.IsOriginal() && subscriber_->handlers.load() > 0) {  // D2
    std::this_thread::yield();
  }
}

// Relaxed: who has wanted a turn for a signal counted it before, and the loop
// has seen that in RunBatch().
bool Signals::HaveCome() const {
  return subscriber_->interrupts.load(std::memory_order_relaxed) > 0 ||
         subscriber_->terminations.load(std::memory_order_relaxed) > 0;
}

Signals::Counts Signals::Take() {
  return {.interrupts = subscriber_->interrupts.exchange(0),
          .terminations = subscriber_->terminations.exchange(0)};
}

}  // namespace heddle
