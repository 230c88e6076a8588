"""Faults in time limits and lists of Deferreds, by clause."""

load(":defs.bzl", "mutant")

_TIMEOUT = "//reference:deferred_timeout.cc"
_GROUP = "//reference:deferred_group.cc"
_CHAIN = "//reference:deferred_chain.cc"
_RUN = "//reference:deferred_run.cc"
_LIFE = "//reference:deferred_life.cc"
_RACE = "//reference:race.cc"
_ALL_H = "//reference:all.h"
_LIST_H = "//reference:deferred_list.h"
_GATHER_H = "//reference:gather_results.h"
_RACE_H = "//reference:race.h"

_LIST_RULES = "//conformance/rules:deferred_list.cc"
_WINNER_RULES = "//conformance/rules:deferred_winners.cc"

# Where a result in time ends its limit.
_END_OF_LIMIT = "if (timer_.active()) timer_.Cancel();"

# Where one goes on unchanged, unless the limit has passed.
_IN_TIME = "if (!*passed_) return ChainHandle();"

# What a timeout leaves as it is.
_NO_FAILURE = "  if (!result.has_failure()) return;\n"
_NOT_CANCELLED = "  if (!Failure(result.exception()).Check<CancelledError>()) return;\n"

# Where a member's failure, or all it has, is taken from it.
_ABSORBED = "form_.owns_members || (form_.consumes_failures && result.has_failure())"

def deferred_list_mutants():
    """Defines the mutants of DF-43 to DF-58 and BT-39."""
    _limits()
    _translators()
    _lists()
    _results_of_lists()
    _cancelled_lists()
    _gathered()
    _winners()
    _owned()

def _mutant(**kwargs):
    mutant(chapter = "deferred_list", **kwargs)

def _limits():
    _mutant(
        name = "df_43_fails_without_cancelling",
        rule = "DF_43_TheLateResultOfADeferredWithoutCancellerIsIgnored",
        source = _TIMEOUT,
        replace = "chain->Cancel();",
        by = """
            chain->Fire("Deferred::AddTimeout",
                        ChainResult::OfFailure(std::make_exception_ptr(
                            TimeoutError("no result within 2.5 s"))));""",
        message = "the late result",
    )
    _mutant(
        name = "df_43_canceller_not_called",
        rule = "DF_43_AfterTheDelayTheDeferredIsCancelledAndFailsWithTimeoutError",
        source = _TIMEOUT,
        replace = "chain->Cancel();",
        by = """
            chain->Fire("Deferred::AddTimeout",
                        ChainResult::OfFailure(std::make_exception_ptr(
                            CancelledError("timed out"))));""",
        message = "calls of the canceller",
    )
    _mutant(
        name = "df_43_stays_cancelled",
        rule = "DF_43_AfterTheDelayTheDeferredIsCancelledAndFailsWithTimeoutError",
        source = _TIMEOUT,
        replace = "*passed = true;",
        by = "",
        message = "\"TimeoutError\"",
    )
    _mutant(
        name = "df_43_delay_not_told",
        rule = "DF_43_TheTimeoutErrorTellsTheDelay",
        source = _TIMEOUT,
        replace = "no result within \" << limit.count() << \" s\";",
        by = "no result in time\";",
        message = "the text does not tell the delay",
    )
    _mutant(
        name = "df_44_timer_runs_on_after_a_value",
        rule = "DF_44_AValueInTimeCancelsTheTimer",
        source = _TIMEOUT,
        replace = _END_OF_LIMIT,
        by = "if (timer_.active() && !result.has_value()) timer_.Cancel();",
        message = "a later callback's Deferred was cancelled",
    )
    _mutant(
        name = "df_44_timer_runs_on_after_a_failure",
        rule = "DF_44_AFailureInTimeCancelsTheTimer",
        source = _TIMEOUT,
        replace = _END_OF_LIMIT,
        by = "if (timer_.active() && result.has_value()) timer_.Cancel();",
        message = "a later callback's Deferred was cancelled",
    )
    _mutant(
        name = "df_45_covers_the_whole_chain",
        rule = "DF_45_TheLimitCoversNoCallbackAddedAfterIt",
        source = _TIMEOUT,
        replace = _END_OF_LIMIT,
        by = "",
        message = "the limit covered the whole chain",
    )
    _mutant(
        name = "df_45_covers_the_head_only",
        rule = "DF_45_TheLimitCoversCallbacksAddedBeforeIt",
        source = _TIMEOUT,
        replace = "chain->Cancel();",
        by = "if (!chain->called()) chain->Cancel();",
        message = "what an earlier callback waits for runs on",
    )
    _mutant(
        name = "df_45_absorbed_cancellation_comes_back",
        rule = "DF_45_AnEarlierErrbackSeesTheCancellationAndMayAbsorbIt",
        source = _TIMEOUT,
        replace = _NO_FAILURE + _NOT_CANCELLED,
        by = "",
        message = "an absorbed cancellation came back",
    )
    _mutant(
        name = "df_46_value_replaced",
        rule = "DF_46_AValueFromTheCancellerGoesThroughUnchanged",
        source = _TIMEOUT,
        replace = _NO_FAILURE + _NOT_CANCELLED,
        by = "",
        message = "the canceller's value was replaced",
    )
    _mutant(
        name = "df_46_error_replaced",
        rule = "DF_46_AnErrorFromTheCancellerGoesThroughUnchanged",
        source = _TIMEOUT,
        replace = _NOT_CANCELLED,
        by = "",
        message = "the canceller's error was replaced",
    )
    _mutant(
        name = "df_48_cancel_by_hand_is_a_timeout",
        rule = "DF_48_ACancellationBeforeTheLimitStaysOneAndRemovesTheTimer",
        source = _TIMEOUT,
        replace = _IN_TIME,
        by = """
    if (!*passed_ && !(result.has_failure() &&
                       Failure(result.exception()).Check<CancelledError>())) {
      return ChainHandle();
    }""",
        message = "cancelled by hand",
    )
    _mutant(
        name = "df_48_timer_kept",
        rule = "DF_48_ACancellationBeforeTheLimitStaysOneAndRemovesTheTimer",
        source = _TIMEOUT,
        replace = _END_OF_LIMIT,
        by = "if (timer_.active() && result.has_value()) timer_.Cancel();",
        message = "the timer is kept",
    )
    _mutant(
        name = "df_49_leftover_timer",
        rule = "DF_49_OfSeveralLimitsTheShortestWinsAndAllTimersGo",
        source = _TIMEOUT,
        replace = _END_OF_LIMIT,
        by = """
    if (timer_.active() && !(result.has_failure() &&
                             Failure(result.exception()).Check<TimeoutError>())) {
      timer_.Cancel();
    }""",
        message = "a leftover timer cancelled an inner Deferred",
    )
    _mutant(
        name = "df_49_fired_deferred_keeps_a_timer",
        rule = "DF_49_AFiredDeferredKeepsNoTimer",
        source = _TIMEOUT,
        replace = _END_OF_LIMIT,
        by = "",
        message = "a fired Deferred keeps a timer",
    )

def _translators():
    _mutant(
        name = "df_47_called_on_success",
        rule = "DF_47_ATranslatorIsCalledOnTimeoutOnly",
        source = _TIMEOUT,
        replace = _IN_TIME,
        by = "if (!*passed_ && !(translate_ && result.has_value())) return ChainHandle();",
        message = "the translator was called without a timeout",
    )
    _mutant(
        name = "df_47_called_on_failure",
        rule = "DF_47_ATranslatorIsCalledOnTimeoutOnly",
        source = _TIMEOUT,
        replace = _IN_TIME,
        by = "if (!*passed_ && !(translate_ && result.has_failure())) return ChainHandle();",
        message = "the translator was called without a timeout",
    )
    _mutant(
        name = "df_47_outcome_not_used",
        rule = "DF_47_ATranslatorGetsTheResultAndTheDelayAndItsOutcomeIsUsed",
        source = _TIMEOUT,
        replace = "if (translate_) return translate_->Run(result);",
        by = """
    if (translate_ && result.has_failure()) {
      ChainResult copy = ChainResult::OfFailure(result.exception());
      static_cast<void>(translate_->Run(copy));
    }""",
        message = "the translator's outcome is not used",
    )

def _lists():
    _mutant(
        name = "df_50_completion_order",
        rule = "DF_50_ByDefaultAListFiresWhenAllHaveWithOutcomesInInputOrder",
        source = _GROUP,
        replace = "results_[index] = Take(result);",
        by = "results_[results_.size() - missing_] = Take(result);",
        message = "of members fired as 2, 0, 1",
    )
    _mutant(
        name = "df_50_fails_with_a_member",
        rule = "DF_50_MembersThatHaveFiredBeforeCountAtOnce",
        source = _GROUP,
        replace = "result.has_failure() && form_.first_failure_ends",
        by = "result.has_failure()",
        message = "all: 1 Lost 3",
    )
    _mutant(
        name = "df_50_does_not_wait_for_the_last",
        rule = "DF_50_ByDefaultAListFiresWhenAllHaveWithOutcomesInInputOrder",
        source = _GROUP,
        replace = "} else if (missing_ == 0) {",
        by = """
  } else if (missing_ == 1) {
    for (ChainResult& each : results_) {
      if (each.empty()) each = ChainResult::OfValue<int>(0);
    }""",
        message = "with a member still unfired",
    )
    _mutant(
        name = "df_51_hangs_when_all_fail",
        rule = "DF_51_IfAllFailThereIsTheFullList",
        source = _GROUP,
        replace = "} else if (missing_ == 0) {",
        by = "} else if (missing_ == 0 && !form_.first_value_ends) {",
        message = "after all members have failed",
    )
    mutant(
        name = "df_51_index_lost",
        rule = "DF_51_TheFirstSuccessFiresWithItsValueAndIndex",
        source = _LIST_H,
        rules_in = _LIST_RULES,
        replace = "FirstValue<T>{index, ",
        by = "FirstValue<T>{0, ",
        message = "first 7 of member 0",
    )
    _mutant(
        name = "df_52_raw_failure",
        rule = "DF_52_TheFirstFailureFailsTheListWithItsIndex",
        source = _GROUP,
        replace = "throw FirstError(Failure(result.exception()), index);",
        by = "return std::move(result);",
        message = "Lost, of no member",
    )
    _mutant(
        name = "df_52_index_lost",
        rule = "DF_52_TheFirstFailureFailsTheListWithItsIndex",
        source = _GROUP,
        replace = "throw FirstError(Failure(result.exception()), index);",
        by = "throw FirstError(Failure(result.exception()), 0);",
        message = "Lost of member 0",
    )
    _mutant(
        name = "df_53_later_members_throw",
        rule = "DF_53_MembersThatComeLaterChangeNothingAndThrowNothing",
        source = _GROUP,
        replace = "if (!ended_) EndIfDecided(index);",
        by = """
  if (!ended_) {
    EndIfDecided(index);
  } else if (result.has_value()) {
    result = ChainResult::OfFailure(
        std::make_exception_ptr(AlreadyCalledError("the list has fired")));
  }""",
        includes = ["reference/errors.h"],
        message = "what members carry after the list had fired",
    )
    _mutant(
        name = "df_55_hangs_on_empty",
        rule = "DF_55_AnEmptyListFiresAtOnceEmpty",
        source = _GROUP,
        replace = "} else if (missing_ == 0 && !form_.first_value_ends) {",
        by = "} else if (false) {",
        message = "not fired",
    )
    _mutant(
        name = "df_55_fires_with_nothing",
        rule = "DF_55_AnEmptyListThatWantsASuccessNeverFires",
        source = _GROUP,
        replace = "} else if (missing_ == 0 && !form_.first_value_ends) {",
        by = "} else if (missing_ == 0) {",
        message = "it fired with nothing",
    )

def _results_of_lists():
    _mutant(
        name = "df_54_always_consumes",
        rule = "DF_54_WithoutConsumeErrorsAMemberKeepsItsFailureAndMayBeReported",
        source = _GROUP,
        replace = _ABSORBED,
        by = "form_.owns_members || result.has_failure()",
        message = "the member lost its failure",
    )
    _mutant(
        name = "df_54_never_consumes",
        rule = "DF_54_ConsumeErrorsTakesFailuresAwayBeforeAndAfterTheListFires",
        source = _GROUP,
        replace = _ABSORBED,
        by = "form_.owns_members",
        message = "a consumed failure was reported",
    )
    _mutant(
        name = "df_54_consumes_values_too",
        rule = "DF_54_ConsumeErrorsTakesFailuresAwayBeforeAndAfterTheListFires",
        source = _GROUP,
        replace = _ABSORBED,
        by = "form_.owns_members || form_.consumes_failures",
        message = "a value is not to be consumed",
    )
    _mutant(
        name = "df_54_consumes_until_it_has_fired",
        rule = "DF_54_ConsumeErrorsTakesFailuresAwayBeforeAndAfterTheListFires",
        source = _GROUP,
        replace = "  Absorb(result);\n",
        by = "  if (!ended_) Absorb(result);\n",
        message = "a consumed failure was reported",
    )
    _mutant(
        name = "df_56_members_value_replaced",
        rule = "DF_56_AMemberMayBeInTwoListsAndTwiceInOne",
        source = _GROUP,
        replace = "  Absorb(result);\n",
        by = "  Absorb(result);\n" +
             "  if (result.has_value()) result.Value<int>() = int(index);\n",
        message = "a member's value was replaced",
    )
    _mutant(
        name = "df_56_one_given_twice_counts_once",
        rule = "DF_56_AMemberMayBeInTwoListsAndTwiceInOne",
        source = _GROUP,
        replace = "    const auto& [chain, type] = members[index];\n",
        by = """
    const auto& [chain, type] = members[index];
    if (index > 0 && chain.get() == members[index - 1].chain.get()) {
      --missing_;
      continue;
    }
""",
        message = "one member, given twice",
        # A result is missing where the list looks for it.
        dies = True,
    )
    _mutant(
        name = "df_56_members_earlier_callbacks_left_out",
        rule = "DF_56_TheListComesAfterTheCallbacksAMemberHad",
        source = _RUN,
        replace = "  (last_step_ != nullptr ? last_step_->next_ : first_step_) = step;\n" +
                  "  last_step_ = step;\n",
        # The newest step comes first.
        by = """
  step->next_ = first_step_;
  first_step_ = step;
  if (last_step_ == nullptr) last_step_ = step;
""",
        message = "all: 2",
    )

def _cancelled_lists():
    _mutant(
        name = "df_57_stops_at_the_first_throw",
        rule = "DF_57_CancellingAListCancelsEveryMemberWhateverACancellerThrows",
        source = _CHAIN,
        replace = "LogException(\"a Deferred's canceller threw\", std::current_exception());",
        by = """
      LogException("a Deferred's canceller threw", std::current_exception());
      cancelling_ = false;
      throw;""",
        message = "members cancelled",
    )
    _mutant(
        name = "df_57_cancels_the_first_only",
        rule = "DF_57_CancellingAListCancelsEveryMemberWhateverACancellerThrows",
        source = _GROUP,
        replace = "if (const ChainHandle chain = tie.Find()) chain->Cancel();",
        by = "if (const ChainHandle chain = tie.Find()) { chain->Cancel(); return; }",
        message = "members cancelled",
    )
    _mutant(
        name = "df_57_members_not_kept",
        rule = "DF_57_TheListKeepsItsOwnCopyOfTheMembers",
        also = ["BT_39_AllTakesValuesThatCannotBeCopiedAndOfAnyType"],
        source = _GROUP,
        replace = "    ties_[index].TieMember(chain, shared_from_this());\n",
        by = "",
        message = "after the caller dropped his",
    )
    _mutant(
        name = "df_57_members_with_a_result_cancelled",
        rule = "DF_57_AMemberThatHasItsResultIsLeftAlone",
        source = _GROUP,
        replace = "  ties_[index].Release();\n",
        by = "",
        message = "what a member did later was cancelled",
    )
    _mutant(
        name = "df_57_cancels_the_rest_when_it_fires",
        rule = "DF_57_AFiredListIgnoresCancel",
        source = _GROUP,
        replace = "  if (form_.owns_members) CancelRest();\n",
        by = "  CancelRest();\n",
        message = "members cancelled by a fired list",
    )

def _gathered():
    mutant(
        name = "df_58_other_failures_swallowed",
        rule = "DF_58_GatherResultsFailsWithTheFirstFailureAndReportsTheOthers",
        source = _GATHER_H,
        rules_in = _LIST_RULES,
        replace = ".consumes_failures = consume_errors,",
        by = ".consumes_failures = true,",
        message = "reports of the failure that was not the first",
    )
    mutant(
        name = "df_58_failures_reported_though_consumed",
        rule = "DF_58_GatherResultsConsumesErrorsIfToldTo",
        source = _GATHER_H,
        rules_in = _LIST_RULES,
        replace = ".consumes_failures = consume_errors,",
        by = ".consumes_failures = false,",
        message = "a consumed failure was reported",
    )
    _mutant(
        name = "df_58_completion_order",
        rule = "DF_58_GatherResultsGivesPlainValuesInInputOrder",
        source = _GROUP,
        replace = "results_[index] = Take(result);",
        by = "results_[results_.size() - missing_] = Take(result);",
        message = "{ 1, 2, 3 }",
    )
    _mutant(
        name = "df_58_cancels_the_first_only",
        rule = "DF_58_CancellingGatherResultsCancelsAllMembers",
        source = _GROUP,
        replace = "if (const ChainHandle chain = tie.Find()) chain->Cancel();",
        by = "if (const ChainHandle chain = tie.Find()) { chain->Cancel(); return; }",
        message = "members cancelled",
    )

def _winners():
    _mutant(
        name = "bt_39_losers_keep_running",
        rule = "BT_39_TheFirstSuccessWinsARaceAndTheLosersAreCancelled",
        source = _GROUP,
        replace = "  if (form_.owns_members) CancelRest();\n",
        by = "",
        message = "losers cancelled",
    )
    _mutant(
        name = "bt_39_losers_cancelled_after_the_callbacks",
        rule = "BT_39_TheFirstSuccessWinsARaceAndTheLosersAreCancelled",
        source = _GROUP,
        replace = """  if (form_.owns_members) CancelRest();
  results_.clear();
  const ChainHandle combined = tie_.Release();
  if (combined && !combined->called()) {
    combined->Fire(form_.function, std::move(combined_));
  }
""",
        by = """
  results_.clear();
  const ChainHandle combined = tie_.Release();
  if (combined && !combined->called()) {
    combined->Fire(form_.function, std::move(combined_));
  }
  if (form_.owns_members) CancelRest();
""",
        message = "losers cancelled when the callbacks ran",
    )
    _mutant(
        name = "bt_39_losers_that_wait_keep_running",
        rule = "BT_39_ALoserThatWaitsForAnotherDeferredIsCancelledThere",
        source = _LIFE,
        replace = "  DeferredChain* chain = chain_;\n",
        by = "  DeferredChain* chain = chain_;\n" +
             "  if (chain->waiting_on_ != nullptr) return ChainHandle();\n",
        message = "losers cancelled",
    )
    _mutant(
        name = "bt_39_losers_go_with_the_handles",
        rule = "BT_39_ALoserThatNobodyHoldsIsCancelledToo",
        source = _LIFE,
        # What has no handle any more is not found any more.
        replace = "  if (chain_ == nullptr) return ChainHandle();\n  DeferredChain* chain = chain_;\n",
        by = "  if (chain_ == nullptr || chain_->handles_ == 0) return ChainHandle();\n" +
             "  DeferredChain* chain = chain_;\n",
        message = "losers cancelled",
    )
    _mutant(
        name = "bt_39_errors_of_losers_reported",
        rule = "BT_39_TheFirstSuccessWinsARaceAndTheLosersAreCancelled",
        source = _GROUP,
        replace = _ABSORBED,
        by = "form_.consumes_failures && result.has_failure()",
        message = "a loser's error was reported",
    )
    _mutant(
        name = "bt_39_errors_before_the_end_reported",
        rule = "BT_39_IfAllFailARaceFailsWithAllFailuresInInputOrder",
        source = _GROUP,
        replace = "  Absorb(result);\n",
        by = "  if (result.empty() && results_[index].has_failure()) {\n" +
             "    result = ChainResult::OfFailure(results_[index].exception());\n" +
             "  }\n",
        message = "a loser's error was reported",
    )
    _mutant(
        name = "bt_39_all_failed_is_a_success",
        rule = "BT_39_IfAllFailARaceFailsWithAllFailuresInInputOrder",
        source = _RACE,
        replace = "throw FailureGroup(std::move(failures));",
        by = "return ChainResult::OfValue<std::pair<std::size_t, int>>();",
        message = "what a race in which all failed failed with",
    )
    _mutant(
        name = "bt_39_failures_in_completion_order",
        rule = "BT_39_IfAllFailARaceFailsWithAllFailuresInInputOrder",
        source = _GROUP,
        replace = "results_[index] = Take(result);",
        by = "results_[results_.size() - missing_] = Take(result);",
        message = "what a race in which all failed failed with",
    )
    mutant(
        name = "bt_39_winners_index_lost",
        rule = "BT_39_TheFirstSuccessWinsARaceAndTheLosersAreCancelled",
        source = _RACE_H,
        rules_in = _WINNER_RULES,
        replace = "index, TakeValue<T>(value));",
        by = "std::size_t(0), TakeValue<T>(value));",
        message = "(0, 7)",
    )

def _owned():
    mutant(
        name = "bt_39_all_leaves_the_rest_running",
        rule = "BT_39_TheFirstFailureFailsAllAndTheRestIsCancelledUnreported",
        source = _ALL_H,
        rules_in = _WINNER_RULES,
        replace = ".owns_members = true,",
        by = ".consumes_failures = true, .copy = &CopyValue<int>,",
        message = "losers cancelled",
    )
    mutant(
        name = "bt_39_all_waits_for_the_rest",
        rule = "BT_39_TheFirstFailureFailsAllAndTheRestIsCancelledUnreported",
        source = _ALL_H,
        rules_in = _WINNER_RULES,
        replace = ".first_failure_ends = true,",
        by = "",
        message = "whose failure it was",
    )
    _mutant(
        name = "bt_39_all_in_completion_order",
        rule = "BT_39_AllGivesEveryValueInInputOrder",
        source = _GROUP,
        replace = "results_[index] = Take(result);",
        by = "results_[results_.size() - missing_] = Take(result);",
        message = "{ 1, 2, 3 }",
    )
    _mutant(
        name = "bt_39_cancel_is_a_members_failure",
        rule = "BT_39_CancelledTheyCancelAllMembersAndFailWithCancelledError",
        source = _GROUP,
        replace = "if (form_.owns_members) ended_ = true;",
        by = "",
        message = "of a race",
    )
    _mutant(
        name = "bt_39_limit_is_a_members_failure",
        rule = "BT_39_ALimitOnThemIsATimeoutError",
        source = _GROUP,
        replace = "if (form_.owns_members) ended_ = true;",
        by = "",
        message = "of the first",
    )
    _mutant(
        name = "bt_39_keeps_members_without_handles",
        rule = "BT_39_DroppedUnfiredTheyGoWithTheirMembers",
        source = _LIFE,
        replace = "        released.push_back(std::move(chain->combined_->kept_group_));\n",
        by = "",
        message = "members that nobody can fire are kept",
    )
