// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace heddle {
namespace {

std::vector<Backend>& Registry() {
  static std::vector<Backend>* const registry = new std::vector<Backend>;
  return *registry;
}

[[noreturn]] void Reject(const std::string& name, const char* why) {
  std::fprintf(stderr, "heddle: cannot register backend '%s': %s\n",
               name.c_str(), why);
  std::abort();
}

// A factory that never ignores max_backlog: it would have to keep it.
PoolFactory RefusingABound(const Backend& backend) {
  return [name = backend.name, reason = backend.abilities.bounded.reason(),
          make = backend.make](const PoolOptions& options) {
    if (options.max_backlog != 0) {
      throw std::invalid_argument(
          "PoolOptions::max_backlog: is " +
          std::to_string(options.max_backlog) + ", must be 0 for backend '" +
          name + "': " + reason);
    }
    return make(options);
  };
}

}  // namespace

BackendRegistration::BackendRegistration(Backend backend) {
  if (backend.name.empty()) Reject(backend.name, "it has no name");
  if (!backend.make) Reject(backend.name, "it has no factory");
  if (!backend.abilities.bounded.offered()) {
    backend.make = RefusingABound(backend);
  }
  std::vector<Backend>& registry = Registry();
  const auto place = std::lower_bound(
      registry.begin(), registry.end(), backend,
      [](const Backend& a, const Backend& b) { return a.name < b.name; });
  if (place != registry.end() && place->name == backend.name) {
    Reject(backend.name, "another backend has this name");
  }
  registry.insert(place, std::move(backend));
}

const std::vector<Backend>& RegisteredBackends() { return Registry(); }

}  // namespace heddle
