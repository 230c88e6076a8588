// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/producer_order.h"

#include <map>
#include <string>

namespace heddle::conformance {

Findings CheckProducerOrder(const std::vector<Sent>& arrived) {
  Findings findings;
  std::map<int, int> next;  // by producer
  for (const Sent& sent : arrived) {
    int& expected = next[sent.producer];
    if (sent.number != expected) {
      findings.push_back("producer " + std::to_string(sent.producer) +
                         ": expected its number " + std::to_string(expected) +
                         ", seen " + std::to_string(sent.number));
    }
    expected = sent.number + 1;
  }
  return findings;
}

}  // namespace heddle::conformance
