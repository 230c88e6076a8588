// SPDX-License-Identifier: Apache-2.0
//
// scale_touch: a loop that writes one word into each cache line of as many
// lines as there would be tasks, in a mapping of its own. `first` is the first
// time, with small pages; `huge` likewise, with huge ones, if the system has
// any; `per_item` is the second time. What a queue has to pay at least.
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmarks/scale.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {
namespace {

constexpr double kSecondsPerNanosecond = 1e-9;

// Lines of memory that nobody has touched yet.
class FreshLines {
 public:
  FreshLines(std::size_t lines, bool huge) : size_(lines * kLine) {
    void* const memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    memory_ = static_cast<std::byte*>(memory);
    if (huge) madvise(memory_, size_, MADV_HUGEPAGE);
  }
  ~FreshLines() {
    if (memory_ != nullptr) munmap(memory_, size_);
  }

  FreshLines(const FreshLines&) = delete;
  FreshLines& operator=(const FreshLines&) = delete;

  bool exist() const { return memory_ != nullptr; }

  // How long it took to write to each, in nanoseconds.
  double Touch() {
    const double start = ThreadCpuNanoseconds();
    for (std::size_t i = 0; i < size_; i += kLine) {
      const_cast<volatile std::byte&>(memory_[i]) = std::byte{1};
    }
    return ThreadCpuNanoseconds() - start;
  }

 private:
  static constexpr std::size_t kLine = 64;

  const std::size_t size_;
  std::byte* memory_ = nullptr;
};

void Touch(benchmark::State& state, std::size_t lines) {
  std::vector<double> first;
  std::vector<double> huge;
  std::vector<double> again;
  const auto count = static_cast<double>(lines);
  for (auto _ : state) {
    FreshLines small_pages(lines, false);
    FreshLines huge_pages(lines, true);
    if (!small_pages.exist() || !huge_pages.exist()) {
      Fail(state, "no memory to be had");
      return;
    }
    first.push_back(small_pages.Touch() / count);
    huge.push_back(huge_pages.Touch() / count);
    again.push_back(small_pages.Touch() / count);
  }
  state.counters["first"] = Quantile(first, 0.5) * kSecondsPerNanosecond;
  state.counters["huge"] = Quantile(huge, 0.5) * kSecondsPerNanosecond;
  state.counters["per_item"] = Quantile(again, 0.5) * kSecondsPerNanosecond;
}

}  // namespace

void RegisterScaleTouch() {
  for (std::size_t lines = 100; lines <= 10'000'000; lines *= 10) {
    Register({.name = "scale_touch",
              .who = "plain_loop",
              .arguments = {{"tasks", static_cast<std::int64_t>(lines)}},
              .run = [lines](benchmark::State& state) {
                Touch(state, lines);
              }});
  }
}

}  // namespace heddle::workloads
