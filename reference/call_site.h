// SPDX-License-Identifier: Apache-2.0
//
// CallSite: who made a call, for people.
#ifndef HEDDLE_REFERENCE_CALL_SITE_H_
#define HEDDLE_REFERENCE_CALL_SITE_H_

#include <array>
#include <string>

namespace heddle {

// The thread it was made on and the functions that were under way, as
// addresses; names are looked up when it is described. Immutable. Costs a walk
// up the stack.
class CallSite {
 public:
  // Here.
  CallSite();

  // "Inner(int) from Outer() from main on thread 'x' (12)", innermost first,
  // without Deferred's own functions. A function that the dynamic linker does
  // not know stands as module+offset, which addr2line understands: link with
  // -rdynamic to see names; static functions have none even so.
  std::string Describe() const;

 private:
  std::array<void*, 32> frames_;
  int count_;
  int first_ = 0;  // the caller's
  std::string thread_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CALL_SITE_H_
