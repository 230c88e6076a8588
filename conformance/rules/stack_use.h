// SPDX-License-Identifier: Apache-2.0
//
// How much stack a piece of code takes.
#ifndef HEDDLE_CONFORMANCE_RULES_STACK_USE_H_
#define HEDDLE_CONFORMANCE_RULES_STACK_USE_H_

#include <cstddef>
#include <functional>

namespace heddle::conformance {

// Runs `body` on a thread of its own and returns how many bytes of stack that
// thread has touched, in whole pages. The stack is so large that code which
// recurses a hundred thousand times is measured rather than killed.
std::size_t StackUse(const std::function<void()>& body);

// Fails the rule if `body(links)` takes more stack for a hundred thousand
// links than for a hundred.
void ExpectConstantStack(const std::function<void(int links)>& body);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_STACK_USE_H_
