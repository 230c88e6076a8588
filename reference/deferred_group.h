// SPDX-License-Identifier: Apache-2.0
//
// DeferredGroup: the members of a combined Deferred, without their types.
#ifndef HEDDLE_REFERENCE_DEFERRED_GROUP_H_
#define HEDDLE_REFERENCE_DEFERRED_GROUP_H_

#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/chain_ties.h"
#include "reference/deferred.h"
#include "reference/deferred_steps.h"
#include "reference/outcome.h"

namespace heddle {

// What one kind of combined Deferred makes of its members.
struct GroupForm {
  const char* function;  // which the user calls; for errors

  // The first value, or the first failure, ends the group.
  bool first_value_ends = false;
  bool first_failure_ends = false;

  // A member's failure is taken away from it.
  bool consumes_failures = false;

  // A member's result is moved out of it, whatever it is; when the group ends,
  // the members without a result are cancelled; and when the combined Deferred
  // is cancelled, that is its result, whatever its members make of it (BT-39).
  bool owns_members = false;

  // A copy of a member's value; not used, and null, if the group owns it.
  ChainResult (*copy)(ChainResult& value) = nullptr;

  // The combined result if a value ends the group; else null.
  ChainResult (*of_first)(std::size_t index, ChainResult value) = nullptr;

  // The combined result when every member has one, in the members' order.
  ChainResult (*of_all)(std::vector<ChainResult> results) = nullptr;
};

// What it is: the state that steps in the members' chains share.
//
// Its states:
//   gathering  some members have no result, and more of them are wanted
//   ended      by a first value, a first failure, the last result, or the
//              combined Deferred's cancellation. What a member brings then is
//              only taken from it, where the form says so (DF-53).
//
// What the caller must do: as for Deferred; one thread.
//
// What it promises: members may fire one another, fire or cancel the combined
// Deferred, and have fired before; the same one may occur twice. Nothing fires
// before Combine has attached to every member.
//
// Groups of groups take stack for each level, in firing, cancelling and
// destruction.
//
// Who keeps whom: see chain_ties.h. As long as anybody has a handle to the
// combined Deferred, or can fire a member, all members and the combined
// Deferred stay; then all of them go.
//
// Happens-before: none; one thread.
//
// Destruction: with the last chain that keeps it, on whichever thread drops
// that.
class DeferredGroup : public std::enable_shared_from_this<DeferredGroup> {
 public:
  struct Member {
    ChainHandle chain;
    const std::type_info* type;  // at the handle's end
  };

  // A chain that carries `type` and combines `members`. Throws std::logic_error
  // for a handle that was moved from or is not at its chain's tail, with no
  // member changed.
  static ChainHandle Combine(const GroupForm& form, const std::type_info& type,
                             std::vector<Member> members);

  // For Combine.
  DeferredGroup(const GroupForm& form, std::size_t members);

 private:
  class MemberStep;

  void AttachTo(std::vector<Member> members);
  void Arrive(std::size_t index, ChainResult& result);
  ChainResult Take(ChainResult& result) const;
  void EndIfDecided(std::size_t index);
  void Absorb(ChainResult& result) const;
  template <class F>
  void End(F combine);
  void Fire();
  void Cancel();
  void CancelRest();

  const GroupForm form_;
  std::vector<ChainTie> ties_;  // to members without a result
  std::vector<ChainResult> results_;
  std::size_t missing_;
  bool attaching_ = true;  // the combined chain must not fire yet
  bool ended_ = false;
  ChainResult combined_;  // once ended
  ChainTie tie_;          // to the combined chain, until it fires
};

// The typed half.

// `deferred` as a member.
template <class T>
DeferredGroup::Member MakeMember(Deferred<T> deferred) {
  return {DeferredAccess::TakeChain(std::move(deferred)), &typeid(T)};
}

template <class T>
std::vector<DeferredGroup::Member> MakeMembers(
    std::vector<Deferred<T>> deferreds) {
  std::vector<DeferredGroup::Member> members;
  members.reserve(deferreds.size());
  for (Deferred<T>& deferred : deferreds) {
    members.push_back(MakeMember(std::move(deferred)));
  }
  return members;
}

// A Deferred<U> that combines `members`.
template <class U>
Deferred<U> CombineAs(const GroupForm& form,
                      std::vector<DeferredGroup::Member> members) {
  return DeferredAccess::FromChain<U>(
      DeferredGroup::Combine(form, typeid(U), std::move(members)));
}

template <class T>
ChainResult CopyValue(ChainResult& value) {
  if constexpr (std::is_void_v<T>) {
    return ChainResult::OfValue<void>();
  } else {
    return ChainResult::OfValue<T>(std::as_const(value.Value<T>()));
  }
}

// The value, or the failure; a value is moved out.
template <class T>
Outcome<T> TakeOutcome(ChainResult& result) {
  if (result.has_failure()) return Failure(result.exception());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(result.Value<T>());
  }
}

// The value in `result`, moved out; a std::monostate for void.
template <class T>
typename Outcome<T>::Value TakeValue(ChainResult& result) {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(result.Value<T>());
  }
}

// What the values of several Deferred<T> are together.
template <class T>
struct ValuesTraits {
  using Type = std::vector<T>;
};
template <>
struct ValuesTraits<void> {
  using Type = void;
};
template <class T>
using ValuesOf = typename ValuesTraits<T>::Type;

// All values, none of which is missing.
template <class T>
ChainResult TakeValues(std::vector<ChainResult> results) {
  if constexpr (std::is_void_v<T>) {
    return ChainResult::OfValue<void>();
  } else {
    std::vector<T> values;
    values.reserve(results.size());
    for (ChainResult& result : results) {
      values.push_back(TakeValue<T>(result));
    }
    return ChainResult::OfValue<std::vector<T>>(std::move(values));
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_GROUP_H_
