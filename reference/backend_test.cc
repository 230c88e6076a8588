// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <memory>
#include <stdexcept>
#include <string>

#include "gtest/gtest.h"
#include "reference/reference_thread_pool.h"

namespace heddle {
namespace {

std::unique_ptr<ThreadPool> Make(const PoolOptions& options) {
  return std::make_unique<ReferenceThreadPool>(options);
}

const BackendRegistration kBounded({
    .name = "bounded",
    .make = Make,
    .abilities = {.bounded = Ability::Offered()},
});

const BackendRegistration kUnbounded({
    .name = "unbounded",
    .make = Make,
    .abilities = {.bounded = Ability::NotOffered("nobody counts")},
});

const Backend& Find(const std::string& name) {
  for (const Backend& backend : RegisteredBackends()) {
    if (backend.name == name) return backend;
  }
  throw std::logic_error("no backend " + name);
}

TEST(Backend, MakesABoundedPoolWhereItOffersABound) {
  const auto pool = Find("bounded").make({.max_backlog = 1});
  EXPECT_TRUE(pool->CallInThread([] {}));
  EXPECT_FALSE(pool->CallInThread([] {}));
  pool->Start();
}

TEST(Backend, RefusesABoundWhereItOffersNone) {
  EXPECT_NE(Find("unbounded").make(PoolOptions{}), nullptr);
  try {
    Find("unbounded").make({.max_backlog = 3});
    FAIL() << "the bound was ignored";
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("max_backlog"), std::string::npos) << what;
    EXPECT_NE(what.find('3'), std::string::npos) << what;
    EXPECT_NE(what.find("nobody counts"), std::string::npos) << what;
  }
}

TEST(Backend, OffersNoBoundUnlessItSaysSo) {
  EXPECT_FALSE(Abilities().bounded.offered());
}

}  // namespace
}  // namespace heddle
