// SPDX-License-Identifier: Apache-2.0
#include "reference/fd_watcher.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

constexpr FdEvent kReadable = FdEvent::kReadable;
constexpr FdEvent kWritable = FdEvent::kWritable;

// Two connected sockets.
class Sockets {
 public:
  Sockets() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0); }
  ~Sockets() {
    close(fds_[0]);
    CloseOther();
  }

  int one() const { return fds_[0]; }
  void Write() const { EXPECT_EQ(write(fds_[1], "x", 1), 1); }
  void Read() const {
    char byte;
    EXPECT_EQ(read(fds_[0], &byte, 1), 1);
  }
  void CloseOther() {
    if (fds_[1] >= 0) close(std::exchange(fds_[1], -1));
  }

 private:
  int fds_[2] = {-1, -1};
};

class FdWatcherTest : public testing::Test {
 protected:
  void Watch(int fd, FdEvent event, FdWatcher::Callback on_ready) {
    watcher_.Watch("F", fd, event, std::move(on_ready));
  }
  void Watch(int fd, FdEvent event, int number) {
    Watch(fd, event, [this, number] { called_.push_back(number); });
  }
  void Unwatch(int fd, FdEvent event) { watcher_.Unwatch("F", fd, event); }

  // What is called by one turn.
  std::vector<int> Turn() {
    called_.clear();
    watcher_.Wait(0);
    watcher_.Dispatch();
    return called_;
  }

  FdWatcher watcher_;
  std::vector<int> called_;
};

TEST_F(FdWatcherTest, AReaderIsCalledInEveryTurnWhileThereIsSomethingToRead) {
  Sockets sockets;
  Watch(sockets.one(), kReadable, 1);
  EXPECT_EQ(Turn(), std::vector<int>());
  sockets.Write();
  EXPECT_EQ(Turn(), std::vector{1});
  EXPECT_EQ(Turn(), std::vector{1});
  sockets.Read();
  EXPECT_EQ(Turn(), std::vector<int>());
}

TEST_F(FdWatcherTest, ReaderAndWriterOfOneDescriptorAreApart) {
  Sockets sockets;
  Watch(sockets.one(), kReadable, 1);
  Watch(sockets.one(), kWritable, 2);
  EXPECT_EQ(Turn(), std::vector{2});
  sockets.Write();
  EXPECT_EQ(Turn(), (std::vector{1, 2}));
  Unwatch(sockets.one(), kWritable);
  EXPECT_EQ(Turn(), std::vector{1});
  Unwatch(sockets.one(), kReadable);
  EXPECT_EQ(Turn(), std::vector<int>());
}

TEST_F(FdWatcherTest, ANewCallbackReplacesTheFormerOne) {
  Sockets sockets;
  Watch(sockets.one(), kWritable, 1);
  Watch(sockets.one(), kWritable, 2);
  EXPECT_EQ(Turn(), std::vector{2});
}

TEST_F(FdWatcherTest, AHangUpIsForTheWriterToo) {
  Sockets sockets;
  sockets.CloseOther();
  Watch(sockets.one(), kReadable, 1);
  EXPECT_EQ(Turn(), std::vector{1});
  Watch(sockets.one(), kWritable, 2);
  EXPECT_EQ(Turn(), (std::vector{1, 2}));
}

TEST_F(FdWatcherTest, WhatIsUnwatchedDuringTheTurnIsNotCalledInIt) {
  Sockets a;
  Sockets b;
  // Each takes the other's place away; one of them is called.
  Watch(a.one(), kWritable, [&] {
    called_.push_back(1);
    Unwatch(b.one(), kWritable);
  });
  Watch(b.one(), kWritable, [&] {
    called_.push_back(2);
    Unwatch(a.one(), kWritable);
  });
  EXPECT_EQ(Turn().size(), 1u);
  EXPECT_EQ(Turn().size(), 1u);
}

TEST_F(FdWatcherTest, ANumberThatGoesToAnotherFileIsNotMistakenForTheOld) {
  auto a = std::make_unique<Sockets>();
  auto b = std::make_unique<Sockets>();
  std::unique_ptr<Sockets> other;
  // Whichever is called first replaces the other by a socket with the same
  // number, which is not known to be ready.
  const auto replace = [&](std::unique_ptr<Sockets>& victim) {
    called_.push_back(1);
    const int number = victim->one();
    Unwatch(number, kWritable);
    victim.reset();
    other = std::make_unique<Sockets>();
    if (other->one() != number) {
      ASSERT_EQ(dup2(other->one(), number), number);
    }
    Watch(number, kWritable, 2);
  };
  Watch(a->one(), kWritable, [&] { replace(b); });
  Watch(b->one(), kWritable, [&] { replace(a); });
  EXPECT_EQ(Turn(), std::vector{1});
}

TEST_F(FdWatcherTest, ACallbackMayUnwatchItselfAndIsReleasedAfterwards) {
  Sockets sockets;
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = held;
  Watch(sockets.one(), kWritable, [this, held, fd = sockets.one()] {
    Unwatch(fd, kWritable);
    ++*held;
  });
  EXPECT_EQ(Turn(), std::vector<int>());
  EXPECT_EQ(*held, 1);
  held.reset();
  EXPECT_TRUE(watch.expired());
}

TEST_F(FdWatcherTest, ACallbackThatThrowsIsLoggedAndUnwatched) {
  RecordedLog log;
  Sockets sockets;
  Watch(sockets.one(), kWritable, [] { throw 42; });
  Watch(sockets.one(), kReadable, 1);
  sockets.Write();
  EXPECT_EQ(Turn(), std::vector{1});
  EXPECT_EQ(Turn(), std::vector{1});
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(FdWatcherTest, ADescriptorThatCannotBeWatchedIsNamed) {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  for (const int bad : {-1, 1 << 20, file}) {
    try {
      watcher_.Watch("Reactor::AddReader", bad, kReadable, [] {});
      ADD_FAILURE() << bad;
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      EXPECT_NE(what.find("Reactor::AddReader"), what.npos) << what;
      EXPECT_NE(what.find(" " + std::to_string(bad) + " "), what.npos) << what;
    }
    EXPECT_EQ(Turn(), std::vector<int>());
  }
  close(file);
}

TEST_F(FdWatcherTest, AnEmptyCallbackIsRefusedAndTheFormerOneStays) {
  Sockets sockets;
  Watch(sockets.one(), kWritable, 1);
  EXPECT_THROW(Watch(sockets.one(), kWritable, FdWatcher::Callback()),
               std::invalid_argument);
  EXPECT_EQ(Turn(), std::vector{1});
}

TEST_F(FdWatcherTest, UnwatchingWhatIsNotWatchedDoesNothing) {
  Sockets sockets;
  Unwatch(sockets.one(), kReadable);
  Watch(sockets.one(), kWritable, 1);
  Unwatch(sockets.one(), kReadable);
  EXPECT_EQ(Turn(), std::vector{1});
  EXPECT_THROW(Unwatch(-1, kReadable), std::invalid_argument);
}

TEST_F(FdWatcherTest, MoreDescriptorsThanOneWaitHoldsAllGetTheirTurn) {
  std::vector<std::unique_ptr<Sockets>> many;
  std::vector<int> calls(100);
  for (int i = 0; i < 100; ++i) {
    many.push_back(std::make_unique<Sockets>());
    Watch(many.back()->one(), kWritable, [&calls, i] { ++calls[i]; });
  }
  Turn();
  Turn();
  for (const int count : calls) EXPECT_GE(count, 1);
}

}  // namespace
}  // namespace heddle
