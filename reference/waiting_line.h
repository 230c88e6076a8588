// SPDX-License-Identifier: Apache-2.0
//
// WaitingLine: Deferreds that wait for something there is not enough of.
#ifndef HEDDLE_REFERENCE_WAITING_LINE_H_
#define HEDDLE_REFERENCE_WAITING_LINE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <typeinfo>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"

namespace heddle {

// What it is: a line at a counter; base of what the lock, the semaphore and the
// queue share. The derived class has the goods.
//
// Its states: idle, or serving, while a Serve() is on the stack.
//
// What the caller must do: keep it in a shared_ptr, because the callbacks that
// Serve() runs may drop the last other one; use it on one thread.
//
// What it promises: first come, first served (DF-63). Who is cancelled leaves
// the line at once, in constant time. Serve() inside Serve() leaves the work to
// the outer one, so that any number of callbacks which hand on what they got
// take constant stack.
//
// Happens-before: none.
//
// Destruction: Close() first, where somebody may still wait.
class WaitingLine : public std::enable_shared_from_this<WaitingLine> {
 public:
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

  // A new chain, unfired, at the end; `type` is what fires it.
  ChainHandle Join(const std::type_info& type);

  // How many wait.
  std::size_t length() const { return chains_.size(); }

  // Fires one chain after the other while there are chains and goods.
  void Serve();

  // Fails all who wait with CancelledError, which says `message`.
  void Close(const char* message);

 protected:
  WaitingLine() = default;
  virtual ~WaitingLine() = default;

 private:
  // Whether there is anything to hand out, and the next of it.
  virtual bool stocked() const = 0;
  virtual ChainResult TakeOne() = 0;

  ChainHandle PopFirst();

  std::list<ChainHandle> chains_;
  bool serving_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_WAITING_LINE_H_
