// SPDX-License-Identifier: Apache-2.0
//
// What is claimed about a mutant; defined in a file that the build writes.
#ifndef HEDDLE_CONFORMANCE_MUTANTS_CLAIM_H_
#define HEDDLE_CONFORMANCE_MUTANTS_CLAIM_H_

namespace heddle::conformance {

// Without a container: some hundred files say what they claim and include this.
struct Claim {
  const char* mutant;
  const char* rule;     // the name of the rule that must reject the mutant
  const char* message;  // what the rule must say
  bool dies;            // the process may crash or hang instead of failing
  const char* also[16];  // rules that must reject it, too; null after them
};

extern const Claim kClaim;

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_MUTANTS_CLAIM_H_
