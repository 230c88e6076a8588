// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/account.h"

#include <string>

namespace heddle::conformance {

Findings CheckAccount(const Account& account) {
  const std::uint64_t found = account.completed + account.running +
                              account.waiting + account.refused;
  if (found == account.submitted) return {};
  return {"expected " + std::to_string(account.submitted) +
          " pieces of work, as submitted, seen " + std::to_string(found) +
          ": " + std::to_string(account.completed) + " completed, " +
          std::to_string(account.running) + " running, " +
          std::to_string(account.waiting) + " waiting, " +
          std::to_string(account.refused) + " refused"};
}

}  // namespace heddle::conformance
