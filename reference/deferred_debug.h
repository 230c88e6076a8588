// SPDX-License-Identifier: Apache-2.0
//
// Debugging of Deferreds: who made one, who fired it, and on which thread.
#ifndef HEDDLE_REFERENCE_DEFERRED_DEBUG_H_
#define HEDDLE_REFERENCE_DEFERRED_DEBUG_H_

#include <atomic>

namespace heddle {

// Read by DeferredDebugging(); written by SetDeferredDebugging() alone.
inline constinit std::atomic<bool> deferred_debugging = false;

// Any thread, any time (DF-62); off at first. While it is on:
//
// A new chain notes who makes it, any chain who fires it first: thread and
// functions, innermost first. AlreadyCalledError shows both, or says that
// debugging was off then; the report of a failure that nobody handled shows the
// maker. Names of functions want -rdynamic when linking; without it there are
// offsets for addr2line.
//
// A new chain belongs to the thread that makes it, in the sense of DF-61: what
// a Deferred offers, but for copying, dropping and DetachFromThread(), throws
// WrongThread on another thread, naming the function and both threads, with
// nothing changed (BT-20). So does, as a failure in the chain, the return of
// another thread's Deferred from a callback.
//
// Costs a walk up the stack for each chain made and for each fired; the row
// `deferred callbacks:1 debugging:1` of the benchmarks says how much. While it
// is off: one relaxed load for each call, and chains made before belong to
// nobody for as long as they live.
void SetDeferredDebugging(bool on);

// Relaxed: the switch orders nothing; what is noted travels with the chain.
inline bool DeferredDebugging() {
  return deferred_debugging.load(std::memory_order_relaxed);
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_DEBUG_H_
