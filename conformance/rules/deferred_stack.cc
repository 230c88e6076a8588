// SPDX-License-Identifier: Apache-2.0
//
// DF-21, DF-25, BT-28: what long chains cost in stack.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "conformance/rules/stack_use.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"

namespace heddle::conformance {
namespace {

using Links = std::vector<Deferred<int>>;

// Deferreds of which each, once fired, waits for the next.
Links Unfired(int count) {
  Links links(count);
  for (int i = 0; i + 1 < count; ++i) {
    links[i].AddCallback([next = links[i + 1]](int) { return next; });
  }
  return links;
}

// As above, fired but for the last: all wait for it.
Links Waiting(int count) {
  Links links = Unfired(count);
  for (int i = 0; i + 1 < count; ++i) links[i].Callback(0);
  return links;
}

// The only handle to the first of those, with a callback that holds
// `captured`.
Deferred<int> FirstOf(Links links, const std::shared_ptr<int>& captured) {
  Deferred<int> first = links.front();
  links.back().AddCallback([captured](int value) { return value; });
  return first;
}

RULE(DF_21, ResumingFromTheFarEndTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const Links links = Waiting(count);
    links.back().Callback(9);
    EXPECT_EQ(TakeResult(links.front()), "9");
  });
}

RULE(DF_21, TakingResultsThatAreThereTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const Links links = Unfired(count);
    for (int i = count - 1; i >= 0; --i) links[i].Callback(9);
    EXPECT_EQ(TakeResult(links.front()), "9");
  });
}

RULE(DF_21, ManyCallbacksTakeConstantStack) {
  ExpectConstantStack([](int count) {
    Deferred<int> deferred;
    for (int i = 0; i < count; ++i) {
      deferred.AddCallback([](int value) { return value + 1; });
    }
    deferred.Callback(0);
    EXPECT_EQ(TakeResult(deferred), std::to_string(count));
  });
}

RULE(DF_21, DroppingAChainThatWaitsTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const auto captured = std::make_shared<int>();
    Deferred<int> first = FirstOf(Waiting(count), captured);
    EXPECT_EQ(captured.use_count(), 2) << "the chain went with handles to it";
    first = Deferred<int>();
    EXPECT_EQ(captured.use_count(), 1) << "the chain stays without handles";
  });
}

RULE(DF_21, DroppingAChainOfCapturesTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const auto captured = std::make_shared<int>();
    Deferred<int> first = FirstOf(Unfired(count), captured);
    EXPECT_EQ(captured.use_count(), 2) << "the chain went with handles to it";
    first = Deferred<int>();
    EXPECT_EQ(captured.use_count(), 1) << "the chain stays without handles";
  });
}

RULE(DF_25, ChainDeferredTakesConstantStackAndLosesNoTail) {
  ExpectConstantStack([](int count) {
    const Links links(count);
    for (int i = 0; i + 1 < count; ++i) links[i].ChainDeferred(links[i + 1]);
    links.front().Callback(3);
    EXPECT_EQ(TakeResult(links.back()), "3") << "of the last link";
  });
}

// Linked while the links wait, from the last to the first: each is waited for
// as soon as it waits.
RULE(BT_28, ResumingAChainLinkedFromTheFarEndTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const Links links(count);
    for (int i = count - 2; i >= 0; --i) {
      links[i].AddCallback([next = links[i + 1]](int) { return next; });
      links[i].Callback(0);
    }
    links.back().Callback(9);
    EXPECT_EQ(TakeResult(links.front()), "9");
  });
}

RULE(BT_28, AFailureThroughChainDeferredTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const Links links(count);
    for (int i = 0; i + 1 < count; ++i) links[i].ChainDeferred(links[i + 1]);
    links.front().Errback(Lost());
    EXPECT_EQ(TakeResult(links.back()), "Lost") << "of the last link";
  });
}

RULE(BT_28, CancellingTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const Links links = Waiting(count);
    links.front().Cancel();
    EXPECT_EQ(TakeResult(links.front()), "CancelledError");
  });
}

RULE(BT_28, DroppingAForwardedChainTakesConstantStack) {
  ExpectConstantStack([](int count) {
    const auto captured = std::make_shared<int>();
    Deferred<int> first;
    {
      Links links(count);
      for (int i = 0; i + 1 < count; ++i) links[i].ChainDeferred(links[i + 1]);
      first = FirstOf(std::move(links), captured);
    }
    EXPECT_EQ(captured.use_count(), 2) << "the chain went with handles to it";
    first = Deferred<int>();
    EXPECT_EQ(captured.use_count(), 1) << "the chain stays without handles";
  });
}

}  // namespace
}  // namespace heddle::conformance
