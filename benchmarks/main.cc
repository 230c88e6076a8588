// SPDX-License-Identifier: Apache-2.0
//
// The benchmarks: every workload, for every backend and peer linked in.
//
// Takes Google Benchmark's flags, and three of its own: --progress announces on
// standard error what is being measured; --list_backends prints the names of
// the backends, --list_peers those of the peers, each with its kind and flags
// (peer.h), and both measure nothing. Ends with status 1 if any workload's
// result was wrong, and 2 for arguments that are none or that leave nothing to
// measure.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "benchmark/benchmark.h"
#include "benchmarks/peer.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/backend.h"

namespace heddle::workloads {
namespace {

void RegisterAll() {
  RegisterFloorsOfOneThread();
  RegisterFloorsOfTwoThreads();
  RegisterStaticSplitFloor();
  for (const Backend& backend : RegisteredBackends()) {
    RegisterBackendWorkloads(backend);
  }
  for (const Peer& peer : RegisteredPeers()) peer.register_workloads();
  RegisterPostToReactor();
  RegisterBlockingCall();
  RegisterDeferred();
  RegisterTimers();
  RegisterThreadCheck();
}

// Takes `flag` out of the arguments; whether it was there.
bool TakeFlag(std::string_view flag, int& argc, char** argv) {
  const auto kept = std::remove(argv + 1, argv + argc, flag);
  const bool found = kept != argv + argc;
  argc = static_cast<int>(kept - argv);
  return found;
}

std::string NamesOfBackends(const char* separator) {
  std::string names;
  for (const Backend& backend : RegisteredBackends()) {
    if (!names.empty()) names += separator;
    names += backend.name;
  }
  return names;
}

std::string NamesOfPeers() {
  std::string names;
  for (const Peer& peer : RegisteredPeers()) {
    if (!names.empty()) names += " ";
    names += peer.name;
  }
  return names;
}

int Run(int argc, char** argv) {
  constexpr int kWrongResult = 1;
  constexpr int kBadArguments = 2;
  if (TakeFlag("--list_backends", argc, argv)) {
    std::printf("%s\n", NamesOfBackends("\n").c_str());
    return 0;
  }
  if (TakeFlag("--list_peers", argc, argv)) {
    for (const Peer& peer : RegisteredPeers()) {
      std::printf("%s\n", Describe(peer).c_str());
    }
    return 0;
  }
  if (TakeFlag("--progress", argc, argv)) ShowProgress();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return kBadArguments;
  benchmark::AddCustomContext("backends", NamesOfBackends(" "));
  benchmark::AddCustomContext("peers", NamesOfPeers());
  RegisterAll();
  if (benchmark::RunSpecifiedBenchmarks() == 0) return kBadArguments;
  benchmark::Shutdown();
  if (!AnyFailed()) return 0;
  std::fprintf(stderr, "There were wrong results; see above.\n");
  return kWrongResult;
}

}  // namespace
}  // namespace heddle::workloads

int main(int argc, char** argv) { return heddle::workloads::Run(argc, argv); }
