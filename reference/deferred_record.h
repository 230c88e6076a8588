// SPDX-License-Identifier: Apache-2.0
//
// DeferredRecord: what debugging knows of one chain.
#ifndef HEDDLE_REFERENCE_DEFERRED_RECORD_H_
#define HEDDLE_REFERENCE_DEFERRED_RECORD_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "reference/call_site.h"

namespace heddle {

// What it is: who made a chain, who fired it first, whose thread it is on.
//
// Its states: made here, or made while debugging was off; and, if made here,
// owned by a thread, or detached until the next one uses the chain.
//
// What the caller must do: hold the chain; NoteFirstFire() only while firing.
//
// What it promises: RequireThread() and DetachFromThread() are safe on any
// thread, since finding the wrong one is what they are for.
//
// Happens-before: none that anybody may rely on.
//
// Destruction: with the chain.
class DeferredRecord {
 public:
  enum class Made { kHere, kWhileOff };

  explicit DeferredRecord(Made made);

  DeferredRecord(const DeferredRecord&) = delete;
  DeferredRecord& operator=(const DeferredRecord&) = delete;

  // The chain is being fired here. Only the first time counts.
  void NoteFirstFire();

  // Throws WrongThread, naming `function` and both threads, if the chain is
  // another thread's. Takes it for this one if it is detached.
  void RequireThread(const char* function);

  void DetachFromThread();

  // Null if made while debugging was off.
  const std::shared_ptr<const CallSite>& maker() const { return maker_; }

  // "made by f() from main on thread 'x' (12), first fired by ..."; of null,
  // that debugging was off.
  static std::string Describe(const DeferredRecord* record);

 private:
  // Beside the numbers of threads.
  static constexpr std::uint64_t kNextUser = 0;

  const std::shared_ptr<const CallSite> maker_;
  std::unique_ptr<const CallSite> first_fire_;
  std::mutex mutex_;
  std::uint64_t owner_;     // with the mutex
  std::string owner_name_;  // likewise
};

// "made by f() ..." for the place where a chain was made, which may be null.
std::string DescribeMaker(const CallSite* maker);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_RECORD_H_
