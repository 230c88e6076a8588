// SPDX-License-Identifier: Apache-2.0
//
// FirstError: how a combined Deferred fails with one of its members.
#ifndef HEDDLE_REFERENCE_FIRST_ERROR_H_
#define HEDDLE_REFERENCE_FIRST_ERROR_H_

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "reference/failure.h"

namespace heddle {

// The first failure among the members of a DeferredList, GatherResults or All,
// and whose it was (DF-52, DF-58).
class FirstError : public std::runtime_error {
 public:
  FirstError(Failure failure, std::size_t index)
      : std::runtime_error("member " + std::to_string(index) +
                           " failed: " + failure.Describe()),
        failure_(std::move(failure)),
        index_(index) {}

  const Failure& failure() const { return failure_; }

  // The member's place in what was given, from 0.
  std::size_t index() const { return index_; }

 private:
  Failure failure_;
  std::size_t index_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_FIRST_ERROR_H_
