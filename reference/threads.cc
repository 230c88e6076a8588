// SPDX-License-Identifier: Apache-2.0
#include "reference/threads.h"

#include <cstddef>
#include <stdexcept>
#include <string>

#include "reference/reactor.h"

namespace heddle {

Submission CallMultipleInThread(Reactor& reactor,
                                std::vector<std::function<void()>> calls) {
  std::vector<Task> tasks;
  tasks.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i]) {
      throw std::invalid_argument("CallMultipleInThread: call " +
                                  std::to_string(i) + " is empty");
    }
    tasks.emplace_back(std::move(calls[i]));
  }
  return CallTasksInThread(reactor, std::move(tasks));
}

Submission CallTasksInThread(Reactor& reactor, std::vector<Task> tasks) {
  return reactor.CallInThread([tasks = std::move(tasks)]() mutable {
    for (Task& task : tasks) task.Invoke();  // a throw ends the list (TH-14)
  });
}

}  // namespace heddle
