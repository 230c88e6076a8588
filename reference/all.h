// SPDX-License-Identifier: Apache-2.0
//
// All: the values of several Deferreds, all or none.
#ifndef HEDDLE_REFERENCE_ALL_H_
#define HEDDLE_REFERENCE_ALL_H_

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/deferred_group.h"
#include "reference/first_error.h"  // IWYU pragma: export
#include "reference/outcome.h"

namespace heddle {

// For the two below: what they have in common.
inline GroupForm AllForm(ChainResult (*of_all)(std::vector<ChainResult>)) {
  return {
      .function = "All",
      .first_failure_ends = true,
      .owns_members = true,
      .of_all = of_all,
  };
}

// A Deferred that fires with the members' values, in the order given, whenever
// each came; for members without a value, without one; for no members, at once.
// The first failure fails it with FirstError, and the rest is cancelled before
// the errbacks run (BT-39).
//
// It owns what it is given: results move out of the members, values and
// failures alike, so T may be move-only, and whoever attaches to a member later
// finds it consumed. A member given twice is consumed the second time, which
// fails. Nothing that a member does after the first failure is reported.
//
// Cancelling it cancels all members; it then fails with CancelledError, or with
// the TimeoutError of a limit, whatever they make of it.
//
// It and its members stay as long as anybody has a handle to it, or can fire
// one of them.
//
// On the members' thread. Throws std::logic_error for a handle that was moved
// from or is not at its chain's tail, with nothing changed.
template <class T>
Deferred<ValuesOf<T>> All(std::vector<Deferred<T>> members) {
  return CombineAs<ValuesOf<T>>(AllForm(&TakeValues<T>),
                                MakeMembers(std::move(members)));
}

// The same for Deferreds of any types. A std::monostate stands for no value.
template <class... T>
requires(sizeof...(T) > 0)
    Deferred<std::tuple<typename Outcome<T>::Value...>> All(
        Deferred<T>... members) {
  using Values = std::tuple<typename Outcome<T>::Value...>;
  std::vector<DeferredGroup::Member> list;
  list.reserve(sizeof...(T));
  (list.push_back(MakeMember(std::move(members))), ...);
  return CombineAs<Values>(
      AllForm([](std::vector<ChainResult> results) {
        return [&]<std::size_t... index>(std::index_sequence<index...>) {
          return ChainResult::OfValue<Values>(TakeValue<T>(results[index])...);
        }
        (std::index_sequence_for<T...>());
      }),
      std::move(list));
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_ALL_H_
