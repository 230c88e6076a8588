// SPDX-License-Identifier: Apache-2.0
//
// A signal as it is before anybody handles it.
#ifndef HEDDLE_CONFORMANCE_RULES_DEFAULT_DISPOSITION_H_
#define HEDDLE_CONFORMANCE_RULES_DEFAULT_DISPOSITION_H_

#include <signal.h>

namespace heddle::conformance {

// For its lifetime nobody has a handler for the signal; afterwards the former
// disposition is back. A shell may have had it ignored.
class DefaultDisposition {
 public:
  explicit DefaultDisposition(int number) : number_(number) {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigaction(number_, &standard, &former_);
  }
  ~DefaultDisposition() { sigaction(number_, &former_, nullptr); }

  DefaultDisposition(const DefaultDisposition&) = delete;
  DefaultDisposition& operator=(const DefaultDisposition&) = delete;

 private:
  const int number_;
  struct sigaction former_ = {};
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_DEFAULT_DISPOSITION_H_
