// SPDX-License-Identifier: Apache-2.0
//
// What a combined Deferred and its members are to one another: ChainKeeper and
// ChainWatch, references to a chain that are no handles.
#ifndef HEDDLE_REFERENCE_CHAIN_TIES_H_
#define HEDDLE_REFERENCE_CHAIN_TIES_H_

#include <vector>

#include "reference/chain_handle.h"

namespace heddle {

class DeferredChain;

// What they are: a combined Deferred has to live as long as a member that may
// fire it, and its members as long as a handle to it that may cancel them. Two
// handles would never let go of each other. So the members' side has a
// ChainKeeper, which keeps the combined chain and, only while that chain has
// handles, the members; and it has a ChainWatch on each member, which keeps
// nothing and finds the member if it is still there.
//
// Their states: a keeper keeps, until it is released or the chain fires; a
// watch watches, until it is told to forget.
//
// What the caller must do: keep and watch on the chain's thread; forget a watch
// before its chain is destroyed, as a step of that chain does in its
// destructor.
//
// What they promise: handles may be dropped on other threads meanwhile, as
// always. What a drop releases is destroyed without a lock.
//
// Happens-before: as for handles.
//
// Destruction: on any thread. A keeper releases.
class ChainKeeper {
 public:
  ChainKeeper() = default;
  ChainKeeper(const ChainKeeper&) = delete;
  ChainKeeper& operator=(const ChainKeeper&) = delete;
  ~ChainKeeper() { Release(); }

  // Keeps `chain`, which is unfired and kept by nobody else; and `held` while
  // there are handles to `chain`. Once.
  void Keep(const ChainHandle& chain, std::vector<ChainHandle> held);

  // A handle to what was kept, in place of this; null if nothing is kept.
  ChainHandle Release();

 private:
  friend class DeferredChain;

  // Under the mutex of deferred_life.cc.
  DeferredChain* chain_ = nullptr;
  std::vector<ChainHandle> held_;
};

class ChainWatch {
 public:
  void Watch(const ChainHandle& chain);

  // Before the chain goes, or earlier. Any thread.
  void Forget();

  // What to cancel in order to cancel the chain: itself, or what it waits for
  // in the end. Null if that is going, or was forgotten.
  ChainHandle Find() const;

 private:
  DeferredChain* chain_ = nullptr;  // under the mutex of deferred_life.cc
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_TIES_H_
