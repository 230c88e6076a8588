// SPDX-License-Identifier: Apache-2.0
//
// scale_readers: a reactor watches 10 to 10,000 descriptors, of which one
// becomes ready: it is written to, the reactor iterates, and the reader reads.
// Another one each time. The counter `add` is the time that one AddReader
// took.
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/scale.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"
#include "reference/reactor.h"

namespace heddle::workloads {
namespace {

// Descriptors that can be written to and read from, as many as asked for.
class Descriptors {
 public:
  explicit Descriptors(std::size_t count) {
    rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (fds_.size() < count) {
      const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
      if (fd == -1) return;
      fds_.push_back(fd);
    }
  }

  ~Descriptors() {
    for (const int fd : fds_) close(fd);
  }

  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  const std::vector<int>& fds() const { return fds_; }

 private:
  std::vector<int> fds_;
};

ReactorOptions WithoutSignals() {
  ReactorOptions options;
  options.install_signal_handlers = false;
  return options;
}

void Readers(benchmark::State& state, std::size_t readers) {
  const Descriptors descriptors(readers);
  const std::vector<int>& fds = descriptors.fds();
  if (fds.size() < readers) {
    Fail(state, "no more than " + std::to_string(fds.size()) +
                    " descriptors to be had: see ulimit -n");
    return;
  }
  Reactor reactor(WithoutSignals());
  std::uint64_t calls = 0;
  const Moment start = Now();
  for (const int fd : fds) {
    reactor.AddReader(fd, [fd, &calls] {
      std::uint64_t value = 0;
      if (read(fd, &value, sizeof(value)) == sizeof(value)) calls += value;
    });
  }
  state.counters["add"] = NanosecondsBetween(start, Now()) * 1e-9 /
                          static_cast<double>(readers);
  std::size_t next = 0;
  std::uint64_t written = 0;
  for (auto _ : state) {
    next = (next + 7919) % readers;  // a prime: all of them in turn
    const std::uint64_t one = 1;
    if (write(fds[next], &one, sizeof(one)) == sizeof(one)) ++written;
    reactor.Iterate();
  }
  Check(state, "descriptors read", calls, written);
  Check(state, "descriptors written", written,
        static_cast<std::uint64_t>(state.iterations()));
  for (const int fd : fds) reactor.RemoveReader(fd);
}

}  // namespace

void RegisterScaleReaders() {
  for (const std::size_t readers : {10U, 100U, 1'000U, 10'000U}) {
    Register({.name = "scale_readers",
              .who = "reactor",
              .arguments = {{"readers", static_cast<std::int64_t>(readers)}},
              .run = [readers](benchmark::State& state) {
                Readers(state, readers);
              }});
  }
}

}  // namespace heddle::workloads
