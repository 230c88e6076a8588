// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/thread_events.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> Texts(const std::vector<ThreadEvent>& events) {
  std::vector<std::string> texts;
  for (const ThreadEvent& event : events) texts.push_back(event.text);
  return texts;
}

std::vector<std::string> TextsOf(pid_t thread) {
  std::vector<std::string> texts;
  for (const ThreadHistory& history : ThreadHistories()) {
    if (history.thread == thread) texts = Texts(history.events);
  }
  return texts;
}

using List = std::vector<std::string>;

TEST(EventRing, IsEmptyAtFirst) {
  const EventRing ring;
  EXPECT_TRUE(ring.Read().empty());
}

TEST(EventRing, GivesVerbTextTimeAndCode) {
  EventRing ring;
  const Clock::time_point before = Clock::now();
  ring.Add("waits for", "the gate", &ring);
  const Clock::time_point after = Clock::now();
  const auto events = ring.Read();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text, "waits for the gate");
  EXPECT_EQ(events[0].code, &ring);
  EXPECT_GE(events[0].when, before);
  EXPECT_LE(events[0].when, after);
}

TEST(EventRing, GivesTheVerbAloneWhereThereIsNoText) {
  EventRing ring;
  ring.Add("runs a task", "", nullptr);
  EXPECT_EQ(Texts(ring.Read()), List{"runs a task"});
}

TEST(EventRing, AShorterTextLeavesNothingOfALongerOneBefore) {
  EventRing ring;
  for (std::size_t i = 0; i < EventRing::kCapacity; ++i) {
    ring.Add("has", "a text of some length, of several words", nullptr);
  }
  ring.Add("has", "eight ch", nullptr);
  EXPECT_EQ(ring.Read().back().text, "has eight ch");
}

TEST(EventRing, TextsUpToTheirFullSizeAreWholeAndLongerOnesSaySo) {
  EventRing ring;
  const std::string full(EventRing::kTextSize, 'x');
  ring.Add("has", full, nullptr);
  ring.Add("has", full + "y", nullptr);
  const auto events = ring.Read();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].text, "has " + full);
  EXPECT_EQ(events[1].text,
            "has " + full.substr(0, EventRing::kTextSize - 3) + "...");
}

TEST(EventRing, KeepsTheLastEventsOldestFirst) {
  EventRing ring;
  List expected;
  for (int number = 0; number < 100; ++number) {
    ring.Add("event", std::to_string(number), nullptr);
    if (number >= 100 - static_cast<int>(EventRing::kCapacity)) {
      expected.push_back("event " + std::to_string(number));
    }
  }
  EXPECT_EQ(Texts(ring.Read()), expected);
}

TEST(EventRing, IsAsNewWhenCleared) {
  EventRing ring;
  for (int i = 0; i < 20; ++i) ring.Add("before", "", nullptr);
  ring.Clear();
  EXPECT_TRUE(ring.Read().empty());
  ring.Add("after", "", nullptr);
  EXPECT_EQ(Texts(ring.Read()), List{"after"});
}

// Each event's words, verb and code belong together: a reader that mixed two
// events, or read one twice, would show it. Under ThreadSanitizer any access
// that is not atomic would.
TEST(EventRing, IsReadWholeWhileItsThreadGoesOn) {
  EventRing ring;
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    static const char* const kVerbs[] = {"0", "1", "2"};
    for (std::uint64_t number = 0; !enough.load(); ++number) {
      const std::string text(8 + number % 64, static_cast<char>('a' + number % 26));
      ring.Add(kVerbs[number % 3], std::to_string(number) + text,
               reinterpret_cast<const void*>(number));
    }
  });
  std::size_t read = 0;
  for (int look = 0; look < 20000 || read < 1000; ++look) {
    std::uint64_t last = 0;
    for (const ThreadEvent& event : ring.Read()) {
      ++read;
      const auto number = reinterpret_cast<std::uint64_t>(event.code);
      const std::string text(8 + number % 64, static_cast<char>('a' + number % 26));
      ASSERT_EQ(event.text, std::to_string(number % 3) + " " +
                                std::to_string(number) + text);
      ASSERT_TRUE(last == 0 || number > last);
      last = number;
    }
  }
  enough.store(true);
  writer.join();
}

TEST(ThreadEvents, EachThreadHasItsOwn) {
  pid_t other = 0;
  std::thread([&] {
    other = gettid();
    NoteEvent("is", "another");
  }).join();
  NoteEvent("is", "the first");
  EXPECT_EQ(TextsOf(other), List{"is another"}) << "though it has ended";
  EXPECT_EQ(TextsOf(gettid()).back(), "is the first");
}

TEST(ThreadEvents, AThreadThatNotedNothingIsNotAmongThem) {
  pid_t silent = 0;
  std::thread([&] { silent = gettid(); }).join();
  for (const ThreadHistory& history : ThreadHistories()) {
    EXPECT_NE(history.thread, silent);
    EXPECT_FALSE(history.events.empty());
  }
}

// The oldest thread is still there and must not write in what others have now.
TEST(ThreadEvents, ManyThreadsTakeTheRoomOfTheOldest) {
  NoteEvent("is", "the oldest");
  for (std::size_t i = 0; i < kMostThreads; ++i) {
    std::thread([] { NoteEvent("comes and goes"); }).join();
  }
  EXPECT_EQ(ThreadHistories().size(), kMostThreads);
  EXPECT_EQ(TextsOf(gettid()), List());
  NoteEvent("is", "the oldest, and newest");
  EXPECT_EQ(TextsOf(gettid()), List{"is the oldest, and newest"});
  EXPECT_EQ(ThreadHistories().size(), kMostThreads);
}

TEST(ThreadEvents, AForkedChildNotesUnderItsOwnNumber) {
  NoteEvent("is", "the parent");
  const pid_t child = fork();
  if (child == 0) {
    NoteEvent("is", "the child");
    _exit(TextsOf(gettid()) == List{"is the child"} ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace heddle::conformance
