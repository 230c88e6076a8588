// SPDX-License-Identifier: Apache-2.0
//
// main of every conformance test.
#include "conformance/kit/verdicts.h"

int main(int argc, char** argv) {
  return heddle::conformance::RunRules(argc, argv);
}
