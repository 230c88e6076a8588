// SPDX-License-Identifier: Apache-2.0
//
// Task: a piece of work on its way to a thread. Move-only, called once.
#ifndef HEDDLE_REFERENCE_TASK_H_
#define HEDDLE_REFERENCE_TASK_H_

#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "reference/submission.h"
#include "reference/task_ending.h"

namespace heddle {

// A callable that wants to hear that it will never be called has a member
// `void Refuse(Refusal)`. Others are logged when they are given back.
template <class F>
concept Refusable = requires(F& callable, Refusal refusal) {
  callable.Refuse(refusal);
};

// What it is: an owned `void()` callable of any type, 56 bytes, so that a
// queue's node with one link fills one cache line. A callable of up to
// kInlineSize bytes that moves without throwing needs no allocation. It also
// bears the time of its submission, if it waits in a pool.
//
// Its states: full (holds a callable) or empty (default, moved from, called,
// refused).
//
// What the caller must do: call exactly one of Invoke, Run and Refuse, on a
// full task. A full task that is merely destroyed takes its callable with it
// unseen; whoever accepted the task must not let that happen (BT-05).
//
// What it promises: the callable is destroyed before Invoke, Run or Refuse
// returns, also when it throws (TP-23).
//
// Happens-before: none of its own; hand it over by something that has some.
//
// Destruction: at any time, on any thread that owns it.
class Task {
 public:
  // Bytes of callable held without allocating.
  static constexpr std::size_t kInlineSize = 40;

  Task() noexcept = default;

  // Takes any callable `void()`-like object; the result is dropped, unless it
  // is a TaskEnding. Emptiness is the caller's to check (RequireCallable).
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, Task> &&
             std::is_invocable_v<std::decay_t<F>>)
  Task(F&& callable) {  // NOLINT: implicit, as for std::function
    using Callable = std::decay_t<F>;
    if constexpr (kFitsInline<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
      operations_ = &kInlineOperations<Callable>;
    } else {
      ::new (static_cast<void*>(storage_))
          Callable*(new Callable(std::forward<F>(callable)));
      operations_ = &kHeapOperations<Callable>;
    }
  }

  Task(Task&& other) noexcept
      : submitted_(other.submitted_),
        operations_(std::exchange(other.operations_, nullptr)) {
    TakeCallable(other);
  }

  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Reset();
      submitted_ = other.submitted_;
      operations_ = std::exchange(other.operations_, nullptr);
      TakeCallable(other);
    }
    return *this;
  }

  ~Task() { Reset(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  // Calls the callable and destroys it. What it throws passes on, after the
  // callable is destroyed.
  TaskEnding Invoke() {
    return std::exchange(operations_, nullptr)->invoke(storage_);
  }

  // As Invoke, for a worker's loop: whatever the callable throws, of any type,
  // is logged exactly once and goes no further (TP-20). Only the forced unwind
  // of a cancelled thread passes on. kFailed if it threw, or said so.
  TaskEnding Run();

  // Gives the work back without having run it: tells the callable if it is
  // Refusable, else logs one record (BT-05). Nothing escapes.
  void Refuse(Refusal refusal) noexcept;

  // When it was submitted to a pool, by CoarseNow(); ThreadPool sets it. 0 for
  // a task that never was.
  std::chrono::nanoseconds submitted() const noexcept { return submitted_; }
  void set_submitted(std::chrono::nanoseconds time) noexcept {
    submitted_ = time;
  }

  // How long ago that was; a few milliseconds coarse.
  std::chrono::nanoseconds Waited() const;

 private:
  // A task goes from hand to hand on its way, and most callables are plain
  // bytes: for those it costs no call.
  struct Operations {
    TaskEnding (*invoke)(void* storage);
    void (*refuse)(void* storage, Refusal refusal);
    // Null where to copy the storage is enough.
    void (*relocate)(void* from, void* to) noexcept;
    // Null where there is nothing to destroy.
    void (*destroy)(void* storage) noexcept;
  };

  template <class F>
  static constexpr bool kFitsInline =
      sizeof(F) <= kInlineSize && alignof(F) <= alignof(void*) &&
      std::is_nothrow_move_constructible_v<F>;

  // Logs the exception that is being handled. Apart, as it is rarely called.
  [[gnu::cold]] static TaskEnding LogThrown();

  // Says in the log that a callable which is not Refusable was given back.
  static void LogRefusal(Refusal refusal);

  template <class F>
  static void RefuseCallable(F& callable, Refusal refusal) {
    if constexpr (Refusable<F>) {
      callable.Refuse(refusal);
    } else {
      LogRefusal(refusal);
    }
  }

  template <class F>
  static TaskEnding CallIt(F& callable) {
    using Result = std::invoke_result_t<F>;
    if constexpr (std::is_same_v<Result, TaskEnding>) {
      return std::move(callable)();
    } else {
      static_cast<void>(std::move(callable)());
      return TaskEnding::kSucceeded;
    }
  }

  template <class F>
  static F* Inline(void* storage) {
    return std::launder(reinterpret_cast<F*>(storage));
  }

  template <class F>
  static F* Heap(void* storage) {
    return *std::launder(reinterpret_cast<F**>(storage));
  }

  // Destroys an inline callable at the end of a scope, however it ends.
  template <class F>
  struct InlineGuard {
    F* callable;
    ~InlineGuard() { callable->~F(); }
  };

  template <class F>
  static void RelocateInline(void* from, void* to) noexcept {
    InlineGuard<F> guard{Inline<F>(from)};
    ::new (to) F(std::move(*guard.callable));
  }

  template <class F>
  static void DestroyInline(void* storage) noexcept {
    Inline<F>(storage)->~F();
  }

  template <class F>
  static constexpr Operations kInlineOperations = {
      [](void* storage) {
        InlineGuard<F> guard{Inline<F>(storage)};
        return CallIt(*guard.callable);
      },
      [](void* storage, Refusal refusal) {
        InlineGuard<F> guard{Inline<F>(storage)};
        RefuseCallable(*guard.callable, refusal);
      },
      std::is_trivially_copyable_v<F> ? nullptr : &RelocateInline<F>,
      std::is_trivially_destructible_v<F> ? nullptr : &DestroyInline<F>,
  };

  template <class F>
  static constexpr Operations kHeapOperations = {
      [](void* storage) {
        std::unique_ptr<F> callable(Heap<F>(storage));
        return CallIt(*callable);
      },
      [](void* storage, Refusal refusal) {
        std::unique_ptr<F> callable(Heap<F>(storage));
        RefuseCallable(*callable, refusal);
      },
      nullptr,  // the pointer's bytes
      [](void* storage) noexcept { delete Heap<F>(storage); },
  };

  // What is in the storage, if anything; operations_ says what.
  void TakeCallable(Task& other) noexcept {
    if (operations_ == nullptr) return;
    if (operations_->relocate == nullptr) {
      std::memcpy(storage_, other.storage_, kInlineSize);
    } else {
      operations_->relocate(other.storage_, storage_);
    }
  }

  void Reset() noexcept {
    if (operations_ == nullptr) return;
    const Operations* const operations = std::exchange(operations_, nullptr);
    if (operations->destroy != nullptr) operations->destroy(storage_);
  }

  alignas(void*) unsigned char storage_[kInlineSize];
  std::chrono::nanoseconds submitted_{};
  const Operations* operations_ = nullptr;
};

static_assert(sizeof(Task) == 56);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TASK_H_
