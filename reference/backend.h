// SPDX-License-Identifier: Apache-2.0
//
// Backend: everything that plugging in a thread pool needs.
#ifndef HEDDLE_REFERENCE_BACKEND_H_
#define HEDDLE_REFERENCE_BACKEND_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reference/thread_pool.h"

namespace heddle {

// Whether a backend can do something, and if not, why: the conformance kit
// verifies what is offered and prints the reason for what is not.
class Ability {
 public:
  static Ability Offered() { return Ability(""); }
  static Ability NotOffered(std::string reason) {
    return Ability(std::move(reason));
  }

  bool offered() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }

 private:
  explicit Ability(std::string reason) : reason_(std::move(reason)) {}
  std::string reason_;
};

// What a pool may or may not offer beside what every pool must do.
struct Abilities {
  // The number of workers follows min and max (TP-03, 06, 08, 30, 31, 33 to
  // 37).
  Ability elastic = Ability::Offered();
  // Backlog is handed out in the order of submission (TP-11, TP-12).
  Ability fifo = Ability::Offered();
  // Workers have names of their own (TP-50).
  Ability named_workers = Ability::Offered();
  // PoolStats is exact at every instant, not an estimate (TP-48).
  Ability exact_stats = Ability::Offered();
  // Threads are the pool's own: it creates them, and they end before Stop()
  // returns (TP-39, TP-51).
  Ability owns_threads = Ability::Offered();
  // worker_control() is not null (TP-38).
  Ability worker_control = Ability::Offered();
  // PoolOptions::max_backlog is kept (BT-16). Where it is not offered, the
  // registered factory refuses the option by itself.
  Ability bounded = Ability::NotOffered("its backlog has no bound");
};

using PoolFactory =
    std::function<std::unique_ptr<ThreadPool>(const PoolOptions&)>;

struct Backend {
  std::string name;  // unique in a program; letters, digits and '_'
  std::string version = "";  // of the pool, or of the library it wraps
  // Makes a pool in state kNew; throws std::invalid_argument for illegal
  // options (TP-02). Asked for a max_backlog only if `bounded` is offered.
  PoolFactory make;
  Abilities abilities;
};

// Registers a backend for the rest of the program. Meant for one object at
// namespace scope in a library that is linked with `alwayslink`.
// From conformance/example/my_pool.cc:
//
//   const heddle::BackendRegistration kRegistration({
//       .name = "my_pool",
//       .make =
//           [](const heddle::PoolOptions& options) {
//             return std::make_unique<MyPool>(options);
//           },
//       .abilities =
//   ...
//   });
class BackendRegistration {
 public:
  // Ends the program, with a message, if the name is empty or taken, or if
  // there is no factory: it runs before main, where nobody could catch.
  explicit BackendRegistration(Backend backend);
};

// The backends linked into this program, ordered by name.
const std::vector<Backend>& RegisteredBackends();

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_BACKEND_H_
