// SPDX-License-Identifier: Apache-2.0
//
// Where the work has gone that was submitted.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_ACCOUNT_H_
#define HEDDLE_CONFORMANCE_CHECKERS_ACCOUNT_H_

#include <cstdint>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

// Pieces of work, all counted at the same time or while nothing changes.
struct Account {
  std::uint64_t submitted = 0;
  std::uint64_t completed = 0;  // however they ended
  std::uint64_t running = 0;
  std::uint64_t waiting = 0;  // accepted, and not begun
  std::uint64_t refused = 0;  // at the submission, or given back later
};

// Every piece is in one place: submitted = completed + running + waiting +
// refused.
Findings CheckAccount(const Account& account);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_ACCOUNT_H_
