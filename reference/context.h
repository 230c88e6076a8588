// SPDX-License-Identifier: Apache-2.0
//
// Context: named values that travel with work from the thread that submits it
// to the thread that runs it.
#ifndef HEDDLE_REFERENCE_CONTEXT_H_
#define HEDDLE_REFERENCE_CONTEXT_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "reference/submission.h"

namespace heddle {

// Names a context value of type T; its address is its identity, so it is
// usually a constant at namespace scope.
template <class T>
class ContextKey {
 public:
  ContextKey() = default;
  ContextKey(const ContextKey&) = delete;
  ContextKey& operator=(const ContextKey&) = delete;
};

// What it is: the immutable set of values in effect on a thread. A Context is
// a snapshot: entries added later, here or elsewhere, do not show in it
// (TP-25). Inner entries hide outer ones of the same key.
//
// Its states: empty, or not; a submission with an empty context pays one read
// of a thread-local pointer.
//
// What the caller must do: open values with ScopedContext; read them with
// Get. Values must be safe to read from several threads at once.
//
// What it promises: a task and its result callback see the context that was
// in effect when the task was submitted (TP-24, TP-26), and the thread's own
// context is back when they end, however they end (TP-27).
//
// Happens-before: what the submission has; the values are never written.
//
// Destruction: values go with the last snapshot that holds them.
class Context {
 public:
  // The context in effect on this thread.
  static const Context& Current();

  // Whether that is empty.
  static bool CurrentIsEmpty() {
    return current_ == nullptr || current_->empty();
  }

  // Whether this one is in effect.
  bool IsInEffect() const {
    return current_ != nullptr ? top_ == current_->top_ : empty();
  }

  bool empty() const { return !top_; }

  // The value of `key`, or null. Valid while this Context lives.
  template <class T>
  const T* Get(const ContextKey<T>& key) const {
    for (const Entry* entry = top_.get(); entry; entry = entry->outer.get()) {
      if (entry->key == &key) {
        return &static_cast<const TypedEntry<T>*>(entry)->value;
      }
    }
    return nullptr;
  }

  // This context and one more value.
  template <class T>
  Context With(const ContextKey<T>& key, std::type_identity_t<T> value) const {
    return Context(
        std::make_shared<TypedEntry<T>>(&key, top_, std::move(value)));
  }

  Context() = default;

 private:
  friend class ScopedContext;

  struct Entry {
    Entry(const void* k, std::shared_ptr<const Entry> o)
        : key(k), outer(std::move(o)) {}
    const void* key;
    std::shared_ptr<const Entry> outer;
  };

  template <class T>
  struct TypedEntry : Entry {
    TypedEntry(const void* k, std::shared_ptr<const Entry> o, T v)
        : Entry(k, std::move(o)), value(std::move(v)) {}
    T value;
  };

  explicit Context(std::shared_ptr<const Entry> top) : top_(std::move(top)) {}

  // Null stands for the empty context, so that threads pay nothing to begin.
  static constinit thread_local const Context* current_;

  std::shared_ptr<const Entry> top_;
};

// Puts a context into effect on this thread for the object's lifetime, and
// the former one back afterwards. Scopes nest; use as a local variable.
class ScopedContext {
 public:
  explicit ScopedContext(Context context);

  // Adds one value to what is in effect.
  template <class T>
  ScopedContext(const ContextKey<T>& key, std::type_identity_t<T> value)
      : ScopedContext(Context::Current().With(key, std::move(value))) {}

  ~ScopedContext();

  ScopedContext(const ScopedContext&) = delete;
  ScopedContext& operator=(const ScopedContext&) = delete;

 private:
  Context context_;
  const Context* outer_;
};

// A callable that runs `callable` in `context`, and destroys it there.
template <class F>
class InContext {
 public:
  InContext(Context context, F callable)
      : context_(std::move(context)), callable_(std::move(callable)) {}

  decltype(auto) operator()() {
    ScopedContext scope(context_);
    return std::move(callable_)();
  }

  void Refuse(Refusal refusal)
    requires requires(F& callable) { callable.Refuse(refusal); }
  {
    ScopedContext scope(context_);
    callable_.Refuse(refusal);
  }

 private:
  Context context_;
  F callable_;
};

// `callable`, to be run in the context now in effect: what to pass to
// Reactor::CallFromThread when the context shall cross to the reactor, which
// it does not by itself (RT-12, BT-19).
template <class F>
auto WithCurrentContext(F&& callable) {
  return InContext<std::decay_t<F>>(Context::Current(),
                                    std::forward<F>(callable));
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CONTEXT_H_
