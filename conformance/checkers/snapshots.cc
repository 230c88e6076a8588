// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/snapshots.h"

#include <cstddef>
#include <string>

namespace heddle::conformance {
namespace {

std::string InWords(const PoolStats& stats) {
  return std::to_string(stats.threads) + " threads, " +
         std::to_string(stats.idle) + " idle, " + std::to_string(stats.busy) +
         " busy";
}

}  // namespace

Findings CheckSnapshots(const std::vector<PoolStats>& snapshots, int max) {
  Findings findings;
  for (std::size_t number = 0; number < snapshots.size(); ++number) {
    const PoolStats& stats = snapshots[number];
    const auto find = [&](const std::string& expected) {
      findings.push_back("snapshot " + std::to_string(number) + ": expected " +
                         expected + ", seen " + InWords(stats));
    };
    if (stats.threads != stats.idle + stats.busy) find("threads = idle + busy");
    if (stats.idle < 0 || stats.busy < 0) find("no figure below 0");
    if (stats.threads > max) find("at most " + std::to_string(max) + " threads");
  }
  return findings;
}

Findings CheckProgress(const std::vector<PoolStats>& snapshots) {
  Findings findings;
  for (std::size_t number = 1; number < snapshots.size(); ++number) {
    const auto before = snapshots[number - 1].completed;
    const auto now = snapshots[number].completed;
    if (now >= before) continue;
    findings.push_back("snapshot " + std::to_string(number) +
                       ": expected at least " + std::to_string(before) +
                       " completed tasks, as before, seen " +
                       std::to_string(now));
  }
  return findings;
}

Findings CheckRest(const PoolStats& stats, PoolSize size) {
  Findings findings;
  if (stats.backlog != 0) {
    findings.push_back("expected no backlog, seen " +
                       std::to_string(stats.backlog));
  }
  if (stats.busy != 0) {
    findings.push_back("expected nobody to be busy, seen " +
                       std::to_string(stats.busy));
  }
  if (stats.threads < size.min || stats.threads > size.max) {
    findings.push_back("expected " + std::to_string(size.min) + " to " +
                       std::to_string(size.max) + " workers, seen " +
                       std::to_string(stats.threads));
  }
  return findings;
}

}  // namespace heddle::conformance
