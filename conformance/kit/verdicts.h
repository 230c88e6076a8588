// SPDX-License-Identifier: Apache-2.0
//
// What the rules come to, for the reader of a test's output.
#ifndef HEDDLE_CONFORMANCE_KIT_VERDICTS_H_
#define HEDDLE_CONFORMANCE_KIT_VERDICTS_H_

namespace heddle::conformance {

// Exit statuses of a conformance test; 1 is GoogleTest's own.
enum ExitStatus : int {
  kConforms = 0,
  kViolates = 1,
  kBrokenSubject = 2,  // no backend, several, or a broken factory
  kNoRules = 3,        // nothing to run: no chapter linked, or a filter
};

// Checks the rules linked into this program against its backend; the body of
// main. Before a rule's first failure it prints clause, sentence, backend and
// the command that checks just this rule again; at the end, how many rules
// conform, violate, are not offered, not observable or not run.
int RunRules(int argc, char** argv);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_VERDICTS_H_
