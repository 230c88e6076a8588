"""Faults for rules that no fault of a clause's line "Broken:" fails, by clause.

A clause may have several rules; each has a fault here or in the other files.
"""

load(":defs.bzl", "mutant")

_BLOCKING_CALL = "//reference:blocking_call.cc"
_CALLS = "//reference:thread_call_queue.cc"
_CHAIN = "//reference:deferred_chain.cc"
_COORDINATOR = "//reference:pool_coordinator.cc"
_FUNCTIONS_H = "//reference:deferred_functions.h"
_HANDLES = "//reference:delayed_call.cc"
_INTERFACE = "//reference:thread_pool.cc"
_LIFE = "//reference:reactor_life.cc"
_PARTS = "//reference:reactor_parts.cc"
_POOL = "//reference:reference_thread_pool.cc"
_REACTOR = "//reference:reactor.cc"
_REACTOR_POOL = "//reference:reactor_pool.cc"
_TASK_H = "//reference:task.h"
_TIMERS = "//reference:timer_queue.cc"

_CANCELLING = "//conformance/rules:deferred_cancelling.cc"
_FAILURES = "//conformance/rules:deferred_failures.cc"

def single_rule_mutants():
    """Defines them all."""
    _pools()
    _stopping_pools()
    _reactors()
    _pools_of_reactors()
    _calls_between_threads()
    _lifecycles()
    _timers()
    _deferreds()

# What a callable holds goes, unless it throws.
_LEAK_WHAT_THROWS = dict(
    source = _TASK_H,
    replace = "    ~InlineGuard() { callable->~F(); }",
    by = "    ~InlineGuard() { if (std::uncaught_exceptions() == 0) callable->~F(); }",
    includes = ["exception"],
)

def _pools():
    mutant(
        name = "tp_05_a_thread_for_early_work",
        rule = "TP_05_WorkSubmittedBeforeStartCreatesNoThread",
        source = _POOL,
        replace = "  bool wake = false;",
        by = "  if (State() == PoolState::kNew) std::thread([] {}).join();" +
             "  bool wake = false;",
        message = "ThreadsCreated()",
    )
    mutant(
        name = "tp_07_a_worker_about_to_end_will_do",
        rule = "TP_07_AWorkerAboutToEndIsNotCountedAsRoom",
        source = _POOL,
        replace = "    wake = coordinator_.IdleWorkerIsDue();",
        by = "    wake = coordinator_.stats().busy == 0;",
        message = "to meet",
    )
    mutant(
        name = "tp_23_a_task_that_throws_is_leaked",
        rule = "TP_23_ATaskIsReleasedWhenItEndsAlsoByAnException",
        rules_in = "//conformance/rules:thread_pool_lifetime.cc",
        message = "waited in vain for a task that threw to be released",
        **_LEAK_WHAT_THROWS
    )
    mutant(
        name = "tp_38_nobody_to_stop_if_all_are_busy",
        rule = "TP_38_StopAWorkerRetiresTheNextToBecomeIdleIfAllAreBusy",
        source = _COORDINATOR,
        replace = "if (workers() - retiring_ > effective_.min) ++retiring_;",
        by = "if (idle_ > 0 && workers() - retiring_ > effective_.min) ++retiring_;",
        message = "waited in vain for exactly 2 workers",
    )
    mutant(
        name = "tp_49_logged_under_the_pools_lock",
        rule = "TP_49_ALogSinkMayUseThePoolWhoseFiguresAreDumped",
        source = _POOL,
        replace = '  const auto lock = Lock("ThreadPool::Stats");\n',
        by = '  const auto lock = Lock("ThreadPool::Stats");\n' +
             '  Log({Severity::kInfo, "the figures are looked up", nullptr});\n',
        dies = True,
        message = "waited in vain for DumpStats() to return although the log sink submits work",
    )
    mutant(
        name = "tp_50_running_tasks_without_names",
        rule = "TP_50_RunningTasksGivesTheNamesOfTheBusyWorkers",
        source = _POOL,
        replace = "      running.push_back({worker.name,",
        by = '      running.push_back({"a worker",',
        message = "running.front().worker",
    )

    mutant(
        name = "bt_16_full_once_is_full_for_ever",
        chapter = "thread_pool",
        rule = "BT_16_AFullBacklogHasRoomAgainOnceATaskHasBegun",
        source = _COORDINATOR,
        replace = "  if (bound_.IsReached(backlog_.size(), busy_, most)) {\n",
        by = "  static bool full = false;\n" +
             "  full = full || bound_.IsReached(backlog_.size(), busy_, most);\n" +
             "  if (full) {\n",
        message = "work was refused that must be accepted",
    )
    mutant(
        name = "bt_16_what_is_given_back_counts_as_completed",
        chapter = "thread_pool",
        rule = "BT_16_WhatWasAcceptedAndIsGivenBackIsNotCountedAsRefused",
        source = _COORDINATOR,
        replace = "  return drained() ? std::exchange(backlog_, {}) : TaskQueue();",
        by = "  if (drained()) completed_ += backlog_.size();\n" +
             "  return drained() ? std::exchange(backlog_, {}) : TaskQueue();",
        message = "stats.completed",
    )

def _stopping_pools():
    mutant(
        name = "tp_45_request_stop_refused_on_a_worker",
        rule = "TP_45_RequestStopMayBeCalledOnAnOwnWorkerAndDoesNotWait",
        source = _POOL,
        replace = '    const auto lock = Lock("ThreadPool::RequestStop");\n',
        by = '    if (WorkerScope::CurrentPool() == this) throw WouldDeadlock("on a worker");\n' +
             '    const auto lock = Lock("ThreadPool::RequestStop");\n',
        message = "waited in vain for RequestStop() on an own worker to return",
    )
    mutant(
        name = "tp_46_negative_timeout_taken_for_none",
        rule = "TP_46_ANegativeTimeoutIsRefusedAndChangesNothing",
        source = _INTERFACE,
        replace = "  if (timeout < timeout.zero()) {\n",
        by = "  if (false) {\n",
        message = "std::invalid_argument",
    )

def _reactors():
    mutant(
        name = "rt_13_a_call_that_throws_is_leaked",
        rule = "RT_13_WhatACallThatThrowsHeldIsDestroyedOnTheReactorThreadToo",
        rules_in = "//conformance/rules:reactor_call_contents.cc",
        message = "waited in vain for a capture to be destroyed",
        **_LEAK_WHAT_THROWS
    )
    mutant(
        name = "rt_15_waking_needs_a_run",
        rule = "RT_15_WakingAReactorThatDoesNotRunIsHarmless",
        source = _REACTOR,
        replace = "  if (parts_->process.IsOriginal()) parts_->loop.calls().WakeUp();",
        by = '  if (!running()) throw ReactorNotRunning("there is nobody to wake");\n' +
             "  parts_->loop.calls().WakeUp();",
        message = "there is nobody to wake",
    )
    mutant(
        name = "rt_17_leftovers_refused_under_the_lock",
        rule = "RT_17_ALeftoversDestructorMayUseTheReactor",
        source = _CALLS,
        replace = """  return rest;
}

Submission ThreadCallQueue::Post(Task&& call) {
""",
        by = """  extern std::mutex end_mutex;
  const std::lock_guard lock(end_mutex);
  for (Task& call : rest) call.Refuse(Refusal::kReactorStopped);
  rest.clear();
  return rest;
}

std::mutex end_mutex;

Submission ThreadCallQueue::Post(Task&& call) {
  const std::lock_guard lock(end_mutex);
""",
        includes = ["mutex"],
        dies = True,
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_18_the_last_calls_are_forgotten",
        rule = "RT_18_ACallThatRacesWithTheEndIsRunOrRefused",
        source = _PARTS,
        replace = "  for (Task& call : loop.calls().Close()) {\n" +
                  "    call.Refuse(Refusal::kReactorStopped);\n  }\n",
        # The yields let those come who race with the end.
        by = "  for (int turn = 0; turn < 30; ++turn) std::this_thread::yield();\n" +
             "  loop.calls().Close();\n",
        includes = ["thread"],
        message = "calls that were accepted, and what became of them",
    )

def _pools_of_reactors():
    mutant(
        name = "rt_22_whoever_asks_makes_one",
        rule = "RT_22_ThreadsThatAskForThePoolAtTheSameTimeGetTheSame",
        source = _REACTOR_POOL,
        replace = "  if (maker_) {\n",
        by = "  if (false) {\n",
        message = "pools[0]",
    )
    mutant(
        name = "rt_24_too_late_for_a_pool_that_runs",
        rule = "RT_24_ASuggestionTakesEffectOnThreads",
        source = _REACTOR_POOL,
        replace = "  if (found.accepted()) pool->AdjustPoolSize(",
        by = "  if (found.accepted() && pool->State() == PoolState::kNew)\n" +
             "    pool->AdjustPoolSize(",
        message = "waited in vain for as many tasks as suggested to run at the same time",
    )
    mutant(
        name = "rt_26_a_pool_without_a_run_is_left_alone",
        rule = "RT_26_TheReactorDropsThePoolIfItNeverRan",
        source = _REACTOR,
        replace = "  parts_->pool.Stop();\n",
        by = "",
        message = "Which is: new",
    )

def _calls_between_threads():
    mutant(
        name = "th_05_results_one_at_a_time",
        rule = "TH_05_WithSeveralWorkersResultsArriveAsTheirTasksEnd",
        source = "//reference:thread_call.cc",
        replace = "bool ThreadCall::Move(State from, State to) {\n",
        # A task begins when those before it have returned.
        by = """bool ThreadCall::Move(State from, State to) {
  static std::atomic<bool> one_has_begun = false;
  if (to == State::kBegun) {
    while (one_has_begun.exchange(true)) std::this_thread::yield();
  } else if (to == State::kReturning) {
    one_has_begun = false;
  }
""",
        includes = ["thread"],
        dies = True,
        message = "waited in vain for",
    )
    mutant(
        name = "th_07_the_outer_goes_on",
        rule = "TH_07_WhatAFunctionCannotReturnACallbackCan",
        source = "//reference:deferred_run.cc",
        replace = "  } else if (inner->Ready()) {\n",
        by = "  } else if (true) {\n",
        message = "AlreadyConsumed",
    )
    mutant(
        name = "th_13_an_empty_list_is_refused",
        rule = "TH_13_AnEmptyListIsFine",
        source = "//reference:threads.cc",
        replace = "  tasks.reserve(calls.size());\n",
        by = '  if (calls.empty()) throw std::invalid_argument("there is nothing to call");\n' +
             "  tasks.reserve(calls.size());\n",
        message = "there is nothing to call",
    )
    mutant(
        name = "th_27_every_answer_is_too_late",
        rule = "TH_27_AnAnswerInTimeIsReturned",
        source = _BLOCKING_CALL,
        replace = "  if (end == State::kGivenUp) {",
        by = "  if (deadline) {",
        message = "no answer before the deadline",
    )
    mutant(
        name = "th_27_a_late_answer_throws",
        rule = "TH_27_AFunctionThatEndsAfterExpiryIsDropped",
        also = ["TH_27_ADeferredThatFiresAfterExpiryIsDropped"],
        source = _BLOCKING_CALL,
        replace = "  static_cast<void>(Move(State::kBegun, State::kAnswered));  // or too late\n",
        by = "  if (!Move(State::kBegun, State::kAnswered)) {\n" +
             '    throw std::logic_error("too late");\n' +
             "  }\n",
        message = "log.records().size()",
    )

def _lifecycles():
    mutant(
        name = "rl_01_run_returns_by_itself",
        chapter = "lifecycle",
        rule = "RL_01_RunReturnsWhenItIsStoppedOrCrashedAndNotBefore",
        source = _PARTS,
        replace = "  while (life.turning()) {\n",
        by = "  for (int turn = 0; turn < 3 && life.turning(); ++turn) {\n",
        message = "turns before Run() returned",
    )
    mutant(
        name = "rl_02_stop_before_run_is_ignored",
        chapter = "lifecycle",
        rule = "RL_02_StopWithoutARunThrows",
        source = _PARTS,
        replace = "  if (!life.Stop()) {\n",
        by = "  if (!life.Stop() && (life.stopping() || life.ended())) {\n",
        message = "before Run()",
    )
    mutant(
        name = "rl_10_fired_twice",
        chapter = "lifecycle",
        rule = "RL_10_TriggersFireOnce",
        source = "//reference:event_firing.cc",
        replace = "    const std::optional<Deferred<void>> awaited = trigger();\n",
        by = "    trigger();\n" +
             "    const std::optional<Deferred<void>> awaited = trigger();\n",
        message = "times the trigger fired",
    )
    mutant(
        name = "rl_15_crash_before_run_is_the_end",
        chapter = "lifecycle",
        rule = "RL_15_CrashWithoutARunHasNoEffect",
        source = _LIFE,
        replace = "bool ReactorLife::Crash() {\n",
        by = "bool ReactorLife::Crash() {\n  Move(State::kNew, State::kStopped);\n",
        message = "the reactor was stopped; make another",
    )
    mutant(
        name = "rl_17_what_a_timer_sets_takes_the_same_turn",
        chapter = "lifecycle",
        rule = "RL_17_RandomStepsThatMakeOneAnotherTakeTheirTurnsInOrder",
        source = _TIMERS,
        replace = "if (heap_.first_due() > now || heap_.first_order() >= first_new) break;",
        by = "if (heap_.first_due() > clock_.Now()) break;",
        message = "the order of the turns",
    )

def _timers():
    mutant(
        name = "rl_23_run_on_another_thread",
        chapter = "timer",
        rule = "RL_23_ATimerRunsOnceOnTheReactorThreadWithItsArguments",
        source = _TIMERS,
        replace = "    timer->task.Run();\n",
        by = "    std::thread([&] { timer->task.Run(); }).join();\n",
        includes = ["thread"],
        message = "reactor.thread()",
    )
    mutant(
        name = "rl_27_one_error_for_both",
        chapter = "timer",
        rule = "RL_27_TheVerbsThrowAfterACancelAndAfterTheCall",
        source = _HANDLES,
        replace = "    throw AlreadyCancelled(",
        by = "    throw AlreadyCalled(",
        message = "after the cancel",
    )
    mutant(
        name = "rl_28_active_after_the_call",
        chapter = "timer",
        rule = "RL_28_ActiveEndsWithTheCallOrTheCancel",
        source = _HANDLES,
        replace = 'RequireTimer("DelayedCall::active", timer_).state ==\n' +
                  "                       TimerState::kPending;",
        by = 'RequireTimer("DelayedCall::active", timer_).state !=\n' +
             "                       TimerState::kCancelled;",
        message = "called.active()",
    )

def _deferreds():
    mutant(
        name = "df_34_the_canceller_gets_another_deferred",
        rule = "DF_34_TheCancellerGetsItsOwnDeferred",
        source = "//reference:deferred.h",
        rules_in = _CANCELLING,
        replace = "      Deferred deferred(std::move(chain));\n      canceller(deferred);",
        by = "      Deferred deferred;\n      canceller(deferred);",
        message = "TakeResult(deferred)",
    )
    mutant(
        name = "df_35_an_error_in_its_own_callback",
        chapter = "deferred_end",
        rule = "DF_35_CancellingInItsOwnCallbackDoesNothing",
        source = _CHAIN,
        replace = "void DeferredChain::Cancel() {\n",
        by = "void DeferredChain::Cancel() {\n" +
             '  if (running_) throw std::logic_error("it is running");\n',
        message = "TakeResult(tail)",
    )
    mutant(
        name = "df_59_no_value_and_not_fired",
        rule = "DF_59_SucceedFailAndExecuteGiveFiredDeferreds",
        source = _FUNCTIONS_H,
        rules_in = _FAILURES,
        replace = "  deferred.Callback();\n",
        by = "",
        message = "TakeResult(Succeed())",
    )
    mutant(
        name = "df_59_an_exception_before_the_deferred_escapes",
        rule = "DF_59_MaybeDeferredTurnsTheRestIntoFiredDeferreds",
        source = _FUNCTIONS_H,
        rules_in = _FAILURES,
        replace = "    return Fail<ChainValueOf<Result>>(outcome.failure());\n",
        by = "    outcome.failure().Rethrow();\n",
        message = "Lost",
    )
    mutant(
        name = "df_62_who_fires_is_lost_if_made_before",
        chapter = "deferred_end",
        rule = "DF_62_ItMayBeSwitchedAtAnyTime",
        source = _CHAIN,
        replace = "  if (!record_) {\n    record_ =",
        by = '  if (!record_) throw std::logic_error("it was not watched from the start");\n' +
             "  if (!record_) {\n    record_ =",
        message = "it was not watched from the start",
    )
