// SPDX-License-Identifier: Apache-2.0
//
// What Deferreds fire with, and where.
#ifndef HEDDLE_CONFORMANCE_RULES_ARRIVALS_H_
#define HEDDLE_CONFORMANCE_RULES_ARRIVALS_H_

#include <thread>
#include <utility>

#include "conformance/kit/patience.h"
#include "reference/deferred.h"
#include "reference/outcome.h"

namespace heddle::conformance {

// What a Deferred fired with, and where.
template <class T>
struct Arrival {
  std::thread::id thread;
  Outcome<T> outcome;
};

// Takes what `deferred` fires with into `arrivals`.
template <class T>
void Collect(const Deferred<T>& deferred, History<Arrival<T>>& arrivals) {
  deferred.AddBoth([&arrivals](Outcome<T> outcome) {
    arrivals.Add({std::this_thread::get_id(), std::move(outcome)});
  });
}

// Whether it is a failure that holds an E.
template <class E, class T>
bool FailedWith(const Arrival<T>& arrival) {
  return !arrival.outcome.ok() && arrival.outcome.failure().template Check<E>();
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_ARRIVALS_H_
