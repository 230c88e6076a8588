// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/chance.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

std::vector<std::uint64_t> Draw(RandomNumbers random) {
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 20; ++i) numbers.push_back(random.Next());
  return numbers;
}

// What a Chance prints when it is made.
std::string Printed(int tries, std::uint64_t seed) {
  testing::internal::CaptureStdout();
  const Chance chance(tries, "unknown", seed);
  return testing::internal::GetCapturedStdout();
}

// The value of a property that this test has recorded, or "none".
std::string Recorded(const std::string& key) {
  const testing::TestResult& result =
      *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < result.test_property_count(); ++i) {
    const testing::TestProperty& property = result.GetTestProperty(i);
    if (property.key() == key) return property.value();
  }
  return "none";
}

TEST(Chance, TheSameSeedGivesTheSameNumbers) {
  const Chance first(1, "unknown", 20020);
  const Chance second(5, "1 of 9 runs", 20020);
  EXPECT_EQ(first.seed(), 20020u);
  EXPECT_EQ(Draw(first.Numbers()), Draw(second.Numbers()));
  EXPECT_EQ(Draw(first.Numbers(7)), Draw(second.Numbers(7)));
}

TEST(Chance, EverySequenceHasItsOwnNumbers) {
  const Chance chance(1, "unknown", 20020);
  EXPECT_NE(Draw(chance.Numbers(0)), Draw(chance.Numbers(1)));
}

// The standard says what mt19937_64 and seed_seq give, so this is the same
// everywhere.
TEST(Chance, TheNumbersOfASeedAreThoseOfEveryOtherMachine) {
  RandomNumbers random(1);
  EXPECT_EQ(random.Next(), 13'990'704'927'042'618'759u);
}

TEST(Chance, WithoutASeedEveryRunHasAFreshOne) {
  std::vector<std::uint64_t> seeds;
  for (int i = 0; i < 5; ++i) seeds.push_back(Chance(1, "unknown", std::nullopt).seed());
  EXPECT_NE(seeds, std::vector(5, seeds[0]));
}

TEST(Chance, ItSaysHowToReplay) {
  EXPECT_EQ(Printed(3, UINT64_MAX),
            "probabilistic: 3 tries, seed 18446744073709551615; replay with "
            "--seed=18446744073709551615\n");
}

TEST(Chance, ItRecordsTriesSeedAndMissRate) {
  const Chance chance(34, "1 of 9 runs", 12);
  EXPECT_EQ(Recorded("tries"), "34");
  EXPECT_EQ(Recorded("seed"), "12");
  EXPECT_EQ(Recorded("miss_rate"), "1 of 9 runs");
  const Chance unmeasured(34);
  EXPECT_EQ(Recorded("miss_rate"), "unknown");
}

void Fail() { ADD_FAILURE() << "planted"; }

TEST(Chance, FailuresCarryTheSeed) {
  EXPECT_NONFATAL_FAILURE(
      {
        const Chance chance(1, "unknown", 4711);
        Fail();
      },
      "replay with --seed=4711");
  EXPECT_NONFATAL_FAILURE(
      {
        const Chance chance(1, "unknown", 4711);
        const auto attempt = chance.Try(3);
        Fail();
      },
      "try 3, seed 4711");
}

// As main takes it.
void TakeSeed(const std::string& seed) {
  std::string program = "program";
  std::string flag = "--seed=" + seed;
  char* arguments[] = {program.data(), flag.data(), nullptr};
  int count = 2;
  TakeOptions(count, arguments);
}

TEST(Chance, TheSeedOfTheProgramIsTakenUnlessAnotherIsGiven) {
  EXPECT_EXIT(
      {
        TakeSeed("4711");
        std::exit(Chance(1).seed() == 4711 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(Chance, ABadSeedIsRefusedWithItsValue) {
  for (const char* const seed : {"", "x", "-1", "+1", " 1", "1 ", "1.5", "0x10",
                                 "18446744073709551616"}) {
    EXPECT_EXIT(TakeSeed(seed), testing::ExitedWithCode(2),
                "--seed=.*: must be a number from 0 to 18446744073709551615")
        << seed;
  }
}

TEST(Chance, LessThanOneTryIsRefused) {
  for (const int tries : {0, -3}) {
    try {
      const Chance chance(tries);
      ADD_FAILURE() << tries << " tries were accepted";
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(error.what(), "Chance: tries is " + std::to_string(tries) +
                                  ", must be at least 1");
    }
  }
}

TEST(RandomNumbers, NumbersBelowALimitAreAllThatAreAndNoOthers) {
  RandomNumbers random(1);
  std::vector<int> times(5, 0);
  for (int i = 0; i < 1000; ++i) ++times.at(random.Below(5));
  for (const int count : times) EXPECT_GT(count, 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.Below(1), 0);
  EXPECT_THROW(random.Below(0), std::invalid_argument);
  EXPECT_THROW(random.Below(-1), std::invalid_argument);
}

TEST(RandomNumbers, BetweenIncludesBothEnds) {
  RandomNumbers random(1);
  std::vector<int> times(3, 0);
  for (int i = 0; i < 300; ++i) ++times.at(random.Between(-1, 1) + 1);
  for (const int count : times) EXPECT_GT(count, 50);
  EXPECT_EQ(random.Between(4, 4), 4);
}

TEST(RandomNumbers, OneInSoManyIsTrueAsOften) {
  RandomNumbers random(1);
  int hits = 0;
  for (int i = 0; i < 1000; ++i) hits += random.OneIn(4);
  EXPECT_GT(hits, 150);
  EXPECT_LT(hits, 350);
  EXPECT_TRUE(random.OneIn(1));
}

}  // namespace
}  // namespace heddle::conformance
