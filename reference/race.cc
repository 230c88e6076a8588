// SPDX-License-Identifier: Apache-2.0
#include "reference/race.h"

#include <stdexcept>
#include <string>

#include "reference/failure.h"

namespace heddle {
namespace {

ChainResult Lost(std::vector<ChainResult> results) {
  std::vector<Failure> failures;
  failures.reserve(results.size());
  for (const ChainResult& result : results) {
    failures.emplace_back(result.exception());
  }
  throw FailureGroup(std::move(failures));
}

}  // namespace

GroupForm RaceForm(const char* function,
                   ChainResult (*of_first)(std::size_t, ChainResult)) {
  return {
      .function = function,
      .first_value_ends = true,
      .owns_members = true,
      .of_first = of_first,
      .of_all = &Lost,
  };
}

void RequireRunners(const char* function, std::size_t members) {
  if (members > 0) return;
  throw std::invalid_argument(
      std::string(function) +
      ": there are 0 members, must be at least 1; it would never fire");
}

}  // namespace heddle
