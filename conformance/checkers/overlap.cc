// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/overlap.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace heddle::conformance {

int MostAtOnce(const std::vector<Mark>& history) {
  int now = 0;
  int most = 0;
  for (const Mark mark : history) {
    now += mark == Mark::kBegin ? 1 : -1;
    most = std::max(most, now);
  }
  return most;
}

Findings CheckOverlap(const std::vector<Mark>& history, int most) {
  Findings findings;
  const int seen = MostAtOnce(history);
  if (seen > most) {
    findings.push_back("expected at most " + std::to_string(most) +
                       " at the same time, seen " + std::to_string(seen));
  }
  int now = 0;
  for (std::size_t place = 0; place < history.size(); ++place) {
    now += history[place] == Mark::kBegin ? 1 : -1;
    if (now >= 0) continue;
    findings.push_back("at place " + std::to_string(place) +
                       ": an end, expected only after its beginning");
    break;  // all that follows is of no meaning
  }
  return findings;
}

}  // namespace heddle::conformance
