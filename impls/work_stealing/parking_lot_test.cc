// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/parking_lot.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

struct WordOfLot {
  std::atomic<ParkingLot::Word> word{0};
};
class Lot : private WordOfLot, public ParkingLot {
 public:
  Lot() : ParkingLot(word) {}
};

TEST(ParkingLotTest, WakesNobodyWhereNobodyIs) {
  Lot lot;
  EXPECT_FALSE(lot.WakeOne());
  lot.WakeAll();
  Sleeper sleeper;
  lot.Announce(sleeper);
  lot.Withdraw(sleeper);
  EXPECT_FALSE(lot.WakeOne());
}

TEST(ParkingLotTest, CallsTheLastAnnouncedFirstAndEachOnce) {
  Lot lot;
  Sleeper first;
  Sleeper second;
  lot.Announce(first);
  lot.Announce(second);
  EXPECT_TRUE(lot.WakeOne());
  lot.Sleep(second);  // would not return if `first` had been called
  EXPECT_TRUE(lot.WakeOne());
  EXPECT_FALSE(lot.WakeOne());
  lot.Sleep(first);
}

TEST(ParkingLotTest, LetsAnyoneWithdraw) {
  Lot lot;
  std::vector<Sleeper> sleepers(3);
  for (Sleeper& sleeper : sleepers) lot.Announce(sleeper);
  lot.Withdraw(sleepers[1]);
  EXPECT_TRUE(lot.WakeOne());
  lot.Sleep(sleepers[2]);
  EXPECT_TRUE(lot.WakeOne());
  lot.Sleep(sleepers[0]);
  EXPECT_FALSE(lot.WakeOne());
}

TEST(ParkingLotTest, CallsAllThatAreAnnounced) {
  Lot lot;
  std::vector<Sleeper> sleepers(3);
  for (Sleeper& sleeper : sleepers) lot.Announce(sleeper);
  lot.WakeAll();
  for (Sleeper& sleeper : sleepers) lot.Sleep(sleeper);
  EXPECT_FALSE(lot.WakeOne());
}

TEST(ParkingLotTest, DoesNotKeepACallThatMeetsAWithdrawForTheNextSleep) {
  Lot lot;
  Sleeper sleeper;
  lot.Announce(sleeper);
  EXPECT_TRUE(lot.WakeOne());
  lot.Withdraw(sleeper);
  std::atomic<bool> called = false;
  lot.Announce(sleeper);
  std::jthread waker([&] {
    called = true;
    EXPECT_TRUE(lot.WakeOne());
  });
  lot.Sleep(sleeper);
  EXPECT_TRUE(called.load()) << "woken by the call of before";
}

TEST(ParkingLotTest, CallsNobodyForATaskWhileSomebodySearches) {
  Lot lot;
  EXPECT_TRUE(lot.BeginSearch());
  EXPECT_FALSE(lot.BeginSearch()) << "one is enough";
  Sleeper sleeper;
  lot.Announce(sleeper);
  EXPECT_FALSE(lot.NeedsCall());
  EXPECT_FALSE(lot.WakeForTask());
  lot.EndSearch();
  EXPECT_TRUE(lot.NeedsCall());
  EXPECT_TRUE(lot.WakeForTask());
  EXPECT_TRUE(lot.Withdraw(sleeper));
}

TEST(ParkingLotTest, LetsSeveralJoinASearch) {
  Lot lot;
  Sleeper sleeper;
  lot.Announce(sleeper);
  lot.JoinSearch();
  lot.JoinSearch();
  EXPECT_FALSE(lot.BeginSearch());
  lot.EndSearch();
  EXPECT_FALSE(lot.WakeForTask()) << "one still searches";
  lot.EndSearch();
  EXPECT_TRUE(lot.WakeForTask());
  EXPECT_TRUE(lot.Withdraw(sleeper));
}

TEST(ParkingLotTest, CountsACallUnderWayAsASearch) {
  Lot lot;
  std::vector<Sleeper> sleepers(2);
  for (Sleeper& sleeper : sleepers) lot.Announce(sleeper);
  EXPECT_TRUE(lot.WakeForTask());
  EXPECT_FALSE(lot.WakeForTask()) << "called twice for one task";
  EXPECT_FALSE(lot.BeginSearch());
  lot.Sleep(sleepers[1]);
  lot.EndSearch();
  EXPECT_TRUE(lot.WakeForTask());
  EXPECT_TRUE(lot.Withdraw(sleepers[0]));
  lot.EndSearch();
  EXPECT_TRUE(lot.BeginSearch());
}

// Else what was left to the search that Announce has ended is nobody's.
TEST(ParkingLotTest, BeginsASearchByWithdrawing) {
  Lot lot;
  std::vector<Sleeper> sleepers(2);
  lot.Announce(sleepers[0]);
  ASSERT_TRUE(lot.BeginSearch());
  lot.Announce(sleepers[1], true);
  EXPECT_FALSE(lot.Withdraw(sleepers[1]));
  EXPECT_FALSE(lot.NeedsCall());
  lot.EndSearch();
  EXPECT_TRUE(lot.WakeForTask());
  EXPECT_TRUE(lot.Withdraw(sleepers[0]));
}

TEST(ParkingLotTest, EndsASearchByAnnouncing) {
  Lot lot;
  Sleeper sleeper;
  ASSERT_TRUE(lot.BeginSearch());
  lot.Announce(sleeper, true);
  EXPECT_TRUE(lot.WakeForTask());
  lot.Sleep(sleeper);
}

// L1 to L4: each worker searches before it sleeps, and who ends a search calls
// the next. Hangs if a task is left to a searcher that does not see it.
void NoTaskIsLostToASearch(int workers, int reporters) {
  const int kTasks = 40'000 / reporters;
  Lot lot;
  std::atomic<int> tasks = 0;
  std::atomic<int> to_come = kTasks * reporters;
  const auto take = [&] {
    int count = tasks.load();
    while (count > 0) {
      if (tasks.compare_exchange_weak(count, count - 1)) return true;
    }
    return false;
  };
  std::vector<Sleeper> sleepers(workers);
  std::vector<std::jthread> threads;
  for (Sleeper& sleeper : sleepers) {
    threads.emplace_back([&] {
      bool searching = false;
      while (to_come.load() > 0) {
        if (!searching) searching = lot.BeginSearch();            // L1
        if (take()) {                                             // L2
          if (searching) {
            lot.EndSearch();                                      // L3
            searching = false;
            if (tasks.load() > 0) lot.WakeForTask();              // L4
          }
          if (--to_come == 0) lot.WakeAll();
          continue;
        }
        lot.Announce(sleeper, searching);                         // S1, L3
        if (tasks.load() > 0 || to_come.load() == 0) {            // S2
          lot.Withdraw(sleeper);
        } else {
          lot.Sleep(sleeper);                                     // S3
        }
        searching = true;
      }
    });
  }
  for (int i = 0; i < reporters; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kTasks; ++n) {
        ++tasks;            // W1
        lot.WakeForTask();  // W2, W3
      }
    });
  }
}

TEST(ParkingLotTest, LosesNoTaskToTheOnlySearcher) {
  NoTaskIsLostToASearch(1, 1);
}

TEST(ParkingLotTest, LosesNoTaskToOneSearcherAmongSeveral) {
  NoTaskIsLostToASearch(3, 2);
}

// Attacks the gap between S2 and S3: hangs if one piece of news is lost.
void NoNewsIsLost(int workers, int reporters) {
  const int kNews = 40'000 / reporters;
  Lot lot;
  std::atomic<int> news = 0;
  std::atomic<int> to_come = kNews * reporters;
  const auto take = [&] {
    int count = news.load();
    while (count > 0) {
      if (news.compare_exchange_weak(count, count - 1)) return true;
    }
    return false;
  };
  std::vector<Sleeper> sleepers(workers);
  std::vector<std::jthread> threads;
  for (Sleeper& sleeper : sleepers) {
    threads.emplace_back([&] {
      while (to_come.load() > 0) {
        if (take()) {
          if (--to_come == 0) lot.WakeAll();
          if (news.load() > 0) lot.WakeOne();  // pass it on
          continue;
        }
        lot.Announce(sleeper);                           // S1
        if (news.load() > 0 || to_come.load() == 0) {    // S2
          lot.Withdraw(sleeper);
        } else {
          lot.Sleep(sleeper);                            // S3
        }
        lot.EndSearch();
      }
    });
  }
  for (int i = 0; i < reporters; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kNews; ++n) {
        ++news;         // W1
        lot.WakeOne();  // W2, W3
      }
    });
  }
}

TEST(ParkingLotTest, LosesNoNewsWithOneWorkerAndOneReporter) {
  NoNewsIsLost(1, 1);
}

TEST(ParkingLotTest, LosesNoNewsWithSeveralOfBoth) { NoNewsIsLost(3, 2); }

// As above, with the reporter waiting until each piece has been taken: the
// worker is then always about to fall asleep.
TEST(ParkingLotTest, LosesNoNewsThatComesOneByOne) {
  constexpr int kNews = 20'000;
  Lot lot;
  Sleeper sleeper;
  std::atomic<int> reported = 0;
  std::atomic<int> taken = 0;
  std::jthread worker([&] {
    while (taken.load() < kNews) {
      if (taken.load() < reported.load()) {
        ++taken;
        continue;
      }
      lot.Announce(sleeper);
      if (taken.load() < reported.load()) {
        lot.Withdraw(sleeper);
      } else {
        lot.Sleep(sleeper);
      }
      lot.EndSearch();
    }
  });
  for (int n = 0; n < kNews; ++n) {
    ++reported;
    lot.WakeOne();
    while (taken.load() < reported.load()) std::this_thread::yield();
  }
}

}  // namespace
}  // namespace heddle::work_stealing
