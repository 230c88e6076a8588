// SPDX-License-Identifier: Apache-2.0
//
// Keep: what a Deferred comes to, for tests to look at.
#ifndef HEDDLE_REFERENCE_KEPT_OUTCOME_H_
#define HEDDLE_REFERENCE_KEPT_OUTCOME_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reference/deferred.h"
#include "reference/failure.h"
#include "reference/outcome.h"

namespace heddle {

// What a Deferred has come to, if it has.
template <class T>
class KeptOutcome {
 public:
  bool come() const { return outcome_->has_value(); }
  bool ok() const { return come() && (*outcome_)->ok(); }

  // Whether it is a failure that holds an E.
  template <class E>
  bool Failed() const {
    return come() && !ok() && (*outcome_)->failure().template Check<E>();
  }

  // Only if ok(), or if it has failed.
  auto& value() const { return (*outcome_)->value(); }
  const Failure& failure() const { return (*outcome_)->failure(); }

  // Whether nobody else, a callback that has not run, has a part in it.
  bool alone() const { return outcome_.use_count() == 1; }

 private:
  template <class U>
  friend KeptOutcome<U> Keep(const Deferred<U>& deferred);

  std::shared_ptr<std::optional<Outcome<T>>> outcome_ =
      std::make_shared<std::optional<Outcome<T>>>();
};

// Takes what `deferred` comes to, so that no failure is left to be reported.
template <class T>
KeptOutcome<T> Keep(const Deferred<T>& deferred) {
  KeptOutcome<T> kept;
  deferred.AddBoth([outcome = kept.outcome_](Outcome<T> result) {
    outcome->emplace(std::move(result));
  });
  return kept;
}

// The E that `failure` holds, which must hold one.
template <class E>
E Thrown(const Failure& failure) {
  try {
    failure.Rethrow();
  } catch (const E& error) {
    return error;
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_KEPT_OUTCOME_H_
