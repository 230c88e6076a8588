// SPDX-License-Identifier: Apache-2.0
//
// ChainTie: what a group is to the chains it consists of.
#ifndef HEDDLE_REFERENCE_CHAIN_TIES_H_
#define HEDDLE_REFERENCE_CHAIN_TIES_H_

#include <memory>

#include "reference/chain_handle.h"

namespace heddle {

class DeferredChain;

// What it is: a group's reference to a chain, which is no handle. A group is
// the members of a combined Deferred, and that one itself. They need one
// another, to fire it and to cancel them, but handles would never let go of
// each other. So a tie keeps its chain, and the chain keeps the group only
// while somebody may come to it from outside the group: by a handle, by firing
// what it waits for or, if it is itself the combined one of another group, by
// firing a member there. A combined chain keeps its own group by handles only.
// When the last of these has gone, the group goes, and with it the chains that
// nobody else keeps.
//
// Its states: tied to a chain, from TieMember() or TieCombined() to Release();
// or not tied.
//
// What the caller must do: tie chains on their thread. Release a combined one
// before it is fired through what Release() returns.
//
// What it promises: handles may be dropped on other threads meanwhile, as
// always. What a drop releases is destroyed without a lock.
//
// Happens-before: as for handles.
//
// Destruction: on any thread; releases.
class ChainTie {
 public:
  ChainTie() = default;
  ChainTie(const ChainTie&) = delete;
  ChainTie& operator=(const ChainTie&) = delete;
  ~ChainTie() { Release(); }

  // Ties `chain` to `group`, which owns this. Not if tied.
  void TieMember(const ChainHandle& chain, std::shared_ptr<void> group);

  // As above, for the chain that the group will fire. It is unfired, and no
  // other group's combined one. Firing it releases it.
  void TieCombined(const ChainHandle& chain, std::shared_ptr<void> group);

  // Ends the tie: a handle to the chain. Null if not tied, or if the chain
  // waits for another and has no handle.
  ChainHandle Release();

  // What to cancel in order to cancel the chain: itself, or what it waits for
  // in the end. Null if that is going, or if this is not tied.
  ChainHandle Find() const;

 private:
  friend class DeferredChain;

  // All under the mutex of deferred_life.cc.
  DeferredChain* chain_ = nullptr;
  ChainTie* next_ = nullptr;   // in the chain's list of ties as a member
  ChainTie** link_ = nullptr;  // what points to this in that list
  std::weak_ptr<void> group_;
  std::shared_ptr<void> kept_group_;  // by the chain; see above
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_TIES_H_
