"""Faults in cancelling Deferreds, in what becomes of failures, and in debugging, by clause."""

load(":defs.bzl", "mutant", "refusal_mutant")

_CHAIN = "//reference:deferred_chain.cc"
_LIFE = "//reference:deferred_life.cc"
_RECORD = "//reference:deferred_record.cc"
_RUN = "//reference:deferred_run.cc"
_UNHANDLED = "//reference:unhandled_failures.cc"

_DEFERRED_H = "//reference:deferred.h"
_FAILURE_H = "//reference:failure.h"
_FUNCTIONS_H = "//reference:deferred_functions.h"
_STEPS_H = "//reference:deferred_steps.h"

_FAILURES = "//conformance/rules:deferred_failures.cc"

# The way from a chain that is cancelled to the one that can be.
_TO_THE_UNFIRED = "  while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;\n"

# How a chain that is cancelled and still unfired gets its failure.
_FAIL_CANCELLED = "  if (!called_) {\n    FireNow(ChainResult::OfFailure("

_CANCELLER_THREW = "LogException(\"a Deferred's canceller threw\", std::current_exception());"

# Where a callback's exception becomes the result.
_TAKES_THE_EXCEPTION = "result = ChainResult::OfFailure(std::current_exception());"

_REPORTS = """    ReportUnhandled(result_.exception(),
                    record_ ? record_->maker() : nullptr);"""

def deferred_end_mutants():
    """Defines the mutants of DF-11, DF-31 to DF-42, DF-59 to DF-62, BT-20, BT-27, BT-31 and BT-34."""
    _refusals()
    _without_canceller()
    _canceller()
    _waiting_and_paused()
    _reports()
    _hook_and_list()
    _made_fired()
    _debugging()
    _thread()
    _captures()

def _mutant(**kwargs):
    mutant(chapter = "deferred_end", **kwargs)

def _refusals():
    for name, test, source, assertion, message in [
        (
            "callback_takes_a_deferred",
            "callback",
            _DEFERRED_H,
            "static_assert(!kIsDeferred<Value>,",
            "Deferred::Callback: a Deferred is no value",
        ),
        (
            "succeed_takes_a_deferred",
            "succeed",
            _FUNCTIONS_H,
            "static_assert(!kIsDeferred<Value>,",
            "Succeed: this is a Deferred already",
        ),
        (
            "deferred_of_a_deferred",
            "type",
            _DEFERRED_H,
            "static_assert(!kIsDeferred<T>,",
            "a Deferred cannot be the value of a Deferred",
        ),
    ]:
        refusal_mutant(
            name = "df_11_" + name,
            test = "df_11_%s_test" % test,
            src = "//conformance/rules:df_11.cc",
            source = source,
            replace = assertion,
            by = "static_assert(true,",
            message = message,
            deps = ["//reference:deferred"],
        )

def _without_canceller():
    _mutant(
        name = "df_31_ignores_all_later_fires",
        rule = "DF_31_WithoutACancellerCancelFailsAtOnceAndTheNextFireIsIgnored",
        source = _CHAIN,
        replace = "std::exchange(ignores_next_fire_, false)",
        by = "ignores_next_fire_",
        message = "at the second fire after Cancel()",
    )
    _mutant(
        name = "df_31_ignores_none",
        rule = "DF_31_WithoutACancellerCancelFailsAtOnceAndTheNextFireIsIgnored",
        also = ["DF_31_TheFireIgnoredAfterACancelDoesNotReplaceTheResult"],
        source = _CHAIN,
        replace = "ignores_next_fire_ = true;",
        by = "",
        message = "at the first fire after Cancel()",
    )
    _mutant(
        name = "df_31_chaining_ignores_all",
        rule = "DF_31_ChainingIntoACancelledDeferredIsTheFireIgnored",
        source = _RUN,
        replace = "std::exchange(target->ignores_next_fire_, false)",
        by = "target->ignores_next_fire_",
        message = "TakeResult(second)",
    )

def _canceller():
    _mutant(
        name = "df_32_cancelled_error_on_top",
        rule = "DF_32_ACancellerThatFiresTheDeferredDecidesTheResult",
        source = _CHAIN,
        replace = _FAIL_CANCELLED,
        by = "  {\n    FireNow(ChainResult::OfFailure(",
        message = "what the canceller fired it with",
    )
    _mutant(
        name = "df_33_ignores_the_next_fire",
        rule = "DF_33_IfTheCancellerDoesNotFireItLaterFiresAreNotIgnored",
        source = _CHAIN,
        replace = "    cancelling_ = false;\n",
        by = "    cancelling_ = false; ignores_next_fire_ = !called_;\n",
        message = "at the first fire after a canceller ran",
    )
    _mutant(
        name = "df_34_called_for_each_cancel",
        rule = "DF_34_TheCancellerIsCalledOnceHoweverOftenItIsCancelled",
        source = _CHAIN,
        replace = "if (Canceller canceller = std::exchange(canceller_, nullptr)) {\n    cancelling_ = true;",
        by = "if (Canceller& canceller = canceller_) {",
        message = "calls of the canceller",
    )
    _mutant(
        name = "df_35_replaces_the_result",
        rule = "DF_35_CancellingOneThatHasFiredDoesNothing",
        source = _CHAIN,
        replace = "  if (!chain->called_ && !chain->cancelling_)",
        by = """
  if (chain->called_) {
    chain->result_ = ChainResult::OfFailure(
        std::make_exception_ptr(CancelledError("planted")));
  } else if (!chain->cancelling_)""",
        message = "fired before it was cancelled",
    )
    for rule, message in [
        (
            "DF_38_AThrowingCancellerIsLoggedAndTheDeferredIsCancelled",
            "out of Cancel()",
        ),
        ("BT_27_ATimeLimitWorksThoughTheCancellerThrows", "after the limit"),
    ]:
        _mutant(
            name = rule[:5].lower() + "_the_exception_escapes",
            rule = rule,
            source = _CHAIN,
            replace = _CANCELLER_THREW,
            by = "throw;",
            message = message,
        )
    _mutant(
        name = "df_38_the_exception_is_swallowed",
        rule = "DF_38_AThrowingCancellerIsLoggedAndTheDeferredIsCancelled",
        also = ["DF_38_ACancellerMayFireAndThenThrow"],
        source = _CHAIN,
        replace = _CANCELLER_THREW,
        by = "",
        message = "records of what the canceller threw",
    )

def _waiting_and_paused():
    _mutant(
        name = "df_36_the_outers_canceller_is_called",
        rule = "DF_36_CancellingOneThatWaitsCancelsWhatItWaitsFor",
        source = _CHAIN,
        # It is kept when the chain fires; the macro calls it in Cancel(), which
        # follows, before the loop that leads to the inner.
        replace = "  canceller_ = nullptr;  // before the callbacks, which may run long (DF-15)\n",
        by = """
#define while(condition)                       \\
  if (waiting_on_ != nullptr) CancelUnfired(); \\
  while (condition)
""",
        message = "calls of the outer's canceller",
    )
    _mutant(
        name = "df_36_the_inner_is_left_running",
        rule = "DF_36_CancellingOneThatWaitsCancelsWhatItWaitsFor",
        also = ["DF_36_TheCancelledErrorOfAnInnerReachesTheOuter"],
        source = _CHAIN,
        replace = _TO_THE_UNFIRED,
        by = "",
        message = "calls of the inner's canceller",
    )
    _mutant(
        name = "df_37_delivered_at_once",
        rule = "DF_37_CancelledWhilePausedItDeliversOnUnpause",
        source = _CHAIN,
        replace = _FAIL_CANCELLED,
        by = "  if (!called_) {\n    pauses_ = 0;\n    FireNow(ChainResult::OfFailure(",
        message = "delivered while paused",
    )
    _mutant(
        name = "df_39_recursion_per_link",
        rule = "DF_39_CancelTakesConstantStackAtAnyDepth",
        source = _CHAIN,
        replace = _TO_THE_UNFIRED,
        # The statement in between keeps the call from becoming a jump.
        by = """
  if (waiting_on_ != nullptr) {
    waiting_on_->Cancel();
    asm volatile("");
    return;
  }
""",
        message = "stack use grows",
    )

def _reports():
    reported_once = "DF_40_AFailureIsReportedOnceWhenTheLastHandleGoes"
    _mutant(
        name = "df_40_reported_when_fired",
        rule = reported_once,
        also = ["DF_40_AFailureThatWasHandledOrNeverCameIsNotReported"],
        source = _CHAIN,
        replace = "  result_.Fill(std::move(result));\n",
        by = "  result_.Fill(std::move(result));" +
             "  if (result_.has_failure()) LogException(\"planted\", result_.exception());",
        message = "reported when it was fired",
    )
    _mutant(
        name = "df_40_never_reported",
        rule = reported_once,
        source = _LIFE,
        replace = _REPORTS,
        by = "",
        message = "reports when the last handle went",
    )
    _mutant(
        name = "df_40_thrown_from_the_destructor",
        rule = reported_once,
        source = _LIFE,
        replace = _REPORTS,
        by = "std::rethrow_exception(result_.exception());",
        dies = True,
        message = "terminate called after throwing an instance of 'heddle::conformance::Lost'",
    )
    _mutant(
        name = "df_40_reported_by_both_of_two_chained",
        rule = "DF_40_AMovedFailureIsReportedByTheOneItMovedToAndByNoOther",
        source = _RUN,
        replace = "if (!result_.empty()) return std::move(result_);",
        by = "if (result_.has_failure()) {" +
             "  return ChainResult::OfFailure(result_.exception());" +
             "}" +
             "if (!result_.empty()) return std::move(result_);",
        message = "reported by those it moved away from",
    )
    only_the_last = "DF_41_OnlyTheLastOfSeveralFailuresIsReported"
    mutant(
        name = "df_41_both_are_reported",
        rule = only_the_last,
        source = _STEPS_H,
        rules_in = _FAILURES,
        replace = _TAKES_THE_EXCEPTION,
        by = "if (result.has_failure()) LogException(\"planted\", result.exception());" +
             _TAKES_THE_EXCEPTION,
        message = "reports of the first failure",
    )
    mutant(
        name = "df_41_the_first_is_reported",
        rule = only_the_last,
        source = _STEPS_H,
        rules_in = _FAILURES,
        replace = _TAKES_THE_EXCEPTION,
        by = "if (!result.has_failure()) " + _TAKES_THE_EXCEPTION,
        message = "reports of the last failure",
    )
    _mutant(
        name = "df_42_cancel_counts_as_handled",
        rule = "DF_42_ACancellationNobodyHandlesIsReported",
        source = _LIFE,
        replace = "if (called_ && result_.has_failure()) {",
        by = "if (called_ && result_.has_failure() &&" +
             "    !Failure(result_.exception()).Check<CancelledError>()) {",
        includes = [
            "reference/errors.h",
            "reference/failure.h",
        ],
        message = "reports of cancellations",
    )

def _hook_and_list():
    _mutant(
        name = "bt_31_the_hook_is_not_asked",
        rule = "BT_31_TheHookIsToldInsteadOfTheLogUntilItIsReplaced",
        source = _UNHANDLED,
        replace = "    hook = Slot().hook;\n",
        by = "",
        message = "what the hook was told",
    )
    harmless_hook = "BT_31_AHookThatThrowsHarmsNobodyAndLosesNothing"
    _mutant(
        name = "bt_31_the_hooks_exception_escapes",
        rule = harmless_hook,
        source = _UNHANDLED,
        replace = "      LogException(\"the hook for unhandled failures threw\",\n",
        by = "      throw;\n" +
             "      LogException(\"the hook for unhandled failures threw\",\n",
        dies = True,
        message = "terminate called after throwing an instance of 'int'",
    )
    _mutant(
        name = "bt_31_lost_when_the_hook_throws",
        rule = harmless_hook,
        source = _UNHANDLED,
        replace = "threw\",\n                   std::current_exception());",
        by = "threw\",\n                   std::current_exception()); return;",
        message = "what the hook was told of",
    )
    _mutant(
        name = "bt_31_never_mentioned_at_exit",
        rule = "BT_31_AFailureStillHeldWhenTheReactorEndsIsMentionedAndNotHandled",
        source = "//reference:reactor_parts.cc",
        replace = "  LogUnhandledFailures(\"Reactor::Run ends\");\n",
        by = "",
        message = "mentioned at the reactor's end",
    )
    _mutant(
        name = "bt_31_other_threads_failures_are_mentioned",
        rule = "BT_31_AFailureStillHeldWhenTheReactorEndsIsMentionedAndNotHandled",
        source = _UNHANDLED,
        replace = "if (held.thread == here) found.push_back(held);",
        by = "found.push_back(held);",
        message = "mentioned at the reactor's end",
    )
    held_now = "BT_31_TheListHasWhatIsHeldAtThisMoment"
    _mutant(
        name = "bt_31_still_listed_while_it_is_handled",
        rule = held_now,
        source = _RUN,
        replace = "  running_ = true;\n  if (listed_) TakeOffList();",
        by = "  running_ = true;",
        message = "held while an errback ran",
    )
    _mutant(
        name = "bt_31_listed_where_it_moved_from",
        rule = held_now,
        source = _RUN,
        replace = "  if (listed_) TakeOffList();\n  if (!result_.empty())",
        by = "  if (!result_.empty())",
        message = "held once it moved",
    )
    _mutant(
        name = "bt_31_listed_though_it_has_gone",
        rule = held_now,
        source = _LIFE,
        replace = "  if (listed_) TakeOffList();\n",
        by = "",
        message = "held once its Deferred has gone",
    )

def _made_fired():
    mutant(
        name = "df_59_wraps_a_returned_deferred",
        rule = "DF_59_MaybeDeferredHandsBackAReturnedDeferredItself",
        source = _FUNCTIONS_H,
        rules_in = _FAILURES,
        replace = "if (outcome.ok()) return std::move(outcome).value();",
        by = """
    if (outcome.ok()) {
      return Succeed().AddCallback(
          [inner = std::move(outcome).value()] { return inner; });
    }""",
        message = "it is another Deferred, which waits",
    )
    mutant(
        name = "df_60_trap_absorbs_everything",
        rule = "DF_60_TrapLeavesWhatDoesNotMatchOnTheErrorPath",
        source = _FAILURE_H,
        rules_in = _FAILURES,
        replace = "if (!Check<Errors...>()) Rethrow();",
        by = "static_cast<void>(Check<Errors...>());",
        message = "absorbed what does not match",
    )
    mutant(
        name = "df_60_check_wants_the_very_type",
        rule = "DF_60_CheckSaysWhetherAFailureIsOneOfTheTypes",
        source = _FAILURE_H,
        rules_in = _FAILURES,
        replace = "    return (Is<Errors>() || ...);",
        by = "    return ((*exception_.__cxa_exception_type() == typeid(Errors)) || ...);",
        message = "its base",
    )

def _debugging():
    names_the_first = "DF_62_TheErrorOfASecondFireNamesTheMakerAndTheFirst"
    _mutant(
        name = "df_62_names_the_second_caller",
        rule = names_the_first,
        source = _CHAIN,
        replace = "    ThrowFiredBefore(function);\n",
        by = """
    if (DeferredDebugging()) {
      record_ = std::make_unique<DeferredRecord>(DeferredRecord::Made::kHere);
      record_->NoteFirstFire();
    }
    ThrowFiredBefore(function);
""",
        message = "names the second",
    )
    _mutant(
        name = "df_62_the_maker_is_not_noted",
        rule = names_the_first,
        source = _RECORD,
        replace = "made == Made::kHere",
        by = "false",
        message = "not the maker",
    )
    _mutant(
        name = "df_62_a_chain_made_before_is_not_noted",
        rule = "DF_62_WhatWasDoneWhileItWasOffIsSaidToBe",
        source = _CHAIN,
        replace = "void DeferredChain::KeepFirstFire() {\n",
        by = "void DeferredChain::KeepFirstFire() {\n  if (!record_) return;\n",
        message = "fired by heddle::conformance::FireItFirst(",
    )

def _thread():
    _mutant(
        name = "df_61_callbacks_run_on_another_thread",
        rule = "DF_61_FiredOnAForeignThreadItsCallbacksRunThere",
        also = ["DF_61_CodeThatHopsThroughCallFromThreadKeepsTheRule"],
        source = _CHAIN,
        replace = "(DF-15)\n  }\n  RunIfReady(own);",
        by = "\n  }\n  std::thread([this] { RunIfReady(); }).join();",
        includes = ["thread"],
        message = "foreign",
    )
    _mutant(
        name = "bt_20_a_foreign_deferred_may_be_used",
        rule = "BT_20_WhileDebuggingEveryUseOfAnotherThreadsDeferredIsRefused",
        source = _RECORD,
        replace = "  if (owner_ == current) return;\n",
        by = "  if (owner_ != kNextUser) return;\n",
        message = "what was refused has changed something",
    )
    _mutant(
        name = "bt_20_a_foreign_deferred_may_be_returned",
        rule = "BT_20_AReturnedDeferredOfAnotherThreadIsAFailureInTheChain",
        source = _CHAIN,
        replace = "    chain->RequireThread(\"a Deferred returned by a callback\");\n",
        by = "",
        message = "Which is: \"none yet\"",
    )
    _mutant(
        name = "bt_20_the_owner_is_not_named",
        rule = "BT_20_TheRefusalNamesTheFunctionAndBothThreads",
        source = _RECORD,
        replace = "but the Deferred belongs to thread \" + owner_name_);",
        by = "but the Deferred belongs to another thread\");",
        message = "'the-owner'",
    )
    _mutant(
        name = "bt_20_a_former_owner_is_let_in",
        rule = "BT_20_ADeferredHandedOverBelongsToTheNextThreadThatUsesIt",
        source = _RECORD,
        replace = "  owner_ = current;\n",
        by = "",
        message = "the former owner is still let in",
    )
    mutant(
        name = "bt_20_a_set_up_on_another_thread_is_refused",
        rule = "BT_20_AReactorSetUpOnOneThreadMayRunOnAnother",
        source = "//reference:thread_call.cc",
        chapter = "deferred_end",
        replace = "  deferred->DetachFromThread();\n",
        by = "",
        message = "reactor",
    )

def _captures():
    captures_go = "BT_34_CallbacksAndCancellersOfADeferredGoAsSoonAsItIsDoneWithThem"
    _mutant(
        name = "bt_34_the_canceller_is_kept",
        rule = captures_go,
        source = _CHAIN,
        replace = "  canceller_ = nullptr;  // before",
        by = "  // before",
        message = "captures held by what is over",
    )
    _mutant(
        name = "bt_34_the_callback_is_kept",
        rule = captures_go,
        source = _RUN,
        replace = "    ChainStep::End(std::move(step));\n",
        by = "    static auto* const kept = new std::vector<std::unique_ptr<ChainStep>>;\n" +
             "    kept->push_back(std::move(step));\n",
        includes = ["vector"],
        message = "captures held by what is over",
    )
    _mutant(
        name = "bt_34_the_list_keeps_the_error",
        rule = "BT_34_AHandledErrorGoesWithItsErrback",
        source = _UNHANDLED,
        replace = "  held = all.held.extract(&chain);\n",
        by = "  all.held[&chain].thread = 0;\n",
        message = "the error was handled and is still there",
    )
