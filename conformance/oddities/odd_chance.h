// SPDX-License-Identifier: Apache-2.0
//
// Chance for oddities, and steps that take a random while.
#ifndef HEDDLE_CONFORMANCE_ODDITIES_ODD_CHANCE_H_
#define HEDDLE_CONFORMANCE_ODDITIES_ODD_CHANCE_H_

#include <cstddef>

namespace heddle::oddities {

// A number from 0 to `limit` - 1; any thread, each with a row of numbers of its
// own. All rows follow from HEDDLE_SEED, a number, or from one drawn at the
// first call, which prints it: the same seed gives the same rows, though not
// the same interleaving.
std::size_t Below(std::size_t limit);

// Takes a random while: mostly nothing, often the processor's turn, now and
// then many turns.
void Dawdle();

}  // namespace heddle::oddities

#endif  // HEDDLE_CONFORMANCE_ODDITIES_ODD_CHANCE_H_
