// SPDX-License-Identifier: Apache-2.0
//
// GatherResults: the values of several Deferreds, or the first failure.
#ifndef HEDDLE_REFERENCE_GATHER_RESULTS_H_
#define HEDDLE_REFERENCE_GATHER_RESULTS_H_

#include <type_traits>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/deferred_group.h"
#include "reference/first_error.h"  // IWYU pragma: export

namespace heddle {

// A Deferred that fires with the members' values, in the order given, whenever
// each came; for members without a value, without one. The first failure fails
// it with FirstError; the other members go on, and their failures are reported
// unless somebody handles them, or `consume_errors` takes them away (DF-58).
// Without members it fires at once.
//
// Cancelling it cancels the members that have no result yet, so as a rule it
// fails with a FirstError that holds a CancelledError. All else is as for
// DeferredList, which also says which form to choose.
template <class T>
Deferred<ValuesOf<T>> GatherResults(std::vector<Deferred<T>> members,
                                    bool consume_errors = false) {
  static_assert(std::is_void_v<T> || std::is_copy_constructible_v<T>,
                "GatherResults: members keep their results, so the values must "
                "be copyable; for move-only values write All(members)");
  const GroupForm form = {
      .function = "GatherResults",
      .first_failure_ends = true,
      .consumes_failures = consume_errors,
      .copy = &CopyValue<T>,
      .of_all = &TakeValues<T>,
  };
  return CombineAs<ValuesOf<T>>(form, MakeMembers(std::move(members)));
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_GATHER_RESULTS_H_
