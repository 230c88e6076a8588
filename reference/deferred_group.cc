// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_group.h"

#include <cxxabi.h>

#include <utility>

#include "reference/chain_step.h"
#include "reference/deferred_chain.h"
#include "reference/failure.h"
#include "reference/first_error.h"

namespace heddle {
namespace {

// What `make` returns; if it throws, that.
template <class F>
ChainResult ResultOf(F make) {
  try {
    return make();
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return ChainResult::OfFailure(std::current_exception());
  }
}

}  // namespace

// Comes after the callbacks that the member had, and passes its result on.
class DeferredGroup::MemberStep final : public ChainStep {
 public:
  MemberStep(std::weak_ptr<DeferredGroup> group, std::size_t index, bool owner)
      : ChainStep(Kind::kCall),
        group_(std::move(group)),
        index_(index),
        owner_(owner) {}

  ChainHandle Run(ChainResult& result) override {
    if (const auto group = group_.lock()) {
      group->Arrive(index_, result);
    } else if (owner_) {
      result.Reset();  // as the group would have done
    }
    return ChainHandle();
  }

 private:
  const std::weak_ptr<DeferredGroup> group_;
  const std::size_t index_;
  const bool owner_;
};

DeferredGroup::DeferredGroup(const GroupForm& form, std::size_t members)
    : form_(form), ties_(members), results_(members), missing_(members) {}

ChainHandle DeferredGroup::Combine(const GroupForm& form,
                                   const std::type_info& type,
                                   std::vector<Member> members) {
  for (const Member& member : members) {
    if (!member.chain) ThrowMovedFrom(form.function);
    member.chain->RequireThread(form.function);
    member.chain->RequireTail(form.function, *member.type);
  }
  const auto group = std::make_shared<DeferredGroup>(form, members.size());
  // Weakly: the group keeps the chain that keeps its canceller.
  ChainHandle combined = DeferredChain::Make(
      type, [weak = group->weak_from_this()](const ChainHandle&) {
        if (const auto group = weak.lock()) group->Cancel();
      });
  group->tie_.TieCombined(combined, group);
  group->AttachTo(std::move(members));
  return combined;
}

void DeferredGroup::AttachTo(std::vector<Member> members) {
  for (std::size_t index = 0; index < members.size(); ++index) {
    const auto& [chain, type] = members[index];
    auto step = std::make_unique<MemberStep>(weak_from_this(), index,
                                             form_.owns_members);
    ties_[index].TieMember(chain, shared_from_this());
    chain->Attach(std::move(step), *type);
  }
  attaching_ = false;
  if (ended_) {
    Fire();
  } else if (missing_ == 0 && !form_.first_value_ends) {
    End([&] { return form_.of_all({}); });  // there are no members (DF-55)
  }
}

void DeferredGroup::Arrive(std::size_t index, ChainResult& result) {
  ties_[index].Release();
  if (!ended_) {
    results_[index] = Take(result);
    --missing_;
  }
  Absorb(result);
  if (!ended_) EndIfDecided(index);
}

ChainResult DeferredGroup::Take(ChainResult& result) const {
  if (form_.owns_members) return std::move(result);
  if (result.has_failure()) return ChainResult::OfFailure(result.exception());
  return ResultOf([&] { return form_.copy(result); });
}

// An empty result is consumed.
void DeferredGroup::Absorb(ChainResult& result) const {
  if (form_.owns_members || (form_.consumes_failures && result.has_failure())) {
    result.Reset();
  }
}

void DeferredGroup::EndIfDecided(std::size_t index) {
  ChainResult& result = results_[index];
  if (result.has_value() && form_.first_value_ends) {
    End([&] { return form_.of_first(index, std::move(result)); });
  } else if (result.has_failure() && form_.first_failure_ends) {
    End([&]() -> ChainResult {
      throw FirstError(Failure(result.exception()), index);
    });
  } else if (missing_ == 0) {
    End([&] { return form_.of_all(std::move(results_)); });
  }
}

template <class F>
void DeferredGroup::End(F combine) {
  ended_ = true;
  combined_ = ResultOf(combine);
  if (!attaching_) Fire();
}

// The losers first, so that nothing of them runs when the combined Deferred's
// callbacks do. What they do may be to cancel or fire the combined Deferred.
void DeferredGroup::Fire() {
  if (form_.owns_members) CancelRest();
  results_.clear();
  const ChainHandle combined = tie_.Release();
  if (combined && !combined->called()) {
    combined->Fire(form_.function, std::move(combined_));
  }
}

void DeferredGroup::Cancel() {
  if (form_.owns_members) ended_ = true;
  CancelRest();
}

void DeferredGroup::CancelRest() {
  for (const ChainTie& tie : ties_) {
    if (const ChainHandle chain = tie.Find()) chain->Cancel();
  }
}

}  // namespace heddle
