// SPDX-License-Identifier: Apache-2.0
//
// RunChild: this program once more, in a process of its own.
#ifndef HEDDLE_CONFORMANCE_KIT_CHILD_PROCESS_H_
#define HEDDLE_CONFORMANCE_KIT_CHILD_PROCESS_H_

#include <chrono>
#include <string>
#include <vector>

namespace heddle::conformance {

struct ChildRequest {
  std::vector<std::string> arguments;            // without the program's name
  std::vector<std::string> environment = {};     // "NAME=value", added
  std::vector<std::string> not_inherited = {};   // names of variables
  std::chrono::nanoseconds limit;                // then it is killed
};

struct ChildReport {
  int status = 0;           // as from waitpid
  bool killed = false;      // for exceeding the limit
  std::string output = "";  // standard output and error, the last megabyte
  std::string results = "";  // what it wrote to kResultDescriptor
};

// Where a child finds the descriptor for its results.
inline constexpr int kResultDescriptor = 3;

// Runs this program with other arguments, in a process group of its own, and
// returns when it has ended; what is left of the group is killed then. Throws
// std::system_error if no process can be had. Any thread, several at a time.
ChildReport RunChild(const ChildRequest& request);

// "status 66", "signal 11 (Segmentation fault)".
std::string DescribeStatus(int status);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_CHILD_PROCESS_H_
