// SPDX-License-Identifier: Apache-2.0
//
// DeferredList: waits for several Deferreds and tells what each came to.
#ifndef HEDDLE_REFERENCE_DEFERRED_LIST_H_
#define HEDDLE_REFERENCE_DEFERRED_LIST_H_

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/deferred_group.h"
#include "reference/first_error.h"  // IWYU pragma: export
#include "reference/outcome.h"

namespace heddle {

// Which of the forms that wait for several Deferreds:
//
//   DeferredList   fires when all have, and tells values and failures alike
//   GatherResults  fires with all values, or fails at the first failure
//   All            the same, of any types; cancels the rest at the first
//                  failure (all.h)
//   Race, First    fires with the first value and cancels the rest; fails if
//                  all fail (race.h)
//
// The first two only listen: a member keeps its result, for others to use, and
// goes on when the list has fired; a failure that nobody handles is reported.
// The others own what they are given, which is what new code should want
// (BT-39).

struct DeferredListOptions {
  // The first value fires the list (DF-51).
  bool fire_on_one_callback = false;

  // The first failure fails the list, with FirstError (DF-52).
  bool fire_on_one_errback = false;

  // A member's failure is taken away from it (DF-54).
  bool consume_errors = false;
};

// The first value among the members, and whose it was.
template <class T>
struct FirstValue {
  std::size_t index;  // in the order given, from 0
  T value;
};
template <>
struct FirstValue<void> {
  std::size_t index;
};

// What a list fires with: one of the two, the other is empty.
template <class T>
struct DeferredListResult {
  // The first value, under fire_on_one_callback; without one, all have failed.
  std::optional<FirstValue<T>> first;

  // What each member came to, in the order given, whenever it came.
  std::vector<Outcome<T>> outcomes;
};

// A Deferred that waits for `members`, each with the callbacks it has by now.
// It fires when every member has fired (DF-50), or earlier as `options` say;
// what members bring later changes nothing (DF-53). It fails with FirstError
// only. A list without members fires at once, or never under
// fire_on_one_callback (DF-55).
//
// Each member's result is copied and passes the list unchanged, so a member may
// be in several lists, or twice in one (DF-56); hence T is copyable, or void.
// What copying throws is that member's failure, for the list. With
// consume_errors a failure is consumed instead, before the list fires and after
// it (DF-54).
//
// Cancelling the list cancels the members that have no result yet (DF-57). The
// list fires with what they make of it; if it must wait for one still, it fails
// with CancelledError. So a limit of AddTimeout makes a list of CancelledErrors
// as a rule, and no TimeoutError; set limits on the members, or use All.
//
// The list and its members stay as long as anybody has a handle to it, or can
// fire one of them.
//
// On the members' thread. Throws std::logic_error for a handle that was moved
// from or is not at its chain's tail, with nothing changed.
template <class T>
Deferred<DeferredListResult<T>> DeferredList(std::vector<Deferred<T>> members,
                                             DeferredListOptions options = {}) {
  static_assert(std::is_void_v<T> || std::is_copy_constructible_v<T>,
                "DeferredList: members keep their results, so the values must "
                "be copyable; for move-only values write All(members)");
  const GroupForm form = {
      .function = "DeferredList",
      .first_value_ends = options.fire_on_one_callback,
      .first_failure_ends = options.fire_on_one_errback,
      .consumes_failures = options.consume_errors,
      .copy = &CopyValue<T>,
      .of_first =
          [](std::size_t index, ChainResult value) {
            DeferredListResult<T> result;
            if constexpr (std::is_void_v<T>) {
              result.first = {index};
            } else {
              result.first.emplace(FirstValue<T>{index, TakeValue<T>(value)});
            }
            return ChainResult::OfValue<DeferredListResult<T>>(
                std::move(result));
          },
      .of_all =
          [](std::vector<ChainResult> results) {
            DeferredListResult<T> list;
            list.outcomes.reserve(results.size());
            for (ChainResult& result : results) {
              list.outcomes.push_back(TakeOutcome<T>(result));
            }
            return ChainResult::OfValue<DeferredListResult<T>>(std::move(list));
          },
  };
  return CombineAs<DeferredListResult<T>>(form,
                                          MakeMembers(std::move(members)));
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_LIST_H_
