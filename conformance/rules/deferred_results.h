// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a Deferred, in words that a failing rule can print.
#ifndef HEDDLE_CONFORMANCE_RULES_DEFERRED_RESULTS_H_
#define HEDDLE_CONFORMANCE_RULES_DEFERRED_RESULTS_H_

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/failure.h"
#include "reference/outcome.h"

namespace heddle::conformance {

// What was called, in order.
using Trace = std::vector<std::string>;

// An error that only the rules know.
class Lost : public std::runtime_error {
 public:
  Lost() : std::runtime_error("lost") {}
};

// "CancelledError" for heddle's errors, whose text may change; else type and
// text.
inline std::string InWords(const Failure& failure) {
  const std::string words = failure.Describe();
  const std::string library = "heddle::";
  const std::string rules = "heddle::conformance::";
  if (words.rfind(library, 0) != 0) return words;
  const std::size_t begin =
      words.rfind(rules, 0) == 0 ? rules.size() : library.size();
  return words.substr(begin, words.find(": ") - begin);
}

// The value as GoogleTest prints it, "done" for void, or the failure.
template <class T>
std::string InWords(const Outcome<T>& outcome) {
  if (!outcome.ok()) return InWords(outcome.failure());
  if constexpr (std::is_void_v<T>) {
    return "done";
  } else {
    return testing::PrintToString(outcome.value());
  }
}

// Takes the result out of a Deferred, so that its chain goes on without one,
// and says what it was: "none yet" if it has none that callbacks would get.
template <class T>
std::string TakeResult(const Deferred<T>& deferred) {
  const auto words = std::make_shared<std::string>("none yet");
  deferred.AddBoth(
      [words](const Outcome<T>& outcome) { *words = InWords(outcome); });
  return *words;
}

// For AddBoth: notes `entry` and passes the result on.
inline auto Note(Trace& trace, std::string entry) {
  return [&trace, entry = std::move(entry)]<class T>(Outcome<T> outcome) {
    trace.push_back(entry);
    return outcome;
  };
}

// A fired Deferred that waits for `inner`, or has taken its result.
template <class T>
Deferred<T> WaitingFor(Deferred<T> inner) {
  return Succeed().AddCallback([inner = std::move(inner)] { return inner; });
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_DEFERRED_RESULTS_H_
