// SPDX-License-Identifier: Apache-2.0
//
// The order of what each of several producers sent.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_PRODUCER_ORDER_H_
#define HEDDLE_CONFORMANCE_CHECKERS_PRODUCER_ORDER_H_

#include <vector>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

// One thing of a producer's; each numbers its own from 0.
struct Sent {
  int producer;
  int number;
};

// `arrived`: in the order of arrival. What one producer sent arrives as 0, 1,
// 2 ... without gap or repetition, however the producers mix. After a finding
// the producer's next is expected to follow what was seen. Whether the last are
// missing is not asked.
Findings CheckProducerOrder(const std::vector<Sent>& arrived);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_PRODUCER_ORDER_H_
