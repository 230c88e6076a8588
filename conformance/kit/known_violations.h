// SPDX-License-Identifier: Apache-2.0
//
// KnownViolations: which rules a backend is known to break.
#ifndef HEDDLE_CONFORMANCE_KIT_KNOWN_VIOLATIONS_H_
#define HEDDLE_CONFORMANCE_KIT_KNOWN_VIOLATIONS_H_

#include <map>
#include <string>

namespace heddle::conformance {

// A file beside the backend, under version control, a rule a line, with the
// reason:
//
//   TP_11_OneWorkerRunsTasksInTheOrderOfSubmission  # the kernel's queue: #17
//
// Empty lines, and lines that begin with '#', are left alone. A listed rule
// that violates is shown, but does not fail the test; one that conforms, or is
// not offered, does: the list must be true.
class KnownViolations {
 public:
  // An empty list for an empty path. Throws std::invalid_argument, naming file
  // and line, if the file cannot be read, a line is not of that form or a rule
  // stands there twice.
  static KnownViolations Read(const std::string& path);

  // As above, from the file's text; `path` is for messages.
  static KnownViolations Parse(const std::string& text,
                               const std::string& path);

  // Rules and reasons.
  const std::map<std::string, std::string>& rules() const { return rules_; }

  bool Has(const std::string& rule) const { return rules_.contains(rule); }

 private:
  std::map<std::string, std::string> rules_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_KNOWN_VIOLATIONS_H_
