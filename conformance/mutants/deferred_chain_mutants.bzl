"""Faults in firing, chaining and pausing Deferreds, by clause."""

load(":defs.bzl", "mutant")

_CHAIN = "//reference:deferred_chain.cc"
_RUN = "//reference:deferred_run.cc"
_LIFE = "//reference:deferred_life.cc"

_DEFERRED_H = "//reference:deferred.h"
_STEPS_H = "//reference:deferred_steps.h"
_FAILURE_H = "//reference:failure.h"

_FIRING = "//conformance/rules:deferred_firing.cc"

# The loop over a chain's steps.
_NEXT_STEP = "if (ChainStep* const step = chain->PopStep()) {"

# Takes an inner's result, or waits for it.
_INNER_IS_READY = "} else if (inner->Ready()) {"

# A value or a failure that leaves its chain.
_LEAVES = "if (!result_.empty()) return std::move(result_);"

def deferred_chain_mutants():
    """Defines the mutants of DF-01 to DF-30, and of BT-28 to BT-30 and BT-36."""
    _firing()
    _results()
    _errors()
    _second_fire()
    _reentry()
    _captures()
    _waiting()
    _keeping()
    _second_waiter()
    _cycles()
    _forwarding()
    _stack()
    _long_chains()
    _pausing()

def _mutant(**kwargs):
    mutant(chapter = "deferred_chain", **kwargs)

def _firing():
    _mutant(
        name = "df_01_posted_to_a_later_turn",
        rule = "DF_01_CallbacksRunInTheOrderAddedBeforeCallbackReturns",
        source = _CHAIN,
        replace = "(DF-15)\n  }\n  RunIfReady(own);",
        by = """
  }
  static auto* const next_turn = new std::vector<ChainHandle>;
  next_turn->push_back(ChainHandle(this));""",
        includes = ["vector"],
        message = "when Callback() returned",
    )
    _mutant(
        name = "df_01_newest_first",
        rule = "DF_01_CallbacksRunInTheOrderAddedBeforeErrbackReturns",
        source = _RUN,
        replace = "(last_step_ != nullptr ? last_step_->next_ : first_step_) = step;\n  last_step_ = step;",
        by = "step->next_ = first_step_; first_step_ = step;" +
             "if (last_step_ == nullptr) last_step_ = step;",
        message = "when Errback() returned",
    )
    mutant(
        name = "df_02_all_get_the_first_value",
        rule = "DF_02_EachCallbackGetsWhatTheOneBeforeItReturned",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "result.Become<U>(call());",
        by = "static_cast<void>(call());",
        message = "of 1, by way of + 1 and * 10",
    )
    mutant(
        name = "df_02_extra_arguments_first",
        rule = "DF_02_ExtraArgumentsFollowTheValue",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = """
            return std::invoke(std::move(callable),
                               std::forward<First>(first)...,
                               std::move(rest)...);""",
        by = """
            return std::invoke(std::move(callable), std::move(rest)...,
                               std::forward<First>(first)...);""",
        message = "the value is 1, the extra arguments are 2 and 3",
    )
    mutant(
        name = "df_02_attaching_returns_a_new_chain",
        rule = "DF_02_AttachingReturnsAHandleToTheSameChain",
        source = _DEFERRED_H,
        rules_in = _FIRING,
        replace = "typeid(U));\n    return next;",
        by = "typeid(U));\n    return Deferred<U>();",
        message = "attaching returned another chain",
    )
    _mutant(
        name = "df_03_attached_late_runs_later",
        rule = "DF_03_AttachingToAFiredDeferredRunsTheCallbackAtOnce",
        source = _RUN,
        replace = "tail_ = &tail;\n  RunIfReady();",
        by = "tail_ = &tail;",
        message = "attached to one that has fired with 1",
    )

def _results():
    mutant(
        name = "df_04_errback_of_the_pair_catches",
        rule = "DF_04_WhatACallbackThrowsTheErrbackOfItsPairDoesNotSee",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "return result.has_value() ? RunOnValue(result) : RunOnFailure(result);",
        by = """
    if (!result.has_value()) return RunOnFailure(result);
    ChainHandle inner = RunOnValue(result);
    return result.has_failure() ? RunOnFailure(result) : std::move(inner);""",
        message = "errback of the same pair",
    )
    mutant(
        name = "df_04_only_standard_exceptions_caught",
        rule = "DF_04_ACallbackMayThrowAnyType",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "} catch (...) {",
        by = "} catch (const std::exception&) {",
        message = "attaching threw what the callback had thrown",
    )
    mutant(
        name = "df_05_sticky_error",
        rule = "DF_05_AnErrbackThatReturnsPutsTheChainBackOnTheValuePath",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "return Settle<U>(result, [&]() -> decltype(auto) {\n        return std::invoke(std::move(on_failure_), failure);\n      });",
        by = """
      ChainHandle inner = Settle<U>(result, [&]() -> decltype(auto) {
        return std::invoke(std::move(on_failure_), failure);
      });
      if (result.has_value()) result = ChainResult::OfFailure(failure.exception());
      return inner;""",
        message = "what the errback returned",
    )
    mutant(
        name = "df_05_missing_errback_absorbs",
        rule = "DF_05_AMissingSidePassesTheResultOn",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "return std::invoke(std::move(on_failure_), failure);\n      });\n    }",
        by = """return std::invoke(std::move(on_failure_), failure);
      });
    } else if constexpr (std::is_void_v<U> ||
                         std::is_default_constructible_v<U>) {
      result = ChainResult::OfValue<U>();
    }""",
        message = "a failure that passed a callback",
    )
    mutant(
        name = "df_05_returned_failure_is_nothing",
        rule = "DF_05_AReturnedFailureMeansTheErrorPath",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "if constexpr (std::is_same_v<Value, Failure>) {",
        by = """if constexpr (std::is_same_v<Value, Failure> && std::is_void_v<T>) {
    return ChainResult::OfValue<void>();
  } else if constexpr (std::is_same_v<Value, Failure>) {""",
        message = "a callback returned the Failure",
    )
    mutant(
        name = "df_06_both_called_again_when_it_throws",
        rule = "DF_06_AddBothIsCalledOnceWhateverTheResultAndEvenIfItThrows",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = """
    return Settle<U>(result, [&]() -> decltype(auto) {
      return std::invoke(std::move(on_result_), TakeOutcome(result));
    });""",
        by = """
    const auto call = [&]() -> decltype(auto) {
      return std::invoke(std::move(on_result_), TakeOutcome(result));
    };
    const bool value = result.has_value();
    ChainHandle inner = Settle<U>(result, call);
    if (!value || !result.has_failure()) return inner;
    return Settle<U>(result, call);""",
        message = "calls for a value",
    )
    mutant(
        name = "df_07_failure_passed_on_as_a_value",
        rule = "DF_07_CallbackWithAFailureIsErrback",
        source = _STEPS_H,
        rules_in = _FIRING,
        replace = "if constexpr (std::is_same_v<Value, Failure>) {",
        by = "if constexpr (std::is_same_v<Value, Failure> && !std::is_constructible_v<T, V>) {",
        message = "as a value",
    )

def _errors():
    mutant(
        name = "df_08_another_exception_wrapped",
        rule = "DF_08_ErrbackWrapsTheException",
        source = _DEFERRED_H,
        rules_in = _FIRING,
        replace = "Errback(Failure::Of(std::forward<E>(error)));",
        by = "Errback(Failure::Of(std::runtime_error(\"failed\")));",
        message = "std::runtime_error: failed",
    )
    mutant(
        name = "df_08_handled_exception_not_taken",
        rule = "DF_08_ErrbackWithoutArgumentTakesTheExceptionBeingHandled",
        source = _DEFERRED_H,
        rules_in = _FIRING,
        replace = "Errback(Failure::Current());",
        by = "Errback(Failure::Of(std::runtime_error(\"failed\")));",
        message = "std::runtime_error: failed",
    )
    mutant(
        name = "df_08_fires_with_a_null_exception",
        rule = "DF_08_ErrbackWithoutAnExceptionIsAnErrorAndFiresNothing",
        source = _FAILURE_H,
        rules_in = _FIRING,
        replace = "if (!exception_) {",
        by = "if (false) {",
        message = "fired with an exception that is not there",
    )

def _second_fire():
    _mutant(
        name = "df_09_second_value_overwrites_the_first",
        rule = "DF_09_ASecondFireIsRefusedAndDisturbsNothing",
        source = _CHAIN,
        replace = "if (!called_) {\n    FireNow(std::move(result), own);",
        by = "if (true) {\n    FireNow(std::move(result), own);",
        message = "thrown by the second fire",
    )
    _mutant(
        name = "df_09_refused_value_overwrites_the_first",
        rule = "DF_09_ASecondFireIsRefusedAndDisturbsNothing",
        source = _CHAIN,
        replace = "ThrowFiredBefore(function);",
        by = "result_ = std::move(result);\n    ThrowFiredBefore(function);",
        message = "the result after the second fire",
    )
    _mutant(
        name = "df_09_second_fire_accepted_while_running",
        rule = "DF_09_AFireByARunningCallbackIsRefused",
        source = _CHAIN,
        replace = "if (!called_) {\n    FireNow(std::move(result), own);",
        by = "if (!called_ || running_) {\n    FireNow(std::move(result), own);",
        message = "thrown by the second fire",
    )
    _mutant(
        name = "df_10_second_fire_accepted_while_waiting",
        rule = "DF_10_ADeferredThatWaitsHasBeenFired",
        source = _CHAIN,
        replace = "if (!called_) {\n    FireNow(std::move(result), own);",
        by = "if (!called_ || waiting_on_ != nullptr) {\n    FireNow(std::move(result), own);",
        message = "while waiting",
    )

def _reentry():
    _mutant(
        name = "df_12_nested",
        rule = "DF_12_WhatARunningCallbackAttachesRunsAfterItAtTheEnd",
        source = _RUN,
        replace = "return called_ && !running_ &&",
        by = "return called_ &&",
        message = "attaching returned",
    )
    _mutant(
        name = "df_12_nested_in_an_errback",
        rule = "DF_12_WhatARunningErrbackAttachesRunsAfterItAtTheEnd",
        source = _RUN,
        replace = "return called_ && !running_ &&",
        by = "return called_ &&",
        message = "attaching returned",
    )
    _mutant(
        # As a vector does that holds the callbacks and moves them.
        name = "df_12_growth_moves_the_running_callback",
        rule = "DF_12_ManyCallbacksAttachedByARunningOneAllRunInTheSamePass",
        source = _RUN,
        replace = """
void DeferredChain::Append(ChainStep* step) {
  (last_step_ != nullptr ? last_step_->next_ : first_step_) = step;
  last_step_ = step;
}

ChainStep* DeferredChain::PopStep() {
  ChainStep* const step = first_step_;""",
        by = """
static thread_local ChainStep* running_step = nullptr;

void DeferredChain::Append(ChainStep* step) {
  (last_step_ != nullptr ? last_step_->next_ : first_step_) = step;
  last_step_ = step;
  if (running_ && running_step != nullptr) {
    std::exchange(running_step, nullptr)->~ChainStep();
  }
}

ChainStep* DeferredChain::PopStep() {
  ChainStep* const step = first_step_;
  running_step = step;""",
        # The callback is destroyed twice.
        dies = True,
        message = "the running callback's captures have changed",
    )
    _mutant(
        # As a loop does whose end was looked up before it began.
        name = "df_12_loop_ends_where_it_ended_at_first",
        rule = "DF_12_ManyCallbacksAttachedByARunningOneAllRunInTheSamePass",
        source = _RUN,
        replace = "while (DeferredChain* const chain = stack.top()) {",
        by = """
  const ChainStep* const last = last_step_;
  bool over = false;
  while (DeferredChain* const chain = stack.top()) {
    if (over) {
      stack.Pop();
      continue;
    }
    over = chain->first_step_ == last;""",
        message = "run before Callback() returned",
    )
    _mutant(
        name = "df_13_global_trampoline",
        rule = "DF_13_FiringAnotherDeferredInACallbackRunsItsCallbacksThere",
        source = _RUN,
        replace = "  RunStack stack;\n",
        by = """
  static thread_local bool bouncing = false;
  static thread_local std::vector<ChainHandle> later;
  if (bouncing) {
    later.push_back(ChainHandle(this));
    return;
  }
  bouncing = true;
  struct Bounce {
    ~Bounce() {
      bouncing = false;
      for (const ChainHandle& chain : std::exchange(later, {})) {
        chain->RunIfReady();
      }
    }
  } bounce;
  RunStack stack;
""",
        includes = ["vector"],
        message = "callback of the other",
    )

def _captures():
    _mutant(
        name = "df_14_running_chain_not_kept",
        rule = "DF_14_ACallbackMayDropTheLastHandleToItsOwnDeferred",
        source = _RUN,
        replace = "chain->RunStep(step, stack);",
        by = """
      struct Unkept {  // by the stack
        explicit Unkept(DeferredChain& chain) : chain(chain) {
          --chain.handles_;
        }
        ~Unkept() { ++chain.handles_; }
        DeferredChain& chain;
      } unkept(*chain);
      chain->RunStep(step, stack);""",
        # It goes on with a chain that is no more.
        dies = True,
        message = "the chain went while its callback was running",
    )
    _mutant(
        name = "df_15_finished_callback_kept",
        rule = "DF_15_ACallbackIsReleasedAsSoonAsItHasRun",
        source = _RUN,
        replace = "ChainHandle inner = step->Run(result_);",
        by = """ChainHandle inner = step->Run(result_);
  static auto* const finished = new std::vector<std::unique_ptr<ChainStep>>;
  finished->push_back(std::move(step));
  step = std::make_unique<ForwardStep>(ChainHandle());""",
        includes = ["vector"],
        message = "a callback that has run is kept",
    )
    _mutant(
        name = "df_15_skipped_callback_kept",
        rule = "DF_15_ACallbackThatWasSkippedIsReleasedToo",
        source = _RUN,
        replace = "ChainHandle inner = step->Run(result_);",
        by = """const bool value = result_.has_value();
  ChainHandle inner = step->Run(result_);
  static auto* const finished = new std::vector<std::unique_ptr<ChainStep>>;
  if (value) {
    finished->push_back(std::move(step));
    step = std::make_unique<ForwardStep>(ChainHandle());
  }""",
        includes = ["vector"],
        message = "an errback that was skipped is kept",
    )
    _mutant(
        name = "df_15_canceller_kept",
        rule = "DF_15_TheCancellerIsReleasedOnceTheDeferredHasFired",
        source = _CHAIN,
        replace = "canceller_ = nullptr;",
        by = "",
        message = "the canceller is kept by a fired Deferred",
    )
    _mutant(
        name = "df_15_called_canceller_kept",
        rule = "DF_15_TheCancellerIsReleasedOnceItHasBeenCalled",
        source = _CHAIN,
        replace = "      canceller(self);",
        by = """
      canceller(self);
      static auto* const called = new std::vector<Canceller>;
      called->push_back(std::move(canceller));""",
        includes = ["vector"],
        message = "the canceller is kept after Cancel()",
    )
    _mutant(
        name = "df_15_canceller_of_a_forwarded_one_kept",
        rule = "DF_15_TheCancellerIsReleasedOnceAnotherDeferredHasFiredIt",
        source = _RUN,
        replace = "target->canceller_ = nullptr;",
        by = "",
        message = "the canceller is kept by a fired Deferred",
    )

def _waiting():
    _mutant(
        name = "df_16_outer_goes_on",
        rule = "DF_16_AChainWaitsForTheDeferredThatACallbackReturned",
        source = _RUN,
        replace = "if (inner) TakeResultOf(std::move(inner), stack);",
        by = "if (inner) result_ = ChainResult::OfValue<int>(0);",
        message = "the inner has not fired",
    )
    _mutant(
        name = "df_16_outer_goes_on_after_an_errback",
        rule = "DF_16_AChainWaitsForTheDeferredThatAnErrbackReturned",
        source = _RUN,
        replace = "if (inner) TakeResultOf(std::move(inner), stack);",
        by = "if (inner) result_ = ChainResult::OfValue<int>(0);",
        message = "the inner has not fired",
    )
    _mutant(
        name = "df_16_outer_before_the_inners_callbacks",
        rule = "DF_16_TheCallbacksTheInnerAlreadyHadRunFirst",
        source = _LIFE,
        replace = "inner->Append(&resume_step_);",
        by = """resume_step_.next_ = inner->first_step_;
  inner->first_step_ = &resume_step_;
  if (inner->last_step_ == nullptr) inner->last_step_ = &resume_step_;""",
        message = "by way of the inner's + 1",
    )
    _mutant(
        name = "df_17_failure_stays_with_the_inner",
        rule = "DF_17_LaterCallbacksOfTheInnerFindItsResultConsumed",
        source = _RUN,
        replace = _LEAVES,
        by = """
  if (result_.has_failure()) return ChainResult::OfFailure(result_.exception());
  """ + _LEAVES,
        message = "left with the inner",
    )
    _mutant(
        name = "df_17_failure_reported_twice",
        rule = "DF_17_AMovedFailureIsReportedOnceAndNotByTheInner",
        source = _RUN,
        replace = _LEAVES,
        by = """
  if (result_.has_failure()) return ChainResult::OfFailure(result_.exception());
  """ + _LEAVES,
        message = "reports when the inner had gone",
    )
    _mutant(
        name = "df_18_waits_for_the_next_event",
        rule = "DF_18_TheResultOfAnInnerThatHasFiredIsTakenAtOnce",
        also = ["DF_21_TakingResultsThatAreThereTakesConstantStack"],
        source = _RUN,
        replace = _INNER_IS_READY,
        by = "} else if (false) {",
        message = "none yet",
    )
    _mutant(
        name = "df_19_takes_from_a_paused_inner",
        rule = "DF_19_AnInnerThatHasFiredButIsPausedIsWaitedFor",
        source = _RUN,
        replace = _INNER_IS_READY,
        by = "} else if (inner->called_ && !inner->running_ && inner->waiting_on_ == nullptr) {",
        message = "the inner is paused",
    )
    _mutant(
        name = "df_19_takes_from_an_inner_that_waits",
        rule = "DF_19_AnInnerThatWaitsItselfIsWaitedFor",
        source = _RUN,
        replace = _INNER_IS_READY,
        by = "} else if (inner->called_ && !inner->running_ && inner->pauses_ == 0) {",
        message = "the inner waits for a third",
    )
    _mutant(
        name = "df_19_takes_from_a_running_inner",
        rule = "DF_19_AnInnerWhoseCallbacksAreRunningIsWaitedFor",
        source = _RUN,
        replace = _INNER_IS_READY,
        by = "} else if (inner->called_ && inner->pauses_ == 0 && inner->waiting_on_ == nullptr) {",
        message = "second of the inner",
    )
    _mutant(
        name = "df_20_one_level_only",
        rule = "DF_20_ChainingIsTransitive",
        source = _RUN,
        replace = "RunNext(std::move(resumed), stack);",
        by = "if (below_ == nullptr) RunNext(std::move(resumed), stack);",
        message = "one for each level it went up",
    )

def _keeping():
    _mutant(
        name = "df_22_outer_held_weakly",
        rule = "DF_22_AnOuterThatWaitsNeedsNoHandle",
        source = _RUN,
        replace = "ChainHandle resumed = waiter.StopWaiting();",
        by = "const bool gone = waiter.handles_ == 0;" +
             "ChainHandle resumed = waiter.StopWaiting();" +
             "if (gone) return;",
        message = "what the outer's callback got",
    )
    _mutant(
        name = "df_22_inner_held_weakly",
        rule = "DF_22_AnInnerThatIsWaitedForNeedsNoHandle",
        source = _LIFE,
        replace = "waiting_on_ = inner.Release();",
        by = "waiting_on_ = inner.get();",
        # It takes the outer with it, which still has a handle.
        dies = True,
        message = "the inner vanished while it was waited for",
    )

def _second_waiter():
    _mutant(
        name = "df_23_second_waiter_never_resumes",
        rule = "DF_23_TheFirstOfTwoWaitersGetsTheResultAndTheSecondResumesToo",
        source = _RUN,
        replace = "--waiters_;",
        by = "--waiters_;\n  if (result_.empty()) return;",
        message = "of a cancellation",
    )
    _mutant(
        name = "bt_36_second_waiter_gets_nothing",
        rule = "BT_36_ASecondWaiterFailsEvenIfThereIsNoValueToMiss",
        source = _RUN,
        replace = _LEAVES,
        by = "if (result_.empty()) return ChainResult::OfValue<void>();\n  " + _LEAVES,
        message = "for the second waiter",
    )

def _cycles():
    _mutant(
        name = "df_26_stuck",
        rule = "DF_26_ACallbackThatReturnsItsOwnDeferredFailsTheChain",
        source = _RUN,
        replace = "if (inner->LeadsTo(*this)) {",
        by = "if (false) {",
        message = "the chain after such a callback",
    )
    _mutant(
        name = "df_26_owns_itself",
        rule = "DF_26_ADeferredReturnedByItsOwnCallbackDoesNotOwnItself",
        source = _RUN,
        replace = "if (inner->LeadsTo(*this)) {",
        by = "if (inner->LeadsTo(*this)) {\n    inner.Release();",
        message = "the Deferred is still there",
    )
    _mutant(
        name = "bt_29_own_deferred_stuck",
        rule = "BT_29_TheFailureOfACallbackThatReturnsItsOwnDeferredCanBeHandled",
        source = _RUN,
        replace = "if (inner->LeadsTo(*this)) {",
        by = "if (false) {",
        message = "what the errback returned",
    )
    _mutant(
        name = "bt_29_longer_circle_not_seen",
        rule = "BT_29_ACallbackThatReturnsWhatWaitsForItFailsTheChain",
        source = _RUN,
        replace = "return next == &chain;",
        by = "return false;",
        message = "the chain after such a callback",
    )

def _forwarding():
    _mutant(
        name = "df_24_source_keeps_a_value",
        rule = "DF_24_ChainDeferredFiresTheOtherAndConsumesTheResult",
        source = _RUN,
        replace = "target->result_ = Surrender();",
        by = "target->result_ = Surrender(); result_ = ChainResult::OfValue<int>(1);",
        message = "of the source",
    )
    _mutant(
        name = "df_24_failure_shared",
        rule = "DF_24_AForwardedFailureIsReportedOnceAndNotByTheSource",
        source = _RUN,
        replace = "target->result_ = Surrender();",
        by = """
    target->result_ = result_.has_failure()
                          ? ChainResult::OfFailure(result_.exception())
                          : Surrender();""",
        message = "reports when the source had gone",
    )
    _mutant(
        name = "df_24_fired_target_goes_unnoticed",
        rule = "DF_24_FiringTheOtherDoesNotAffectTheSourceWhichGetsTheError",
        source = _RUN,
        replace = "} else if (std::exchange(target->ignores_next_fire_, false)) {",
        by = "} else if (true) {",
        message = "of the source",
    )
    _mutant(
        name = "df_24_cancelled_target_is_an_error",
        rule = "DF_24_CancellingTheOtherDoesNotAffectTheSource",
        source = _RUN,
        replace = "} else if (std::exchange(target->ignores_next_fire_, false)) {",
        by = "} else if (false) {",
        message = "the target's next fire is ignored",
    )

def _stack():
    _mutant(
        name = "df_21_recursive_resume",
        rule = "DF_21_ResumingFromTheFarEndTakesConstantStack",
        source = _RUN,
        replace = "RunNext(std::move(resumed), stack);",
        by = "resumed->RunIfReady();",
        message = "stack use grows",
    )
    _mutant(
        name = "df_21_recursion_per_callback",
        rule = "DF_21_ManyCallbacksTakeConstantStack",
        source = _RUN,
        replace = "chain->RunStep(step, stack);",
        by = "chain->RunStep(step, stack);" +
             "chain->running_ = false; chain->RunIfReady();",
        message = "stack use grows",
    )
    _mutant(
        name = "df_21_recursive_destructors",
        rule = "DF_21_DroppingAChainThatWaitsTakesConstantStack",
        source = _LIFE,
        replace = "if (destroying) return;",
        by = "",
        message = "stack use grows",
    )
    _mutant(
        name = "df_21_recursive_destructors_of_captures",
        rule = "DF_21_DroppingAChainOfCapturesTakesConstantStack",
        source = _LIFE,
        replace = "if (destroying) return;",
        by = "",
        message = "stack use grows",
    )
    _mutant(
        name = "df_25_recursion_per_link",
        rule = "DF_25_ChainDeferredTakesConstantStackAndLosesNoTail",
        source = _RUN,
        replace = "RunNext(target, stack);",
        by = "target->RunIfReady();",
        message = "stack use grows",
    )

def _long_chains():
    _mutant(
        name = "bt_28_recursive_resume",
        rule = "BT_28_ResumingAChainLinkedFromTheFarEndTakesConstantStack",
        source = _RUN,
        replace = "RunNext(std::move(resumed), stack);",
        by = "resumed->RunIfReady();",
        message = "stack use grows",
    )
    _mutant(
        name = "bt_28_recursive_forwarding",
        rule = "BT_28_AFailureThroughChainDeferredTakesConstantStack",
        source = _RUN,
        replace = "RunNext(target, stack);",
        by = "target->RunIfReady();",
        message = "stack use grows",
    )
    _mutant(
        name = "bt_28_recursive_cancel",
        rule = "BT_28_CancellingTakesConstantStack",
        source = _CHAIN,
        replace = "while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;",
        # The handle keeps the compiler from making a loop of it.
        by = """
  if (chain->waiting_on_ != nullptr) {
    const ChainHandle inner(chain->waiting_on_);
    inner->Cancel();
    return;
  }""",
        message = "stack use grows",
    )
    _mutant(
        name = "bt_28_recursive_destruction",
        rule = "BT_28_DroppingAForwardedChainTakesConstantStack",
        source = _LIFE,
        replace = "if (destroying) return;",
        by = "",
        message = "stack use grows",
    )

def _pausing():
    _mutant(
        name = "df_27_pause_without_effect",
        rule = "DF_27_WhilePausedFiringAndAttachingOnlyRecord",
        source = _RUN,
        replace = "&& pauses_ == 0 &&",
        by = "&&",
        message = "run while paused",
    )
    _mutant(
        name = "df_27_boolean_instead_of_a_counter",
        rule = "DF_27_PausesNestAndTheLastUnpauseRunsWhatIsReady",
        source = _CHAIN,
        replace = "++pauses_;",
        by = "pauses_ = 1;",
        message = "run by the first Unpause() of two",
    )
    _mutant(
        name = "df_27_unpause_runs_an_unfired_one",
        rule = "DF_27_UnpausingAnUnfiredDeferredRunsNothing",
        source = _CHAIN,
        replace = "if (--pauses_ == 0) RunIfReady();",
        by = "if (--pauses_ == 0) {\n    called_ = true;\n    RunIfReady();\n  }",
        message = "run before the Deferred was fired",
    )
    _mutant(
        name = "df_28_paused_outer_freezes_the_inner",
        rule = "DF_28_APausedOuterDoesNotStopTheInnersOwnCallbacks",
        source = _RUN,
        replace = "--waiters_;",
        by = """
  if (waiter.pauses_ > 0) {
    waiter.resume_step_.next_ = first_step_;
    first_step_ = &waiter.resume_step_;
    if (last_step_ == nullptr) last_step_ = first_step_;
    stack.Pop();
    return;
  }
  --waiters_;""",
        message = "run while the outer is paused",
    )
    _mutant(
        name = "df_29_pass_stops",
        rule = "DF_29_PausingInARunningCallbackDoesNotStopThePass",
        source = _RUN,
        replace = _NEXT_STEP,
        by = "if (ChainStep* const step = chain->pauses_ > 0 ? nullptr : chain->PopStep()) {",
        message = "run in the pass that was paused",
    )
    _mutant(
        name = "df_29_callbacks_lost",
        rule = "DF_29_PausingInARunningCallbackLosesNoCallback",
        source = _RUN,
        replace = _NEXT_STEP,
        by = "while (chain->pauses_ > 0 && chain->first_step_ != nullptr) delete chain->PopStep();\n    " +
             _NEXT_STEP,
        message = "run when it has been unpaused",
    )
    _mutant(
        name = "df_30_counter_below_zero",
        rule = "DF_30_AnUnpauseWithoutPauseIsAnError",
        source = _CHAIN,
        replace = "if (pauses_ == 0) {",
        by = "if (false) {",
        message = "thrown by Unpause() of one that was never paused",
    )
    _mutant(
        name = "bt_30_counter_below_zero_in_spite_of_the_error",
        rule = "BT_30_AnUnpauseWithoutPauseDisturbsNothing",
        source = _CHAIN,
        replace = "if (pauses_ == 0) {",
        by = "if (pauses_ == 0) {\n    --pauses_;",
        message = "after an unbalanced Unpause()",
    )
