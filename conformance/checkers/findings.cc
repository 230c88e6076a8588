// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/findings.h"

#include <algorithm>
#include <cstddef>

namespace heddle::conformance {

testing::AssertionResult Fine(const Findings& findings) {
  if (findings.empty()) return testing::AssertionSuccess();
  constexpr std::size_t kShown = 10;
  testing::AssertionResult result = testing::AssertionFailure();
  const std::size_t shown = std::min(findings.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) result << "\n  " << findings[i];
  if (findings.size() > shown) {
    result << "\n  and " << findings.size() - shown << " more";
  }
  return result << "\n";
}

}  // namespace heddle::conformance
