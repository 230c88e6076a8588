// SPDX-License-Identifier: Apache-2.0
//
// FailureGroup: several failures as one.
#ifndef HEDDLE_REFERENCE_FAILURE_GROUP_H_
#define HEDDLE_REFERENCE_FAILURE_GROUP_H_

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference/failure.h"

namespace heddle {

// What a Race fails with when every member has failed (BT-39). Cheap to copy;
// copies share the failures.
class FailureGroup : public std::runtime_error {
 public:
  // Throws std::invalid_argument if `failures` is empty.
  explicit FailureGroup(std::vector<Failure> failures)
      : std::runtime_error(Text(failures)),
        failures_(std::make_shared<std::vector<Failure>>(std::move(failures))) {
  }

  // In the order of the members, whenever each came.
  const std::vector<Failure>& failures() const { return *failures_; }

 private:
  static std::string Text(const std::vector<Failure>& failures) {
    if (failures.empty()) {
      throw std::invalid_argument("FailureGroup: there are no failures");
    }
    return "all " + std::to_string(failures.size()) +
           " failed; the first: " + failures.front().Describe();
  }

  std::shared_ptr<const std::vector<Failure>> failures_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_FAILURE_GROUP_H_
