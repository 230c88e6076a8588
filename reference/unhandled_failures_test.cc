// SPDX-License-Identifier: Apache-2.0
#include "reference/unhandled_failures.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "reference/deferred.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using Texts = std::vector<std::string>;

std::string Text(const Failure& failure) {
  try {
    failure.Rethrow();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "not a std::exception";
  }
}

Texts Held() {
  Texts texts;
  for (const Failure& failure : UnhandledFailures()) {
    texts.push_back(Text(failure));
  }
  return texts;
}

Deferred<int> Failed(const char* text) {
  return Fail<int>(std::runtime_error(text));
}

class Hook {
 public:
  explicit Hook(UnhandledFailureHook hook)
      : former_(SetUnhandledFailureHook(std::move(hook))) {}
  ~Hook() { SetUnhandledFailureHook(std::move(former_)); }

 private:
  UnhandledFailureHook former_;
};

TEST(UnhandledFailureHook, IsToldOnceInsteadOfTheLog) {
  const RecordedLog log;
  Texts told;
  const Hook hook([&](const Failure& failure) { told.push_back(Text(failure)); });
  {
    const Deferred<int> deferred = Failed("nobody");
    const Deferred<int> copy = deferred;
    EXPECT_EQ(told, Texts{});
  }
  EXPECT_EQ(told, Texts{"nobody"});
  EXPECT_TRUE(log.records().empty());
}

TEST(UnhandledFailureHook, IsHandedBackWhenReplacedAndTheDefaultLogs) {
  const RecordedLog log;
  int first = 0;
  EXPECT_FALSE(SetUnhandledFailureHook([&](const Failure&) { ++first; }));
  const UnhandledFailureHook former = SetUnhandledFailureHook(nullptr);
  Failed("logged");
  EXPECT_EQ(first, 0);
  EXPECT_EQ(log.records().size(), 1u);
  former(Failure::Of(1));
  EXPECT_EQ(first, 1);
}

TEST(UnhandledFailureHook, MayThrowAndThenBothAreLogged) {
  const RecordedLog log;
  const Hook hook([](const Failure&) { throw std::logic_error("hook"); });
  Failed("nobody");
  Texts logged;
  for (const LogRecord& record : log.records()) {
    logged.push_back(Text(Failure(record.exception)));
  }
  EXPECT_EQ(logged, (Texts{"hook", "nobody"}));
}

TEST(UnhandledFailureHook, MayItselfDropDeferredsWithFailures) {
  Texts told;
  const Hook hook([&](const Failure& failure) {
    told.push_back(Text(failure));
    if (told.size() < 3) Failed("next");
  });
  Failed("first");
  EXPECT_EQ(told, (Texts{"first", "next", "next"}));
}

TEST(UnhandledFailures, AreThoseHeldAtRestOldestFirst) {
  const RecordedLog log;
  EXPECT_EQ(Held(), Texts{});
  {
    const Deferred<int> a = Failed("a");
    const Deferred<int> value = Succeed(1);
    const Deferred<int> unfired;
    const Deferred<int> b = Failed("b");
    Deferred<int> c;
    c.AddCallback([](int) -> int { throw std::runtime_error("c"); });
    c.Callback(1);
    EXPECT_EQ(Held(), (Texts{"a", "b", "c"}));
    EXPECT_EQ(Held(), (Texts{"a", "b", "c"})) << "asking handled them";
  }
  EXPECT_EQ(Held(), Texts{});
  EXPECT_EQ(log.records().size(), 3u) << "reported all the same";
}

TEST(UnhandledFailures, AreNoLongerThereOnceHandledOrReplaced) {
  const Deferred<int> handled = Failed("handled");
  handled.AddErrback([](const Failure&) { return 1; });
  const Deferred<int> replaced = Failed("first");
  replaced.AddErrback(
      [](const Failure&) -> int { throw std::runtime_error("second"); });
  EXPECT_EQ(Held(), Texts{"second"});
  replaced.AddErrback([](const Failure&) { return 1; });
  EXPECT_EQ(Held(), Texts{});
}

TEST(UnhandledFailures, MoveWithTheResult) {
  const Deferred<int> inner = Failed("moved");
  const Deferred<int> outer = Succeed().AddCallback([&] { return inner; });
  EXPECT_EQ(Held(), Texts{"moved"});
  const Deferred<int> last;
  outer.ChainDeferred(last);
  EXPECT_EQ(Held(), Texts{"moved"});
  last.AddErrback([](const Failure&) { return 1; });
  EXPECT_EQ(Held(), Texts{});
}

TEST(UnhandledFailures, OfAChainThatWaitedAreItsOwn) {
  const Deferred<int> inner;
  const Deferred<int> outer = Succeed().AddCallback([&] { return inner; });
  inner.Errback(std::runtime_error("later"));
  EXPECT_EQ(Held(), Texts{"later"});
  outer.AddErrback([](const Failure&) { return 1; });
  EXPECT_EQ(Held(), Texts{});
}

TEST(UnhandledFailures, OfAPausedChainCountThoughErrbacksWait) {
  const Deferred<int> fired;
  fired.Pause();
  fired.AddErrback([](const Failure&) { return 1; });
  fired.Errback(std::runtime_error("fired"));
  const Deferred<int> forwarded;
  forwarded.Pause();
  Failed("forwarded").ChainDeferred(forwarded);
  const Deferred<int> inner;
  const Deferred<int> resumed = Succeed().AddCallback([&] { return inner; });
  resumed.Pause();
  inner.Errback(std::runtime_error("resumed"));
  EXPECT_EQ(Held(), (Texts{"fired", "forwarded", "resumed"}));
  fired.Unpause();
  EXPECT_EQ(Held(), (Texts{"forwarded", "resumed"}));
  for (const Deferred<int>& deferred : {forwarded, resumed}) {
    deferred.AddErrback([](const Failure&) { return 1; });
    deferred.Unpause();
  }
  EXPECT_EQ(Held(), Texts{});
}

TEST(UnhandledFailures, AreNotThoseThatACallbackIsHandling) {
  const Deferred<int> deferred = Failed("handled");
  Texts seen{"not called"};
  deferred.AddErrback([&](const Failure&) {
    deferred.AddErrback([](const Failure&) { return 0; });  // still running
    seen = Held();
    return 1;
  });
  EXPECT_EQ(seen, Texts{});
}

TEST(UnhandledFailures, AreOnlyThoseOfTheCallingThread) {
  const Deferred<int> here = Failed("here");
  std::optional<Deferred<int>> there;
  std::thread([&] {
    EXPECT_EQ(Held(), Texts{});
    there = Failed("there");
    EXPECT_EQ(Held(), Texts{"there"});
  }).join();
  std::thread([] { EXPECT_EQ(Held(), Texts{}) << "inherited"; }).join();
  EXPECT_EQ(Held(), Texts{"here"});
  there->AddErrback([](const Failure&) { return 1; });
  here.AddErrback([](const Failure&) { return 1; });
}

TEST(UnhandledFailures, MayGoOnAnotherThreadMeanwhile) {
  const Hook hook([](const Failure&) {});
  for (int round = 0; round < 500; ++round) {
    std::optional<Deferred<int>> deferred = Failed("dropped");
    std::thread dropper([handle = std::move(deferred)]() mutable {
      handle.reset();
    });
    deferred.reset();
    // Not what they say: ThreadSanitizer does not see libstdc++ count the
    // references to an exception.
    EXPECT_LE(UnhandledFailures().size(), 1u);
    dropper.join();
    EXPECT_EQ(Held(), Texts{});
  }
}

// Its destructor asks for the list, which must not be locked then.
struct AsksWhenItGoes : std::runtime_error {
  using std::runtime_error::runtime_error;
  AsksWhenItGoes(const AsksWhenItGoes&) = default;
  ~AsksWhenItGoes() override { static_cast<void>(UnhandledFailures()); }
};

TEST(UnhandledFailures, GoWithoutALock) {
  const Hook hook([](const Failure&) {});
  Fail<int>(AsksWhenItGoes("x"));
  Fail<int>(AsksWhenItGoes("y")).AddErrback([](const Failure&) { return 1; });
  EXPECT_EQ(Held(), Texts{});
}

TEST(LogUnhandledFailures, WarnsOfEachOfThisThreadAndHandlesNone) {
  const RecordedLog log;
  const Deferred<int> a = Failed("a");
  const Deferred<int> b = Failed("b");
  std::thread([] { LogUnhandledFailures("nothing here"); }).join();
  LogUnhandledFailures("The test ends");
  const std::vector<LogRecord> records = log.records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].severity, Severity::kWarning);
  EXPECT_EQ(records[0].message,
            "The test ends and a Deferred still holds a failure that nobody "
            "has handled (1 of 2)");
  EXPECT_EQ(Text(Failure(records[1].exception)), "b");
  EXPECT_EQ(Held(), (Texts{"a", "b"}));
  a.AddErrback([](const Failure&) { return 1; });
  b.AddErrback([](const Failure&) { return 1; });
}

}  // namespace
}  // namespace heddle
