"""Faults in the lock, the semaphore, the queue and coroutines, by clause."""

load(":defs.bzl", "mutant")

_LINE = "//reference:waiting_line.cc"
_TOKENS = "//reference:token_line.cc"
_TOKENS_H = "//reference:token_line.h"
_SEMAPHORE = "//reference:deferred_semaphore.cc"
_QUEUE = "//reference:deferred_queue.cc"
_QUEUE_H = "//reference:deferred_queue.h"
_COROUTINE = "//reference:coroutine.cc"
_COROUTINE_H = "//reference:coroutine.h"
_CHAIN = "//reference:deferred_chain.cc"
_RUN = "//reference:deferred_run.cc"
_LIFE = "//reference:deferred_life.cc"

_PRIMITIVES = "//conformance/rules:deferred_primitives.cc"
_COROUTINES = "//conformance/rules:coroutines.cc"

# How a cancelled waiter leaves the line.
_LEAVE = "if (const auto line = weak.lock()) line->chains_.erase(place);"

_FIRST_IN_LINE = """
  ChainHandle first = std::move(chains_.front());
  chains_.pop_front();"""

_REFUSE_RELEASE = """
  if (tokens_ == limit_) {
    throw std::logic_error(std::string(function) + ": nothing is held");
  }
  ++tokens_;"""

def coordination_mutants():
    """Defines the mutants of DF-63 to DF-65."""
    _cancelled_waiters()
    _order()
    _tokens()
    _run()
    _queue()
    _awaiting()
    _cancelling()
    _stack()
    _programs()

def _mutant(**kwargs):
    mutant(chapter = "coordination", **kwargs)

def _cancelled_waiters():
    _mutant(
        name = "df_63_cancelled_waiter_swallows_the_lock",
        rule = "DF_63_ACancelledWaiterLeavesTheLine",
        source = _LINE,
        replace = _LEAVE,
        by = "",
        message = "a cancelled waiter took the lock",
    )
    _mutant(
        name = "df_63_cancelled_waiter_swallows_the_token",
        rule = "DF_63_ACancelledWaiterOfTheSemaphoreTakesNoToken",
        source = _LINE,
        replace = _LEAVE,
        by = "",
        message = "a cancelled waiter took the token",
    )
    _mutant(
        name = "df_63_cancelled_waiter_swallows_the_value",
        rule = "DF_63_ACancelledWaiterOfTheQueueTakesNoValue",
        source = _LINE,
        replace = _LEAVE,
        by = "",
        message = "a cancelled waiter took the value",
    )
    _mutant(
        name = "df_63_cancelled_waiter_still_counts",
        rule = "DF_63_AQueueThatTooManyWaitForUnderflows",
        source = _LINE,
        replace = _LEAVE,
        by = "",
        message = "a cancelled waiter still counts",
    )
    _mutant(
        name = "df_63_cancelling_takes_the_first_out",
        rule = "DF_63_CancellingOneLeavesTheOthersInLine",
        source = _LINE,
        replace = _LEAVE,
        by = "if (const auto line = weak.lock()) line->chains_.pop_front();",
        message = "the wrong one left the line",
    )
    _mutant(
        name = "df_63_waiters_left_for_ever",
        rule = "DF_63_WhoeverWaitsWhenTheLockGoesIsTold",
        source = _LINE,
        replace = "while (!chains_.empty()) {",
        by = "while (false) {",
        message = "left waiting for ever",
    )

def _order():
    _mutant(
        name = "df_63_last_come_first_served",
        rule = "DF_63_TheLockIsGivenToThoseWhoWaitInTheirOrder",
        source = _LINE,
        replace = _FIRST_IN_LINE,
        by = """
  ChainHandle first = std::move(chains_.back());
  chains_.pop_back();""",
        message = "not first come, first served",
    )
    _mutant(
        name = "df_63_newcomers_overtake_the_line",
        rule = "DF_63_TheLockAdmitsNobodyBeforeThoseWhoWait",
        source = _TOKENS,
        replace = "if (tokens() == 0)",
        by = "if (tokens_ == 0)",
        message = "not first come, first served",
    )
    _mutant(
        name = "df_63_release_inside_a_release_recurses",
        rule = "DF_63_ManyWhoReleaseAtOnceTakeConstantStack",
        source = _LINE,
        replace = "if (serving_) return;",
        by = "",
        message = "stack use grows",
    )
    _mutant(
        name = "df_63_put_inside_a_put_recurses",
        rule = "DF_63_ManyWhoPutTheNextValueTakeConstantStack",
        source = _LINE,
        replace = "if (serving_) return;",
        by = "",
        message = "stack use grows",
    )
    _mutant(
        name = "df_63_release_inside_a_release_loses_a_waiter",
        rule = "DF_63_ManyWhoReleaseAtOnceTakeConstantStack",
        source = _LINE,
        replace = "while (!chains_.empty() && stocked()) {",
        by = "if (!chains_.empty() && stocked()) {",
        message = "a waiter was lost",
    )

def _tokens():
    _mutant(
        name = "df_63_release_without_hold_accepted",
        rule = "DF_63_AReleaseByNobodyIsAnError",
        source = _TOKENS,
        replace = _REFUSE_RELEASE,
        by = "\n  ++tokens_;",
        message = "lock.Release() throws",
    )
    _mutant(
        name = "df_63_refused_release_makes_a_token",
        rule = "DF_63_AReleaseByNobodyIsAnError",
        source = _TOKENS,
        replace = _REFUSE_RELEASE,
        by = """
  if (++tokens_ > limit_) {
    throw std::logic_error(std::string(function) + ": nothing is held");
  }""",
        message = "a refused release made a token",
    )
    _mutant(
        name = "df_63_one_token_whatever_was_asked",
        rule = "DF_63_TheSemaphoreLetsInAsManyAsItHasTokens",
        source = _SEMAPHORE,
        replace = "(RequireTokens(tokens))",
        by = "(RequireTokens(tokens) - tokens + 1)",
        message = "order",
    )
    _mutant(
        name = "df_63_no_token_accepted",
        rule = "DF_63_TheSemaphoreLetsInAsManyAsItHasTokens",
        source = _SEMAPHORE,
        replace = "if (tokens < 1)",
        by = "if (tokens < 0)",
        message = "DeferredSemaphore(0) throws",
    )

def _run():
    mutant(
        name = "df_63_run_releases_when_the_call_returns",
        rule = "DF_63_RunHoldsTheLockUntilTheResultIsThere",
        source = _TOKENS_H,
        rules_in = _PRIMITIVES,
        replace = """
        return MaybeDeferred(std::move(call))
            .AddBoth([line, release](Outcome<U> outcome) {
              line->Release(release);
              return outcome;
            });""",
        by = """
        auto result = MaybeDeferred(std::move(call));
        line->Release(release);
        return result;""",
        message = "two ran at the same time",
    )
    mutant(
        name = "df_63_run_keeps_the_lock_on_failure",
        rule = "DF_63_RunReleasesTheLockOnFailureToo",
        source = _TOKENS_H,
        rules_in = _PRIMITIVES,
        replace = "line->Release(release);",
        by = "if (outcome.ok()) line->Release(release);",
        message = "a failure keeps the lock",
    )

def _queue():
    _mutant(
        name = "df_63_newest_value_first",
        rule = "DF_63_TheQueueGivesValuesInOrderToThoseWhoAskedInOrder",
        source = _QUEUE,
        replace = """
  ChainResult value = std::move(values_.front());
  values_.pop_front();""",
        by = """
  ChainResult value = std::move(values_.back());
  values_.pop_back();""",
        message = "values that waited",
    )
    _mutant(
        name = "df_63_newest_asker_first",
        rule = "DF_63_TheQueueGivesValuesInOrderToThoseWhoAskedInOrder",
        source = _LINE,
        replace = _FIRST_IN_LINE,
        by = """
  ChainHandle first = std::move(chains_.back());
  chains_.pop_back();""",
        message = "who asked first gets the first",
    )
    _mutant(
        name = "df_63_size_not_limited",
        rule = "DF_63_AFullQueueOverflows",
        source = _QUEUE,
        replace = "if (!limits_.size ||",
        by = "if (true ||",
        message = "queue.Put(std::move(refused)) throws",
    )
    mutant(
        name = "df_63_refused_value_taken",
        rule = "DF_63_AFullQueueOverflows",
        source = _QUEUE_H,
        rules_in = _PRIMITIVES,
        replace = """
    line_->RequireRoom();
    line_->Put(ChainResult::OfValue<T>(std::forward<V>(value)));""",
        by = """
    ChainResult taken = ChainResult::OfValue<T>(std::forward<V>(value));
    line_->RequireRoom();
    line_->Put(std::move(taken));""",
        message = "refused, but taken",
    )
    _mutant(
        name = "df_63_backlog_not_limited",
        rule = "DF_63_AQueueThatTooManyWaitForUnderflows",
        source = _QUEUE,
        replace = "if (limits_.backlog &&",
        by = "if (false &&",
        message = "queue.Get() throws",
    )

def _awaiting():
    mutant(
        name = "df_64_another_exception_thrown",
        rule = "DF_64_AwaitingThrowsTheOriginalException",
        source = _COROUTINE_H,
        rules_in = _COROUTINES,
        replace = "std::rethrow_exception(result_.exception());",
        by = "throw std::runtime_error(DescribeException(result_.exception()));",
        message = "not the original exception",
    )
    _mutant(
        name = "df_64_failure_of_the_body_replaced",
        rule = "DF_64_AnExceptionThatLeavesTheBodyIsTheFailure",
        source = _COROUTINE,
        replace = "End(ChainResult::OfFailure(std::current_exception()));",
        by = "End(ChainResult::OfFailure(" +
             "std::make_exception_ptr(CancelledError(\"ended\"))));",
        includes = ["reference/errors.h"],
        message = "std::out_of_range",
    )
    _mutant(
        name = "df_64_callbacks_run_before_it_is_over",
        rule = "DF_64_AwaitingYieldsTheValue",
        source = _RUN,
        replace = """
    step->next_ = first_step_;
    if (first_step_ == nullptr) last_step_ = step.get();
    first_step_ = step.release();""",
        by = "Append(step.release());",
        message = "of a Deferred that fired later",
    )
    _mutant(
        name = "df_64_half_processed_result_taken",
        rule = "DF_64_APausedDeferredIsAwaited",
        source = _RUN,
        replace = "} else if (inner->Ready()) {",
        by = "} else if (inner->called_) {",
        message = "nothing yet",
    )
    _mutant(
        name = "df_64_waits_for_itself",
        rule = "DF_64_AwaitingItselfThrows",
        source = _RUN,
        replace = "if (inner->LeadsTo(*this)) {",
        by = "if (false) {",
        message = "Watch(*own)->value",
    )
    _mutant(
        name = "df_64_frame_leaks_at_its_end",
        rule = "DF_64_TheFrameGoesBeforeTheCallbacksRun",
        source = _COROUTINE,
        replace = "if (frame_) frame_.destroy();",
        by = "",
        message = "the frame keeps what it holds",
    )
    _mutant(
        name = "df_64_frame_leaks_at_a_co_await",
        rule = "DF_64_CoroutinesThatAwaitOneAnotherGoInConstantStack",
        source = _COROUTINE,
        replace = "if (frame_) frame_.destroy();",
        by = "",
        message = "frames that nobody can resume are left",
    )

def _cancelling():
    _mutant(
        name = "df_64_cancel_not_passed_on",
        rule = "DF_64_CancellingCancelsWhatIsAwaitedNow",
        source = _COROUTINE,
        replace = "if (!frame_.done()) return std::move(state_.awaited_);",
        # Waits for a stand-in.
        by = """
    if (!frame_.done()) {
      const ChainHandle awaited = std::move(state_.awaited_);
      ChainHandle proxy = DeferredChain::Make(typeid(void));
      awaited->Forward(proxy);
      return proxy;
    }""",
        message = "what it awaits was not cancelled",
    )
    _mutant(
        name = "df_64_cancel_reaches_one_coroutine",
        rule = "DF_64_CancellingReachesThroughCoroutines",
        source = _CHAIN,
        replace = "while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;",
        by = "if (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;",
        message = "what the innermost awaits goes on",
    )
    _mutant(
        name = "df_64_cancel_ends_the_body",
        rule = "DF_64_TheBodySeesTheCancelAndMayGoOn",
        source = _COROUTINE,
        replace = "    frame_.resume();",
        by = """
    if (result.has_failure() || (state_.resumed_with_ != nullptr &&
                                 state_.resumed_with_->has_failure())) {
      result = std::move(*state_.resumed_with_);
      return ChainHandle();
    }
    frame_.resume();""",
        message = "it has handled the cancel",
    )

def _stack():
    _mutant(
        name = "df_64_recursive_resume",
        rule = "DF_64_CoroutinesThatAwaitOneAnotherResumeInConstantStack",
        source = _RUN,
        replace = "RunNext(std::move(resumed), stack);",
        by = "resumed->RunIfReady();",
        message = "stack use grows",
    )
    _mutant(
        name = "df_64_recursive_resume_after_cancel",
        rule = "DF_64_CoroutinesThatAwaitOneAnotherAreCancelledInConstantStack",
        source = _RUN,
        replace = "RunNext(std::move(resumed), stack);",
        by = "resumed->RunIfReady();",
        message = "stack use grows",
    )
    _mutant(
        name = "df_64_recursion_per_await",
        rule = "DF_64_ALoopOverFiredDeferredsTakesConstantStack",
        source = _RUN,
        replace = "if (inner) TakeResultOf(std::move(inner), stack);",
        by = """
  if (!inner) return;
  TakeResultOf(std::move(inner), stack);
  // By a pointer: it is always inlined, which a recursion cannot be.
  auto const volatile run_step = &DeferredChain::RunStep;
  if (waiting_on_ == nullptr) (this->*run_step)(PopStep(), stack);""",
        message = "stack use grows",
    )
    _mutant(
        name = "df_64_recursion_per_call",
        rule = "DF_64_ALoopOverFinishedCoroutinesTakesConstantStack",
        source = _RUN,
        replace = "if (inner) TakeResultOf(std::move(inner), stack);",
        by = """
  if (!inner) return;
  TakeResultOf(std::move(inner), stack);
  // By a pointer: it is always inlined, which a recursion cannot be.
  auto const volatile run_step = &DeferredChain::RunStep;
  if (waiting_on_ == nullptr) (this->*run_step)(PopStep(), stack);""",
        message = "stack use grows",
    )
    _mutant(
        name = "df_64_recursive_destruction",
        rule = "DF_64_CoroutinesThatAwaitOneAnotherGoInConstantStack",
        source = _LIFE,
        replace = "if (destroying) return;",
        by = "",
        message = "stack use grows",
    )

# Faults of Deferred itself, as a random program comes upon them: in what they
# first show is chance.
def _program_mutant(**kwargs):
    _mutant(
        rule = "DF_65_RandomProgramsDoWhatTheModelOfTheContractDoes",
        message = "differs in",
        **kwargs
    )

def _programs():
    _program_mutant(
        name = "df_65_pause_forgotten_where_chains_meet",
        source = _RUN,
        replace = "return called_ && !running_ && pauses_ == 0 && waiting_on_ == nullptr;",
        by = "return called_ && !running_ && waiting_on_ == nullptr;",
    )
    _program_mutant(
        name = "df_65_result_of_a_paused_inner_taken",
        source = _RUN,
        replace = "} else if (inner->Ready()) {",
        by = "} else if (inner->called_) {",
    )
    _program_mutant(
        name = "df_65_waits_for_itself_through_another",
        source = _RUN,
        replace = "if (inner->LeadsTo(*this)) {",
        by = "if (inner.get() == this) {",
    )
    _program_mutant(
        name = "df_65_chained_into_a_cancelled_one_for_ever",
        source = _RUN,
        replace = "} else if (std::exchange(target->ignores_next_fire_, false)) {",
        by = "} else if (target->ignores_next_fire_) {",
    )
    _program_mutant(
        name = "df_65_canceller_kept_where_chained",
        source = _RUN,
        replace = "    target->canceller_ = nullptr;\n",
        by = "",
    )
    _program_mutant(
        name = "df_65_canceller_called_again_from_itself",
        source = _CHAIN,
        replace = "!chain->called_ && !chain->cancelling_",
        by = "!chain->called_",
    )
    _program_mutant(
        name = "df_65_cancel_one_link_far",
        source = _CHAIN,
        replace = "while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;",
        by = "if (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;",
    )
    _program_mutant(
        name = "df_65_moved_failure_stays_too",
        source = _RUN,
        replace = "  resumed->result_ = Surrender();",
        by = """
  resumed->result_ = Surrender();
  if (resumed->result_.has_failure()) {
    result_ = ChainResult::OfFailure(resumed->result_.exception());
  }""",
    )
    _program_mutant(
        name = "df_65_consumed_looks_cancelled",
        source = _RUN,
        also = ["DF_64_AwaitingConsumes"],
        replace = "AlreadyConsumed(",
        by = "CancelledError(",
    )
