// SPDX-License-Identifier: Apache-2.0
//
// DeferredChain: the chain that Deferred handles share, without its types.
#ifndef HEDDLE_REFERENCE_DEFERRED_CHAIN_H_
#define HEDDLE_REFERENCE_DEFERRED_CHAIN_H_

#include <cstddef>
#include <memory>
#include <typeinfo>
#include <utility>

#include "reference/chain_canceller.h"
#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/chain_step.h"
#include "reference/deferred_debug.h"
#include "reference/deferred_record.h"
#include "reference/recycled_blocks.h"
#include "reference/step_slot.h"

namespace heddle {

class ChainTie;
class RunStack;

// What it is: a result, or its absence, and the steps that it has yet to pass.
// Knows the types at its head and tail only to refuse the wrong ones.
//
// Its states: as in deferred.h.
//
// What the caller must do: as in deferred.h; hold a ChainHandle across a call.
//
// What it promises: as in deferred.h. Steps run from a loop over a stack of
// chains that is itself a linked list (RunStack), chains are destroyed from a
// loop over another list, so that nothing recurses.
//
// Who keeps whom: a chain lives while there are handles to it. A chain that
// waits is owned by the chain it waits on, through its step there; in return
// it holds one handle to that chain, but only while it has handles itself. So
// a group of chains that wait for one another goes when the last handle to
// any of them goes, though they point at one another (DF-22, BT-34). A chain
// in a group, members of a combined Deferred and that one itself, is kept by its
// ties, too (chain_ties.h).
//
// Happens-before: a dropped handle before whatever the last drop destroys.
//
// Destruction: by the last handle; see above.
class DeferredChain : public ChainCount {
 public:
  using Canceller = ChainCanceller;

  // `type` is what fires it.
  static ChainHandle Make(const std::type_info& type) {
    return ChainHandle::Adopt(new DeferredChain(type));
  }

  // The same with a canceller, a callable `void(ChainHandle)`.
  template <class F>
  static ChainHandle Make(const std::type_info& type, F&& canceller) {
    ChainHandle chain = Make(type);
    chain->canceller_.Set(std::forward<F>(canceller));
    return chain;
  }

  DeferredChain(const DeferredChain&) = delete;
  DeferredChain& operator=(const DeferredChain&) = delete;

  // std::logic_error naming `function` and both types if it is another.
  void RequireHead(const char* function, const std::type_info& type) const {
    if (head_ != &type) RequireEqualHead(function, type);
  }
  void RequireTail(const char* function, const std::type_info& type) const {
    if (tail_ != &type) RequireEqualTail(function, type);
  }

  // While debugging: WrongThread naming `function` and both threads if the
  // chain is another thread's; takes it for this one if it was detached.
  void RequireThread(const char* function) const {
    if (record_ && DeferredDebugging()) record_->RequireThread(function);
  }
  void DetachFromThread() const {
    if (record_) record_->DetachFromThread();
  }

  // Fires with `result`, which is of the head's type or a failure.
  // `own`, unless it is null, is a handle to this chain that the pass may take
  // instead of counting one more.
  void Fire(const char* function, ChainResult&& result,
            ChainHandle* own = nullptr);

  // Where to make a step that is to be attached.
  StepSlot& slot() { return slot_; }

  // Adds a step at the tail, which is of type `tail` from then on.
  void Attach(std::unique_ptr<ChainStep> step, const std::type_info& tail);

  // Adds the step that fires `target` with the result.
  void Forward(ChainHandle target);

  void Cancel();
  void Pause();
  void Unpause();

  bool called() const { return called_; }

 private:
  friend class ChainHandle;
  friend class ChainTie;
  friend class RunStack;

  explicit DeferredChain(const std::type_info& type)
      : head_(&type), tail_(&type), resume_step_(*this) {
    if (DeferredDebugging()) [[unlikely]] NoteMaker();
  }
  ~DeferredChain() = default;

  static void* operator new(std::size_t) {
    return RecycledBlocks<DeferredChain>::Allocate();
  }
  static void operator delete(void* memory) noexcept {
    RecycledBlocks<DeferredChain>::Free(memory);
  }

  // deferred_chain.cc: firing, pausing, cancelling. The same type may have
  // several std::type_info objects, in several libraries.
  void RequireEqualHead(const char* function, const std::type_info& type) const;
  void RequireEqualTail(const char* function, const std::type_info& type) const;
  // For debugging. Apart, like all that is rare, so that the usual way needs
  // little of a frame.
  [[gnu::cold, gnu::noinline]] void NoteMaker();
  [[gnu::cold, gnu::noinline]] void KeepFirstFire();
  void NoteFirstFire() {
    if (DeferredDebugging()) [[unlikely]] KeepFirstFire();
  }
  [[noreturn, gnu::cold, gnu::noinline]] void ThrowFiredBefore(
      const char* function) const;
  // The same as FireNow(), where the canceller or the group may hold the last
  // handle.
  [[gnu::noinline]] void FireExposed(ChainResult&& result);
  void FireNow(ChainResult&& result, ChainHandle* own = nullptr);
  void CancelUnfired();

  // deferred_run.cc: its steps, and passing the result from step to step, chain
  // to chain.
  void Append(ChainStep* step);
  ChainStep* PopStep();
  bool Ready() const;
  void RunIfReady(ChainHandle* own = nullptr);
  void Run(ChainHandle* own);
  void BeginPass() noexcept;
  void EndPass() noexcept;
  static void RunNext(ChainHandle chain, RunStack& stack);
  void RunStep(ChainStep* step, RunStack& stack);
  void RunCall(std::unique_ptr<ChainStep> step, RunStack& stack);
  [[gnu::noinline]] void RunForward(std::unique_ptr<ChainStep> step,
                                    RunStack& stack);
  [[gnu::noinline]] void RunResume(DeferredChain& waiter, RunStack& stack);
  [[gnu::noinline]] void TakeResultOf(ChainHandle inner, RunStack& stack);
  bool LeadsTo(const DeferredChain& chain) const;
  [[gnu::noinline]] void TakeOwnResult();
  ChainResult Surrender();

  // deferred_life.cc: who keeps whom.
  void StartWaiting(ChainHandle inner);
  ChainHandle StopWaiting();
  [[gnu::noinline]] static void DropHandle(DeferredChain* chain) noexcept;
  void ReleaseFromGroup() noexcept;
  ChainHandle Revive();
  bool Forsake() noexcept;
  static void Destroy(DeferredChain* chain) noexcept;
  bool IsBare() const noexcept;
  [[gnu::noinline]] static void DestroyInTurn(DeferredChain* chain) noexcept;
  void DropContents() noexcept;
  void PutOnList() noexcept;
  void TakeOffList() noexcept;

  unsigned pauses_ = 0;
  unsigned waiters_ = 0;  // chains whose resume_step_ is among our steps
  bool called_ = false;
  bool running_ = false;  // on a RunStack
  bool cancelling_ = false;
  bool ignores_next_fire_ = false;
  // Whether others than handles have ever led here: it waited, was waited for,
  // or had ties. Set before the setter's handle is dropped.
  bool tied_ = false;
  bool listed_ = false;      // at rest, with a failure (held_failures.h)
  // What we wait on, or null. Written by the chain's thread under the mutex
  // of deferred_life.cc, where another thread may drop the last handle.
  DeferredChain* waiting_on_ = nullptr;
  ChainTie* ties_ = nullptr;       // as a member; under that mutex
  ChainTie* combined_ = nullptr;   // likewise, until it is fired
  DeferredChain* below_ = nullptr;  // in a RunStack, or among the doomed
  ChainStep* first_step_ = nullptr;
  ChainStep* last_step_ = nullptr;
  const std::type_info* const head_;
  const std::type_info* tail_;
  ChainResult result_;
  Canceller canceller_;
  ResumeStep resume_step_;  // among the steps of waiting_on_
  std::unique_ptr<DeferredRecord> record_;  // null but for debugging
  StepSlot slot_;
};

inline ChainHandle::ChainHandle(DeferredChain* chain) noexcept
    : chain_(chain) {
  Add();
}

inline DeferredChain& ChainHandle::operator*() const noexcept { return *get(); }

inline DeferredChain* ChainHandle::operator->() const noexcept { return get(); }

inline DeferredChain* ChainHandle::get() const noexcept {
  return static_cast<DeferredChain*>(chain_);
}

inline DeferredChain* ChainHandle::Release() noexcept {
  return static_cast<DeferredChain*>(std::exchange(chain_, nullptr));
}

inline ChainHandle ChainHandle::Adopt(DeferredChain* chain) noexcept {
  ChainHandle handle;
  handle.chain_ = chain;
  return handle;
}

// For deferred.h: std::logic_error for a handle that was moved from.
[[noreturn]] void ThrowMovedFrom(const char* function);

// The chain that a callback returned, if it carries `type`; else null, and
// `result` is the failure that says so.
ChainHandle RequireReturned(ChainHandle chain, const std::type_info& type,
                            ChainResult& result);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_CHAIN_H_
