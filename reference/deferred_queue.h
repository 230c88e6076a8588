// SPDX-License-Identifier: Apache-2.0
//
// DeferredQueue<T>: values for those who ask, and those who ask for values.
#ifndef HEDDLE_REFERENCE_DEFERRED_QUEUE_H_
#define HEDDLE_REFERENCE_DEFERRED_QUEUE_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/deferred.h"
#include "reference/deferred_steps.h"
#include "reference/waiting_line.h"

namespace heddle {

// How much a queue takes; without a number, any.
struct QueueLimits {
  std::optional<std::size_t> size = std::nullopt;  // values nobody asked for
  std::optional<std::size_t> backlog =
      std::nullopt;  // calls of Get() that wait
};

// The values, and those who wait for one; see waiting_line.h. Both are there
// only while it serves.
class ValueLine final : public WaitingLine {
 public:
  explicit ValueLine(QueueLimits limits) : limits_(limits) {}

  // QueueOverflow if Put would exceed the limit.
  void RequireRoom() const;
  void Put(ChainResult value);

  // QueueUnderflow if this call would exceed the limit.
  ChainHandle Get(const std::type_info& type);

  std::size_t size() const;
  std::size_t backlog() const;

 private:
  bool stocked() const override { return !values_.empty(); }
  ChainResult TakeOne() override;

  const QueueLimits limits_;
  std::deque<ChainResult> values_;
};

// What it is: a queue between callbacks, or coroutines, of one thread.
//
// Its states: holding values, or holding those who wait for them, or empty.
//
// What the caller must do: all on one thread; leave the Deferreds of Get() to
// the queue to fire.
//
// What it promises: values come out in the order put in, and go to those who
// ask in the order they asked (DF-63); Cancel() on a waiter's Deferred removes
// it. Put() fires a waiter before it returns; but where a Put() further up the
// stack does that, that one goes on, so that stack use does not grow.
//
// Happens-before: none.
//
// Destruction: at any time, in a callback of its own too. All who wait fail
// with CancelledError; values nobody asked for are destroyed.
template <class T>
class DeferredQueue {
  static_assert(!std::is_void_v<T>,
                "a queue of nothing is a DeferredSemaphore");

 public:
  explicit DeferredQueue(QueueLimits limits = {})
      : line_(std::make_shared<ValueLine>(limits)) {}
  DeferredQueue(const DeferredQueue&) = delete;
  DeferredQueue& operator=(const DeferredQueue&) = delete;
  ~DeferredQueue() { line_->Close("the DeferredQueue has been destroyed"); }

  // Gives `value` to the first who waits, or keeps it. Throws QueueOverflow,
  // with `value` untouched, if nobody waits and the queue is full.
  template <class V = T>
  requires std::is_constructible_v<T, V>
  void Put(V&& value) {
    line_->RequireRoom();
    line_->Put(ChainResult::OfValue<T>(std::forward<V>(value)));
  }

  // Fires with the next value: at once, if there is one. Throws QueueUnderflow
  // if there is none and as many wait as may.
  Deferred<T> Get() {
    return DeferredAccess::FromChain<T>(line_->Get(typeid(T)));
  }

  // Values nobody asked for yet; and calls of Get() that wait.
  std::size_t size() const { return line_->size(); }
  std::size_t backlog() const { return line_->backlog(); }

 private:
  const std::shared_ptr<ValueLine> line_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_QUEUE_H_
