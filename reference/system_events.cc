// SPDX-License-Identifier: Apache-2.0
#include "reference/system_events.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>

namespace heddle {

TriggerId SystemEvents::Add(SystemEvent event, Phase phase,
                            SystemTrigger trigger) {
  if (event > SystemEvent::kShutdown || phase > Phase::kAfter) {
    throw std::invalid_argument(
        "AddSystemEventTrigger: no such event and phase: " +
        std::to_string(static_cast<int>(event)) + ", " +
        std::to_string(static_cast<int>(phase)));
  }
  RequireCallable("AddSystemEventTrigger", trigger);
  // One count for all, so that no reactor takes another's trigger for its own.
  static std::atomic<std::uint64_t> last_number = 0;
  const TriggerId id(++last_number);
  Entries added;  // made before locking: what may throw and allocate
  added.push_back({id, std::move(trigger)});
  std::lock_guard lock(mutex_);
  Entries& entries = entries_[PlaceOf(event, phase)];
  entries.splice(entries.end(), added);
  return id;
}

bool SystemEvents::Remove(TriggerId id) {
  Entries removed;  // destroyed after unlocking
  std::lock_guard lock(mutex_);
  for (Entries& entries : entries_) {
    const auto place =
        std::find_if(entries.begin(), entries.end(),
                     [id](const Entry& entry) { return entry.id == id; });
    if (place == entries.end()) continue;
    removed.splice(removed.end(), entries, place);
    return true;
  }
  return false;
}

std::optional<SystemTrigger> SystemEvents::Take(SystemEvent event,
                                                Phase phase) {
  Entries taken;
  {
    std::lock_guard lock(mutex_);
    Entries& entries = entries_[PlaceOf(event, phase)];
    if (entries.empty()) return std::nullopt;
    taken.splice(taken.end(), entries, entries.begin());
  }
  return std::move(taken.front().trigger);
}

}  // namespace heddle
