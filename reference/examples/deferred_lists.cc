// SPDX-License-Identifier: Apache-2.0
//
// Several results at once: all of them, the first of them, or none in time.
#include <chrono>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/gather_results.h"
#include "reference/race.h"
#include "reference/reactor.h"
#include "reference/threads.h"

using heddle::Deferred;

// The length of a text, worked out on a worker.
Deferred<std::size_t> LengthOf(heddle::Reactor& reactor, std::string text) {
  return heddle::DeferToThread(
      reactor, [](const std::string& given) { return given.size(); },
      std::move(text));
}

// A server that never answers, and stops when nobody waits for it any more.
Deferred<std::size_t> NeverFrom(std::string server) {
  return Deferred<std::size_t>([server](Deferred<std::size_t>&) {
    std::cout << server << " is told to stop\n";
  });
}

// The results of all, in the order asked for.
Deferred<void> ShowAll(heddle::Reactor& reactor) {
  std::vector<Deferred<std::size_t>> lengths;
  for (const char* const word : {"warp", "weft", "heddle"}) {
    lengths.push_back(LengthOf(reactor, word));
  }
  return heddle::GatherResults(lengths).AddCallback(
      [](const std::vector<std::size_t>& all) {
        std::cout << "all:";
        for (const std::size_t length : all) std::cout << ' ' << length;
        std::cout << '\n';
      });
}

// The first result; the others are not wanted then.
Deferred<void> ShowFirst(heddle::Reactor& reactor) {
  std::vector<Deferred<std::size_t>> servers;
  servers.push_back(NeverFrom("the first mirror"));
  servers.push_back(LengthOf(reactor, "shuttle"));
  return heddle::Race(servers).AddCallback(
      [](std::pair<std::size_t, std::size_t> winner) {
        std::cout << "number " << winner.first << " wins: " << winner.second
                  << '\n';
      });
}

// No result in time.
Deferred<void> ShowLimit(heddle::Reactor& reactor) {
  return NeverFrom("the last mirror")
      .AddTimeout(std::chrono::milliseconds(20), reactor)
      .AddCallback([](std::size_t length) { std::cout << length << '\n'; })
      .AddErrback([](const heddle::Failure& failure) {
        failure.Trap<heddle::TimeoutError>();
        std::cout << failure.Describe() << '\n';
      });
}

int main() {
  heddle::Reactor reactor;
  reactor.CallWhenRunning([&] {
    ShowAll(reactor)
        .AddCallback([&] { return ShowFirst(reactor); })
        .AddCallback([&] { return ShowLimit(reactor); })
        .AddBoth([&](heddle::Outcome<void>) { reactor.Stop(); });
  });
  reactor.Run();
}
