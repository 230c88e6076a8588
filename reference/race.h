// SPDX-License-Identifier: Apache-2.0
//
// Race, First: the first of several Deferreds to succeed.
#ifndef HEDDLE_REFERENCE_RACE_H_
#define HEDDLE_REFERENCE_RACE_H_

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/deferred_group.h"
#include "reference/failure_group.h"  // IWYU pragma: export

namespace heddle {

// For Race and First: what they have in common.
GroupForm RaceForm(const char* function,
                   ChainResult (*of_first)(std::size_t, ChainResult));

// std::invalid_argument naming `function` if there are no members.
void RequireRunners(const char* function, std::size_t members);

// What Race fires with: the first value and whose it was, from 0 in the order
// given; for members without a value, whose it was alone.
template <class T>
struct RaceResultTraits {
  using Type = std::pair<std::size_t, T>;
};
template <>
struct RaceResultTraits<void> {
  using Type = std::size_t;
};
template <class T>
using RaceResult = typename RaceResultTraits<T>::Type;

// A Deferred that fires with the first value that a member brings; members that
// have fired before count in the order given. The rest is cancelled, before the
// callbacks run. If all fail, it fails with a FailureGroup, in the members'
// order (BT-39).
//
// It owns what it is given: results move out of the members, values and
// failures alike, so T may be move-only, and whoever attaches to a member later
// finds it consumed. Nothing that a loser does is reported.
//
// Cancelling it cancels all members; it then fails with CancelledError, or with
// the TimeoutError of a limit, whatever they make of it.
//
// It and its members stay as long as anybody has a handle to it, or can fire
// one of them.
//
// On the members' thread. Throws, with nothing changed, std::invalid_argument
// if there are no members, for it would never fire, and std::logic_error for a
// handle that was moved from or is not at its chain's tail.
template <class T>
Deferred<RaceResult<T>> Race(std::vector<Deferred<T>> members) {
  RequireRunners("Race", members.size());
  return CombineAs<RaceResult<T>>(
      RaceForm("Race",
               [](std::size_t index, ChainResult value) {
                 if constexpr (std::is_void_v<T>) {
                   return ChainResult::OfValue<std::size_t>(index);
                 } else {
                   return ChainResult::OfValue<RaceResult<T>>(
                       index, TakeValue<T>(value));
                 }
               }),
      MakeMembers(std::move(members)));
}

// The same without the index.
template <class T>
Deferred<T> First(std::vector<Deferred<T>> members) {
  RequireRunners("First", members.size());
  return CombineAs<T>(
      RaceForm("First", [](std::size_t, ChainResult value) { return value; }),
      MakeMembers(std::move(members)));
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_RACE_H_
