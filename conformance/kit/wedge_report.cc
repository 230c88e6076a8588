// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/wedge_report.h"

#include <condition_variable>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/native_stacks.h"
#include "conformance/kit/program_symbols.h"
#include "conformance/kit/thread_events.h"

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// A report is for reading.
constexpr std::size_t kMostStacks = 64;

std::string Ago(Clock::duration time) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3f s ago",
                std::chrono::duration<double>(time).count());
  return text;
}

std::string DescribeEvents(const std::vector<ThreadEvent>& events,
                           Clock::time_point now,
                           const ProgramSymbols& symbols) {
  std::string text;
  for (const ThreadEvent& event : events) {
    text += "    " + Ago(now - event.when) + ": " + event.text;
    if (event.code != nullptr) text += " at " + symbols.Describe(event.code);
    text += "\n";
  }
  return text.empty() ? "    no events noted\n" : text;
}

// What a caller goes on at belongs to the instruction before, which may be the
// last of its function.
const void* Instruction(const void* frame, bool innermost) {
  return innermost ? frame : static_cast<const char*>(frame) - 1;
}

std::string DescribeStack(const ThreadStack& stack,
                          const ProgramSymbols& symbols) {
  std::string text;
  if (!stack.silence.empty()) {
    text += "    no stack: " + stack.silence + "\n";
    if (!stack.frames.empty()) {
      text += "    it is in a system call:\n";
    }
  } else {
    text += "    stack:\n";
  }
  for (std::size_t i = 0; i < stack.frames.size(); ++i) {
    text +=
        "      " + symbols.Describe(Instruction(stack.frames[i], i == 0)) + "\n";
  }
  return text;
}

}  // namespace

std::string AskWithin(std::chrono::milliseconds patience,
                      std::function<std::string()> ask,
                      const std::string& otherwise) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<std::string> answer;
  };
  const auto shared = std::make_shared<Shared>();
  try {
    std::thread([shared, ask = std::move(ask)] {
      NoteEvent("asks, for the report of a hang");
      std::string answer = ask();
      std::lock_guard lock(shared->mutex);
      shared->answer = std::move(answer);
      shared->answered.notify_all();
    }).detach();
  } catch (const std::system_error& error) {
    return otherwise + " (" + error.what() + ")";
  }
  std::unique_lock lock(shared->mutex);
  shared->answered.wait_for(lock, patience,
                            [&] { return shared->answer.has_value(); });
  return shared->answer.value_or(otherwise);
}

std::string DescribeThreads(std::chrono::milliseconds patience) {
  // Before they are interrupted, which may let some go on.
  const Clock::time_point now = Clock::now();
  std::map<pid_t, std::vector<ThreadEvent>> events;
  for (ThreadHistory& history : ThreadHistories()) {
    // A later thread may have the number of one that has ended.
    events[history.thread] = std::move(history.events);
  }
  const std::vector<ThreadStack> stacks = CaptureStacks(patience);
  const ProgramSymbols symbols;
  std::string text = "  threads: " + std::to_string(stacks.size()) + "\n";
  std::map<std::vector<const void*>, pid_t> described;
  for (const ThreadStack& stack : stacks) {
    text += "  thread " + std::to_string(stack.thread) + " \"" + stack.name +
            "\", " + stack.state + "\n" +
            DescribeEvents(events[stack.thread], now, symbols);
    const auto [same, is_new] = described.emplace(stack.frames, stack.thread);
    if (!is_new && stack.silence.empty()) {
      text += "    stack: as that of thread " + std::to_string(same->second) +
              "\n";
    } else if (described.size() <= kMostStacks) {
      text += DescribeStack(stack, symbols);
    } else {
      text += "    stack: left out, there are more than " +
              std::to_string(kMostStacks) + "\n";
    }
    events.erase(stack.thread);
  }
  if (!events.empty()) {
    text += "  threads that have ended and noted events before: " +
            std::to_string(events.size()) + "\n";
  }
  return text + "  lines of code: addr2line -Cfipe " + symbols.program() +
         " <what follows the + in brackets>\n";
}

}  // namespace heddle::conformance
