// SPDX-License-Identifier: Apache-2.0
//
// How a conformance program is run: flags, or variables of the environment.
#ifndef HEDDLE_CONFORMANCE_KIT_OPTIONS_H_
#define HEDDLE_CONFORMANCE_KIT_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace heddle::conformance {

// A flag wins over its variable, which stands in brackets.
struct Options {
  // --in_process [HEDDLE_IN_PROCESS]: all rules in this process, one after the
  // other, for debuggers and sanitizers. Otherwise each has its own.
  bool in_process = false;
  // --jobs=N [HEDDLE_JOBS]: how many rules at a time, 1 to 256; not if
  // in_process. By default as many as there are processors, at least 2.
  int jobs = 2;
  // --chapter=NAME [HEDDLE_CHAPTER]: only the rules of that chapter.
  std::string chapter = "";
  // --seed=N [HEDDLE_SEED]: what probabilistic rules draw from.
  std::optional<std::uint64_t> seed = {};
  // --probe [HEDDLE_PROBE]: runs rules also where their ability is not
  // declared, to see whether it is there; not if in_process.
  bool probe = false;
  // --known_violations=FILE [HEDDLE_KNOWN_VIOLATIONS]: see known_violations.h.
  std::string known_violations = "";

  // Between a program and its own children only:
  // --result_descriptor=N: where the child writes what came of its rule.
  int result_descriptor = -1;
  // --assume_abilities: every ability counts as declared.
  bool assume_abilities = false;
};

// Takes what is its own out of the arguments and remembers it. Ends the
// program with status 2, and says why, if a value is no such value or a flag
// is unknown; so GoogleTest must have taken its flags before. Main thread, once.
void TakeOptions(int& argc, char** argv);

// What TakeOptions() found; the defaults before.
const Options& GivenOptions();

// --seed, if given.
inline std::optional<std::uint64_t> GivenSeed() { return GivenOptions().seed; }

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_OPTIONS_H_
