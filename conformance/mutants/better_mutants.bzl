"""Faults in what heddle promises beyond Twisted, and in templates of the older chapters, by clause."""

load(":defs.bzl", "mutant", "refusal_mutant")

_BLOCKING_CALL_H = "//reference:blocking_call.h"
_CALLABLE_H = "//reference:callable.h"
_CALLBACK_CALL = "//reference:callback_call.cc"
_CONTEXT_H = "//reference:context.h"
_OUTCOME_H = "//reference:outcome.h"
_POOL = "//reference:reference_thread_pool.cc"
_REACTOR_H = "//reference:reactor.h"
_THREAD_CALL_H = "//reference:thread_call.h"
_THREADS_H = "//reference:threads.h"

_BLOCKING_CALL = "//reference:blocking_call.cc"
_LOOP_THREAD = "//reference:loop_thread.cc"
_PARTS = "//reference:reactor_parts.cc"
_REACTOR = "//reference:reactor.cc"
_THREAD_CALL = "//reference:thread_call.cc"

_BETTER = "//conformance/rules:reactor_better.cc"
_BLOCKING = "//conformance/rules:threads_blocking.cc"
_CALL_CONTENTS = "//conformance/rules:reactor_call_contents.cc"
_DEFER = "//conformance/rules:threads_defer.cc"
_LIFETIME = "//conformance/rules:thread_pool_lifetime.cc"
_LISTS = "//conformance/rules:threads_lists.cc"
_RESULTS = "//conformance/rules:thread_pool_results.cc"
_SUBMISSION = "//conformance/rules:thread_pool_submission.cc"

def better_mutants():
    """Defines the mutants of BT, and the rest of TP, RT and TH."""
    _pool_templates()
    _pool_rest()
    _reactor_templates()
    _defer()
    _lists()
    _blocking()
    _happens_before()
    _waiting()
    _refusing()
    _ending()
    _travelling()
    _own_thread()
    _forking()
    _releasing()

def _pool_templates():
    mutant(
        name = "tp_15_refers_to_the_callers_locals",
        rule = "TP_15_CallableAndArgumentsAreCapturedAtSubmissionAndArriveUnchanged",
        source = _CALLABLE_H,
        rules_in = _SUBMISSION,
        replace = "arguments = std::tuple<std::decay_t<Args>...>(",
        by = "arguments = std::tuple<Args...>(",
        message = 'Which is: "40"',
    )
    mutant(
        name = "tp_16_results_travel_through_a_reactor",
        rule = "TP_16_APoolWorksWithoutAReactor",
        source = _CALLBACK_CALL,
        replace = "  call->Call();\n  call->ReleaseFunction();\n  return Deliver(*call);",
        by = """
  call->Call();
  call->ReleaseFunction();
  static Reactor& reactor = *new Reactor;
  static_cast<void>(reactor.CallFromThread(
      [call = std::move(call)] { Deliver(*call); }));
  return TaskEnding::kSucceeded;""",
        includes = ["reference/reactor.h"],
        deps = ["//reference:reactor"],
        message = "waited in vain for the result, without a reactor",
    )
    mutant(
        name = "tp_17_success_and_failure_swapped",
        rule = "TP_17_OnResultIsCalledExactlyOnceWithTheValue",
        source = _CALLBACK_CALL,
        replace = "  call->Call();\n",
        by = "  call->Call();\n" +
             "  if (!call->Exception()) call->SetRefused(Refusal::kPoolStopped);\n",
        message = "wrong",
    )
    mutant(
        name = "tp_19_sliced_to_the_base_type",
        rule = "TP_19_AFailureReachesOnResultOnceAsTheOriginalExceptionAndIsNotLogged",
        source = _OUTCOME_H,
        rules_in = _RESULTS,
        replace = "  } catch (...) {\n    return Failure::Current();",
        by = "  } catch (const std::exception& error) {\n" +
             "    return Failure::Of(std::exception(error));\n" +
             "  } catch (...) {\n    return Failure::Current();",
        includes = ["exception"],
        message = "outcomes without the type that was thrown",
    )
    mutant(
        name = "tp_25_only_the_innermost_frame",
        rule = "TP_25_TheFunctionSeesTheWholeContextAsItWasAtSubmission",
        source = "//reference:context.cc",
        replace = "  Context::current_ = &context_;",
        # On the worker there is no context around it.
        by = """
  if (outer_ == nullptr && context_.top_ && context_.top_->outer) {
    const_cast<Context::Entry&>(*context_.top_).outer.reset();
  }
  Context::current_ = &context_;""",
        message = 'Which is: "- weft"',
    )
    mutant(
        name = "tp_25_later_changes_show",
        rule = "TP_25_TheFunctionSeesTheWholeContextAsItWasAtSubmission",
        source = _CONTEXT_H,
        rules_in = _LIFETIME,
        replace = """
    return Context(
        std::make_shared<TypedEntry<T>>(&key, top_, std::move(value)));""",
        by = """
    if (const T* const old = Get(key)) {
      const_cast<T&>(*old) = std::move(value);
      return *this;
    }
    return Context(
        std::make_shared<TypedEntry<T>>(&key, top_, std::move(value)));""",
        message = 'Which is: "too late weft"',
    )

def _pool_rest():
    mutant(
        name = "tp_32_a_busy_worker_is_detached",
        rule = "TP_32_ShrinkingInterruptsNoTaskAndSurplusWorkersRetireAfterTheirs",
        source = _POOL,
        replace = "    coordinator_.Resize(change);\n",
        by = """
    coordinator_.Resize(change);
    for (Worker& worker : threads_->workers) {
      if (worker.busy && coordinator_.workers() > coordinator_.size().max) {
        pthread_cancel(worker.thread.native_handle());
      }
    }
""",
        includes = ["pthread.h"],
        dies = True,
        message = "waited in vain for every task to end",
    )
    mutant(
        name = "tp_37_zero_refused",
        rule = "TP_37_MaxZeroIsLegalOnARunningPoolAndTasksWait",
        source = "//reference:pool_size.cc",
        replace = "if (size.min < 0) {",
        by = "if (size.min < 0 || size.max == 0) {",
        message = "must not be negative",
    )
    mutant(
        name = "tp_37_division_by_zero",
        rule = "TP_37_MaxZeroIsLegalOnARunningPoolAndTasksWait",
        source = "//reference:pool_coordinator.cc",
        replace = "  effective_ = size_;\n  retiring_ = 0;",
        by = "  effective_ = size_;\n" +
             "  volatile int tasks_for_each = 100;\n" +
             "  tasks_for_each = tasks_for_each / size_.max;\n  retiring_ = 0;",
        dies = True,
        message = "TP_37_MaxZeroIsLegal",
    )
    mutant(
        name = "tp_40_silent_refusal",
        rule = "TP_40_DuringTheDrainTasksSeeThePoolStoppingAndAreRefusedVisibly",
        source = _POOL,
        replace = "if (!submission.accepted()) return submission;",
        by = "if (!submission.accepted()) return Submission::Accepted();",
        message = "work was accepted during the drain",
    )
    mutant(
        name = "tp_53_a_queue_bound_to_one_worker",
        rule = "TP_53_WhatIsQueuedBehindALongTaskIsTakenByAnotherWorker",
        also = ["TP_53_WorkSubmittedInsideALongTaskIsTakenByAnotherWorker"],
        source = _POOL,
        replace = "    switch (coordinator_.Next()) {",
        # What comes from outside while a worker is busy is for that one.
        by = """
    if (ordinal > 0 && coordinator_.state() == PoolState::kRunning) {
      threads_->work.wait(lock);
      continue;
    }
    switch (coordinator_.Next()) {""",
        message = "waited in vain for tasks from outside, while one worker is busy for long",
    )

def _reactor_templates():
    mutant(
        name = "rt_08_the_failing_call_is_run_again",
        rule = "RT_08_ACallThatThrowsIsLoggedAndTheRestGoesOn",
        source = _REACTOR_H,
        rules_in = _CALL_CONTENTS,
        replace = """
    RequireCallable("Reactor::CallFromThread", callable);
    return Post(
        Task(BindCall(std::forward<F>(callable), std::forward<Args>(args)...)));""",
        by = """
    RequireCallable("Reactor::CallFromThread", callable);
    return Post(Task([call = BindCall(std::forward<F>(callable),
                                      std::forward<Args>(args)...)]() mutable {
      try {
        call();
      } catch (...) {
        call();
      }
    }));""",
        message = "what ran beside a call that throws",
    )
    mutant(
        name = "rt_11_an_empty_function_is_accepted",
        rule = "RT_11_WhatCannotBeCalledIsRefusedAtTheCallSite",
        source = _CALLABLE_H,
        rules_in = _CALL_CONTENTS,
        replace = "    if (!static_cast<bool>(",
        by = "    if (false && !static_cast<bool>(",
        # The null pointer is called in the loop.
        dies = True,
        message = "Expected: (void)reactor.CallFromThread(null) throws",
    )
    mutant(
        name = "rt_11_the_compiler_accepts_anything",
        rule = "RT_11_WhatCannotBeCalledIsRefusedAtTheCallSite",
        source = _REACTOR_H,
        rules_in = _CALL_CONTENTS,
        replace = "    requires CallableWith<F, Args...>\n  Submission CallFromThread(",
        by = "  Submission CallFromThread(",
        message = "AcceptedByCallFromThread<int>",
    )

def _defer():
    mutant(
        name = "th_03_exception_reduced_to_its_text",
        rule = "TH_03_TheOriginalExceptionArrivesOnTheReactorThreadUnlogged",
        source = _THREAD_CALL,
        replace = "    Fire(std::move(result_));\n",
        by = """
    if (result_.has_failure()) {
      const Failure failure(result_.exception());
      Fail(Failure::Of(std::runtime_error(failure.Describe())));
    } else {
      Fire(std::move(result_));
    }
""",
        includes = ["stdexcept"],
        message = "Expected",
    )
    mutant(
        name = "th_03_logged_as_well",
        rule = "TH_03_TheOriginalExceptionArrivesOnTheReactorThreadUnlogged",
        also = ["TH_03_AFailureNobodyHandlesIsLoggedOnce"],
        source = _THREAD_CALL,
        replace = "    Fire(std::move(result_));\n",
        by = """
    if (result_.has_failure()) LogException("a task threw", result_.exception());
    Fire(std::move(result_));
""",
        message = "log.records().size()",
    )
    mutant(
        name = "th_06_a_failure_is_taken_for_a_value",
        rule = "TH_06_AReturnedFailureTakesTheErrorPath",
        source = "//reference:deferred_steps.h",
        rules_in = _DEFER,
        replace = "    } else if constexpr (std::is_void_v<Result>) {\n",
        by = """    } else if constexpr (std::is_same_v<std::decay_t<Result>, Failure>) {
      static_cast<void>(call());
      result = ChainResult::OfValue<void>();
    } else if constexpr (std::is_void_v<Result>) {
""",
        message = "FailedWith<std::out_of_range>(arrivals",
    )
    refusal_mutant(
        name = "th_07_compiles",
        test = "th_07_test",
        src = "//conformance/rules:th_07.cc",
        source = _THREADS_H,
        replace = "  static_assert(!kIsDeferred<std::decay_t<Result>>,",
        by = "  static_assert(true,",
        message = "let it return a plain value and add a callback that returns the Deferred",
        deps = ["//reference:threads"],
    )

def _lists():
    mutant(
        name = "th_15_refers_to_the_callers_list",
        rule = "TH_15_TheListIsCopiedAtTheCall",
        source = _THREADS_H,
        rules_in = _LISTS,
        replace = """
Submission CallMultipleInThread(Reactor& reactor,
                                std::vector<std::function<void()>> calls);""",
        by = """
inline Submission CallMultipleInThread(
    Reactor& reactor, const std::vector<std::function<void()>>& calls) {
  return reactor.CallInThread([&calls] {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const std::function<void()> call = calls[i];
      call();
    }
  });
}""",
        includes = ["reference/reactor.h"],
        message = "calls of the list as it became",
    )

def _blocking():
    mutant(
        name = "th_17_the_deferred_is_not_waited_for",
        rule = "TH_17_AReturnedDeferredIsWaitedFor",
        source = _BLOCKING_CALL_H,
        rules_in = _BLOCKING,
        replace = "        AnswerWith(std::move(inner).value());",
        by = """
        if constexpr (std::is_void_v<T>) {
          AnswerNow({});
        } else {
          AnswerNow(T());
        }""",
        message = "Which is: 0",
    )
    mutant(
        name = "th_18_wrapped_in_a_runtime_error",
        rule = "TH_18_FailuresAreThrownInTheCallerUnlogged",
        source = _BLOCKING_CALL_H,
        rules_in = _BLOCKING,
        replace = "  T TakeAnswer() { return (*std::exchange(outcome_, std::nullopt)).Take(); }",
        by = """
  T TakeAnswer() {
    if (!outcome_->ok()) {
      throw std::runtime_error(outcome_->failure().Describe());
    }
    return (*std::exchange(outcome_, std::nullopt)).Take();
  }""",
        includes = ["stdexcept"],
        message = "a synchronous exception was replaced",
    )
    mutant(
        name = "th_18_logged_as_well",
        rule = "TH_18_FailuresAreThrownInTheCallerUnlogged",
        source = _BLOCKING_CALL_H,
        rules_in = _BLOCKING,
        replace = "    outcome_.emplace(std::move(outcome));\n",
        by = """
    outcome_.emplace(std::move(outcome));
    if (!outcome_->ok()) {
      LogException("unhandled", outcome_->failure().exception());
    }
""",
        includes = ["reference/log.h"],
        message = "log.records().size()",
    )
    mutant(
        name = "th_19_the_failure_is_left_behind",
        rule = "TH_19_TheDeferredIsConsumedAndAFailureIsNotReportedAgain",
        source = _BLOCKING_CALL_H,
        rules_in = _BLOCKING,
        replace = "      inner.ChainDeferred(end);",
        by = """
      inner.AddBoth([end](Outcome<T> outcome) {
        if constexpr (std::is_void_v<T> || std::is_copy_constructible_v<T>) {
          end.Callback(outcome);
        }
        return outcome;
      });""",
        message = "AlreadyConsumed",
    )
    mutant(
        name = "th_22_one_slot_for_all_answers",
        rule = "TH_22_EachOfManyCallersGetsItsOwnAnswer",
        source = _BLOCKING_CALL_H,
        rules_in = _BLOCKING,
        replace = "    outcome_.emplace(std::move(outcome));\n",
        # Each caller finds what came for the one before it.
        by = """
    static std::optional<Outcome<T>> slot;
    if constexpr (std::is_same_v<T, int>) {
      if (!slot) slot.emplace(outcome);
      std::swap(*slot, outcome);
    }
    outcome_.emplace(std::move(outcome));
""",
        message = "wrong",
    )
    mutant(
        name = "th_23_the_pools_lock_held_while_blocked",
        rule = "TH_23_TheFunctionMayUseThePoolThatTheCallerBlocks",
        source = _POOL,
        replace = "  lock.unlock();\n  if (wake_next) threads_->work.notify_one();\n" +
                  "  const TaskEnding ending = task.Run();\n  lock.lock();",
        by = "  const TaskEnding ending = task.Run();",
        dies = True,
        message = "waited in vain for the answer",
    )

def _happens_before():
    mutant(
        name = "hb_2_stop_returns_early",
        rule = "HB_2_WhatTasksAndCallbacksDidIsVisibleWhenStopReturns",
        chapter = "thread_pool",
        source = _POOL,
        replace = "  std::unique_lock lock(mutex_);\n  const auto drained",
        by = "  if (!deadline) return true;\n" +
             "  std::unique_lock lock(mutex_);\n  const auto drained",
        dies = True,
        message = "Stop() came before",
    )
    mutant(
        name = "hb_4_answered_before_the_deferred_fires",
        rule = "HB_4_WhatTheFunctionAndItsDeferredDidIsVisibleToTheCaller",
        source = _BLOCKING_CALL_H,
        rules_in = _BLOCKING,
        replace = "        AnswerWith(std::move(inner).value());",
        by = """
        if constexpr (std::is_void_v<T>) {
          AnswerNow({});
        } else {
          AnswerNow(T());
        }""",
        dies = True,
        message = "in_timer",
    )
    mutant(
        name = "hb_5_fired_while_the_task_runs",
        rule = "HB_5_WhatTheTaskDidIsVisibleToTheCallbacks",
        source = _THREAD_CALL_H,
        rules_in = _DEFER,
        replace = """
    Settle<T>(result,
              [this]() -> decltype(auto) { return std::move(function_)(); });
  }
""",
        by = """
    if constexpr (std::is_void_v<T>) {
      result = ChainResult::OfValue<void>();
      std::thread([function = std::move(function_)]() mutable {
        std::this_thread::yield();
        std::move(function)();
      }).detach();
    } else {
      Settle<T>(result,
                [this]() -> decltype(auto) { return std::move(function_)(); });
    }
  }
""",
        includes = ["thread"],
        dies = True,
        message = "task + 1",
    )

def _waiting():
    mutant(
        name = "bt_01_only_the_oldest_waiter_is_told",
        rule = "BT_01_AllCallersGetReactorStoppedBeforeThePoolHasDrainedAndRunReturns",
        chapter = "threads",
        source = "//reference:pending_answers.cc",
        replace = "  while (PendingAnswer* answer = take_oldest())",
        by = "  if (PendingAnswer* answer = take_oldest())",
        dies = True,
        message = "waited in vain for the answers of all callers",
    )
    mutant(
        name = "bt_02_refused_only_while_running",
        rule = "BT_02_WhereverTheReactorCallsBackABlockingCallThrowsWouldDeadlock",
        chapter = "threads",
        source = _BLOCKING_CALL,
        replace = "  if (!reactor.IsInIOThread()) return;",
        by = "  if (!reactor.IsInIOThread() || !reactor.running()) return;",
        message = "in a call in an iteration",
    )
    mutant(
        name = "bt_03_run_after_the_deadline",
        rule = "BT_03_AFunctionThatHasNotBegunByTheDeadlineNeverRunsAndIsGone",
        chapter = "threads",
        source = _BLOCKING_CALL,
        replace = """  if (Move(State::kWaiting, State::kGivenUp)) {
    ReleaseFunction();
    return State::kGivenUp;
  }
""",
        by = "  if (state() == State::kWaiting) return State::kGivenUp;\n",
        message = "it ran after the caller had gone",
    )
    mutant(
        name = "bt_03_the_inner_deferred_is_left_running",
        rule = "BT_03_AnAnswerThatTheCancellerStillGivesIsDroppedAndTheInnerIsReleased",
        chapter = "threads",
        source = _BLOCKING_CALL,
        replace = "  CancelInner();\n",
        by = "",
        message = "waited in vain for the inner Deferred to be cancelled",
    )

def _refusing():
    mutant(
        name = "bt_05_calls_accepted_for_ever",
        rule = "BT_05_AReactorThatHasStoppedRefusesEveryKindOfWorkAndKeepsNothing",
        chapter = "reactor",
        source = "//reference:thread_call_queue.cc",
        replace = "  inbox_.Close();\n",
        by = "",
        message = "refused(reactor.CallFromThread(work))",
    )
    mutant(
        name = "bt_05_refused_in_silence",
        rule = "BT_05_AStoppedPoolRefusesEveryKindOfWorkAndKeepsNothing",
        chapter = "threads",
        source = _POOL,
        replace = "if (!submission.accepted()) return submission;",
        by = "if (!submission.accepted()) return Submission::Accepted();",
        message = "plain.accepted()",
    )

def _ending():
    mutant(
        name = "bt_04_what_remains_is_not_failed",
        rule = "BT_04_ADeferredFiresExactlyOnceWheneverItIsMade",
        chapter = "threads",
        source = _PARTS,
        replace = "  deferred_results.Close();\n",
        by = "",
        # Late results are for a reactor that is gone.
        dies = True,
        message = "times that it fired, if made",
    )
    mutant(
        name = "bt_04_no_last_pass",
        rule = "BT_04_ADeferredFiresExactlyOnceWheneverItIsMade",
        chapter = "threads",
        source = _PARTS,
        replace = "  if (shutdown_.state() == EventFiring::State::kOver) {\n    loop.calls().RunBatch();",
        by = "  if (shutdown_.state() == EventFiring::State::kOver) {\n",
        message = 'at("while it runs")',
    )
    mutant(
        name = "bt_09_no_grace",
        rule = "BT_09_ShutdownDoesNotWaitLongerThanItsGrace",
        chapter = "reactor",
        source = _PARTS,
        replace = "  if (!ready && GraceIsOver()) {",
        by = "  if (false) {",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "bt_09_the_second_sigint_is_lost",
        rule = "BT_09_ASecondSigintEndsAShutdownThatHangs",
        chapter = "reactor",
        source = _PARTS,
        replace = "  if (counts.interrupts > 0 && interrupts_ > 1) Crash();\n",
        by = "",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "bt_09_nothing_tells_what_holds_up_the_end",
        rule = "BT_09_AfterTheGraceTheLogTellsWhichTasksHoldUpTheEnd",
        chapter = "reactor",
        source = "//reference:reactor_pool.cc",
        replace = "    if (!report.stopped) LogStillRunning(*pool, report);\n",
        by = "",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "bt_16_counters_read_one_by_one",
        rule = "BT_16_AtEveryInstantTheFiguresAccountForEveryTask",
        chapter = "thread_pool",
        source = _POOL,
        replace = """
  const auto lock = Lock("ThreadPool::Stats");
  return coordinator_.stats();""",
        by = """
  const auto read = [this] {
    const auto lock = Lock("ThreadPool::Stats");
    return coordinator_.stats();
  };
  PoolStats stats = read();
  std::this_thread::yield();
  stats.completed = read().completed;
  return stats;""",
        message = "snapshots that contradict themselves",
    )
    mutant(
        name = "bt_17_a_cancelled_task_still_runs",
        rule = "BT_17_ACancelledTaskThatWaitsIsTakenAwayAtOnceAndNeverRuns",
        chapter = "threads",
        source = _THREAD_CALL,
        replace = "  const bool withdrawn = Withdraw();\n  deferred_ = ChainHandle();\n",
        by = "  const bool withdrawn = false;\n  deferred_ = ChainHandle();\n",
        message = "a cancelled task still runs",
    )
    mutant(
        name = "bt_17_nobody_is_asked_to_stop_at_the_end",
        rule = "BT_17_WhenTheReactorEndsATaskThatRunsIsAskedToStopAndOneThatWaitsIsNot",
        chapter = "threads",
        source = _THREAD_CALL,
        replace = """  const bool withdrawn = Withdraw();
  // The worker is in Reactor::Post(), or has just left it.
  while (!withdrawn && !IsGone()) std::this_thread::yield();
""",
        by = "  const bool withdrawn = true;\n",
        dies = True,
        message = "waited in vain for the running task to be asked to stop",
    )

def _travelling():
    mutant(
        name = "bt_19_results_in_the_reactors_context",
        rule = "BT_19_CallbacksSeeTheContextOfTheSubmissionNotTheReactors",
        chapter = "threads",
        source = _THREAD_CALL,
        replace = "  if (!context_.IsInEffect()) return AnswerInContext();\n",
        by = "",
        message = "the context, by the way back",
    )
    mutant(
        name = "bt_19_the_end_has_no_context",
        rule = "BT_19_CallbacksSeeTheContextOfTheSubmissionNotTheReactors",
        chapter = "threads",
        source = _THREAD_CALL,
        replace = "  const ScopedContext scope(context_);\n  Fail(ReactorEnded());",
        by = "  Fail(ReactorEnded());",
        message = "the context, by the way back",
    )

def _own_thread():
    every_function = "BT_20_EveryFunctionThatBelongsToTheThreadNamesItselfAndBothThreads"
    mutant(
        name = "bt_20_accepted_silently",
        rule = every_function,
        also = [
            "BT_20_ATimerIsUsedOnTheReactorThreadOnly",
            "BT_20_AWorkerThatUsesTheReactorIsNamedAsAWorker",
            "BT_20_UseOnAnotherThreadThrowsWrongThreadAndChangesNothing",
        ],
        chapter = "reactor",
        source = _LOOP_THREAD,
        replace = "  if (inside == nullptr || inside == CurrentThread()) return;",
        by = "  return;",
        # Two threads use the reactor.
        dies = True,
        message = "Reactor::CallLater on the wrong thread does not say",
    )
    mutant(
        name = "bt_20_without_the_other_threads_name",
        rule = every_function,
        chapter = "reactor",
        source = _LOOP_THREAD,
        replace = '", but the reactor runs on " +\n                    name_',
        by = '", but the reactor runs on another"',
        message = "on the wrong thread does not say 'warp' (",
    )
    mutant(
        name = "bt_20_one_function_forgotten",
        rule = every_function,
        chapter = "reactor",
        source = _REACTOR,
        replace = '  parts_->loop.thread().Require("Reactor::RemoveWriter");\n',
        by = "",
        message = "Reactor::RemoveWriter on the wrong thread does not say",
    )
    mutant(
        name = "bt_21_stop_does_not_wake",
        rule = "BT_21_StopOnAnotherThreadWakesASleepingReactor",
        chapter = "reactor",
        source = _PARTS,
        replace = "  loop.calls().WakeUp();\n}\n\nvoid Reactor::Parts::Crash() {",
        by = "}\n\nvoid Reactor::Parts::Crash() {",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "bt_21_two_stops_succeed",
        rule = "BT_21_OfManyStopsAtTheSameTimeOneSucceeds",
        chapter = "reactor",
        source = "//reference:reactor_life.cc",
        replace = "{ return Move(State::kRunning, State::kStopping); }",
        by = "{ Move(State::kRunning, State::kStopping); return state() != State::kNew; }",
        message = "successes",
    )
    mutant(
        name = "bt_23_a_heap_by_time_alone",
        rule = "BT_23_TimersThatAreDueAtTheSameTimeFireInTheOrderTheyWereSet",
        chapter = "reactor",
        source = "//reference:timer_heap.cc",
        replace = """return a.due != b.due ? a.due < b.due
                        : slots_[a.slot].order < slots_[b.slot].order;""",
        by = "return a.due < b.due;",
        message = "order[number + 1]",
    )
    mutant(
        name = "bt_32_one_slot_for_all_reactors",
        rule = "BT_32_TwoReactorsAtOnceEachKnowItsOwnThreadAndCallEachOther",
        chapter = "reactor",
        source = _LOOP_THREAD,
        replace = "  return inside_.load(std::memory_order_relaxed) == CurrentThread();",
        by = """
  static std::atomic<const LoopThread*> slot = nullptr;
  if (inside_.load() != CurrentThread()) return false;
  const LoopThread* none = nullptr;
  slot.compare_exchange_strong(none, this);
  return slot.load() == this;""",
        message = "the second reactor does not know its thread",
    )

def _forking():
    mutant(
        name = "bt_33_the_fork_is_not_noticed",
        rule = "BT_33_UseOfARunningReactorInAForkedChildIsAnErrorNotAHang",
        also = [
            "BT_33_AForkWhileOtherThreadsUseTheReactorLeavesNoHang",
            "BT_33_AReactorCanBeDestroyedInAForkedChild",
            "BT_33_UseOfAReactorThatDoesNotRunIsAnErrorInAForkedChildToo",
        ],
        chapter = "reactor",
        source = "//reference:process_identity.cc",
        replace = "current_generation.fetch_add(1, std::memory_order_relaxed);",
        by = "",
        message = "worked in the child",
    )
    mutant(
        name = "bt_33_the_child_goes_to_sleep",
        rule = "BT_33_AForkInACallEndsRunInTheChild",
        chapter = "reactor",
        source = _PARTS,
        replace = """
    RequireOriginalProcess("Reactor::Run");
    if (life.turning())""",
        by = "\n    if (life.turning())",
        message = "waited in vain for a forked child to end",
    )

def _releasing():
    mutant(
        name = "bt_34_a_call_is_kept",
        rule = "BT_34_TimersAndCallsReleaseWhatTheyCaptureAtOnce",
        source = _REACTOR_H,
        rules_in = _BETTER,
        replace = """
    RequireCallable("Reactor::CallFromThread", callable);
    return Post(
        Task(BindCall(std::forward<F>(callable), std::forward<Args>(args)...)));""",
        by = """
    RequireCallable("Reactor::CallFromThread", callable);
    auto bound =
        BindCall(std::forward<F>(callable), std::forward<Args>(args)...);
    auto* const kept = new decltype(bound)(std::move(bound));
    return Post(Task([kept] { (*kept)(); }));""",
        message = "a call that has run keeps its captures",
    )
    mutant(
        name = "bt_34_a_fired_timer_is_kept",
        rule = "BT_34_TimersAndCallsReleaseWhatTheyCaptureAtOnce",
        source = "//reference:scheduler.h",
        rules_in = _BETTER,
        replace = """
    return CallTaskLater(
        delay,
        Task(BindCall(std::forward<F>(callable), std::forward<Args>(args)...)));""",
        by = """
    auto bound =
        BindCall(std::forward<F>(callable), std::forward<Args>(args)...);
    auto* const kept = new decltype(bound)(std::move(bound));
    return CallTaskLater(delay, Task([kept] { (*kept)(); }));""",
        message = "a fired timer keeps its captures",
    )
    mutant(
        name = "bt_34_a_task_outlives_its_run",
        rule = "BT_34_ATaskIsReleasedBeforeItsResultTravels",
        chapter = "threads",
        source = _THREAD_CALL,
        replace = "  ReleaseFunction();  // on the worker, before its result travels (TP-23)\n",
        by = "",
        message = "the task outlives its run",
    )
