"""Faults in the calls between threads, by clause.

Each breaks the clause in the way CONTRACT.md names.
"""

load(":defs.bzl", "mutant")
load(":reactor_mutants.bzl", "NEWEST_FIRST", "RUN_ALL")

_THREAD_CALL = "//reference:thread_call.cc"
_THREADS = "//reference:threads.cc"
_BLOCKING_CALL = "//reference:blocking_call.cc"
_CALLS = "//reference:thread_call_queue.cc"
_PARTS = "//reference:reactor_parts.cc"

def threads_mutants():
    """Defines the mutants of TH-01 to TH-27."""
    _defer()
    _lists()
    _blocking()

def _defer():
    mutant(
        name = "th_01_a_hidden_pool",
        rule = "TH_01_DeferToThreadUsesTheReactorsPool",
        source = _THREAD_CALL,
        replace = ": reactor_.CallInOwnPool(std::move(task));",
        by = """: [&] {
            static ThreadPool& hidden = *new ReferenceThreadPool(PoolOptions());
            hidden.Start();
            return hidden.CallInThread(std::move(task));
          }();""",
        includes = ["reference/reference_thread_pool.h"],
        message = "not on the reactor's pool",
    )
    fired_on_the_worker = dict(
        source = _THREAD_CALL,
        replace = "  static_cast<void>(reactor_.Post(Task(ReturnTask(*this))));",
        by = "  AnswerCaller();\n  arrived_ = true;",
    )
    mutant(
        name = "th_02_fired_on_the_worker",
        rule = "TH_02_TheValueArrivesOnTheReactorThread",
        also = ["TH_02_ATaskWithoutAValueFiresItsDeferredToo"],
        message = "not on the reactor's thread",
        **fired_on_the_worker
    )
    mutant(
        name = "th_04_fired_as_soon_as_the_result_is_there",
        rule = "TH_04_TheDeferredIsUnfiredHoweverFastTheTaskIs",
        message = "before the caller returned",
        # Two threads use the Deferred.
        dies = True,
        **fired_on_the_worker
    )
    mutant(
        name = "th_05_newest_result_first",
        rule = "TH_05_WithOneWorkerResultsArriveInTheOrderOfSubmission",
        source = _CALLS,
        replace = RUN_ALL,
        by = NEWEST_FIRST,
        message = "results out of order",
    )
    mutant(
        name = "th_08_late_result_fires_again",
        rule = "TH_08_CancellingFailsAtOnceAndTheLateResultIsSwallowed",
        source = _THREAD_CALL,
        replace = "void ThreadCall::Cancel() {\n",
        by = "void ThreadCall::Cancel() {\n  return;\n",
        message = "a late result was logged",
    )
    mutant(
        name = "th_09_the_cancelled_task_runs",
        rule = "TH_09_ATaskCancelledBeforeItStartedNeverRuns",
        source = _THREAD_CALL,
        replace = "  const bool withdrawn = Withdraw();\n  deferred_ = ChainHandle();\n",
        by = "  const bool withdrawn = false;\n  deferred_ = ChainHandle();\n",
        message = "the cancelled task ran",
    )
    mutant(
        name = "th_09_a_running_task_is_not_asked",
        rule = "TH_09_ATaskCancelledWhileItRunsIsAskedToStop",
        source = _THREAD_CALL,
        replace = "stop_.request_stop();",
        by = "",
        message = "the running task to be asked to stop",
    )
    mutant(
        name = "th_10_the_reactors_pool_whatever_is_given",
        rule = "TH_10_ThePoolAndTheReactorGivenAreUsed",
        source = _THREAD_CALL,
        replace = "  AnswerList& owed = reactor_.deferred_results();\n",
        by = "  pool = nullptr;\n" +
             "  AnswerList& owed = reactor_.deferred_results();\n",
        message = "own.get()",
    )
    mutant(
        name = "th_11_fails_before_start",
        rule = "TH_11_OnAPoolNotYetStartedTheDeferredFiresAfterItsStart",
        source = _THREAD_CALL,
        replace = "  if (!submission.accepted()) RefuseHere(submission.refusal());",
        by = """  if (pool->State() == PoolState::kNew &&
      Move(State::kWaiting, State::kWithdrawing)) {
    RefuseHere(Refusal::kPoolStopped);
  }""",
        message = "PoolStopped",
    )
    mutant(
        name = "th_12_never_fires",
        rule = "TH_12_OnAStoppedPoolTheDeferredFailsWithPoolStoppedLater",
        source = _THREAD_CALL,
        replace = "  if (!submission.accepted()) RefuseHere(submission.refusal());",
        by = "",
        message = "waited in vain for the refusal",
    )
    mutant(
        name = "th_12_fails_before_it_is_returned",
        rule = "TH_12_OnAStoppedPoolTheDeferredFailsWithPoolStoppedLater",
        source = _THREAD_CALL,
        replace = "  if (!submission.accepted()) RefuseHere(submission.refusal());",
        by = """  if (!submission.accepted()) {
    reactor_.deferred_results().Remove(*this);
    Fail(FailureOf(submission.refusal()));
  }""",
        message = "it failed before it was returned",
    )
    mutant(
        name = "th_12_work_given_back_is_forgotten",
        rule = "TH_12_WorkThatAPoolGivesBackFailsItsDeferred",
        source = _THREAD_CALL,
        replace = "    std::exchange(call_, nullptr)->Refuse(refusal);\n",
        by = "    static_cast<void>(refusal);\n",
        message = "waited in vain for the refusal",
    )

def _lists():
    mutant(
        name = "th_13_one_task_per_entry",
        rule = "TH_13_AListOfCallsRunsInOrderOnOnePoolThread",
        source = _THREADS,
        replace = "  return reactor.CallInThread([tasks = std::move(tasks)]() mutable {\n    for (Task& task : tasks) task.Invoke();  // a throw ends the list (TH-14)\n  });",
        by = """
  for (Task& task : tasks) {
    reactor.CallInThread([task = std::move(task)]() mutable { task.Invoke(); })
        .OrThrow();
  }
  return Submission::Accepted();""",
        message = "a call overtook the first one",
    )
    mutant(
        name = "th_14_goes_on_after_an_error",
        rule = "TH_14_TheFirstExceptionEndsTheListAndIsLoggedOnce",
        source = _THREADS,
        replace = "task.Invoke();",
        by = "task.Run();",
        message = "calls after the one that threw",
    )

def _blocking():
    mutant(
        name = "th_16_run_on_the_caller",
        rule = "TH_16_TheFunctionRunsOnTheReactorThreadAndItsValueIsReturned",
        source = _BLOCKING_CALL,
        replace = "  const Submission posted = reactor_.Post(Task(CallTask(shared_from_this())));",
        by = "  const Submission posted = Submission::Accepted(); if (Claim()) Call();",
        message = "not on the reactor's thread",
    )
    mutant(
        name = "th_20_newest_call_first",
        rule = "TH_20_EarlierCallsOfTheSameThreadTakeEffectFirst",
        source = _CALLS,
        replace = RUN_ALL,
        by = NEWEST_FIRST,
        message = "earlier calls that had taken effect",
    )
    mutant(
        name = "th_21_refused_before_run",
        rule = "TH_21_BeforeTheReactorRunsTheCallWaitsForIt",
        source = _BLOCKING_CALL,
        replace = "  owed_ = &reactor_.blocking_calls();",
        by = "  if (!reactor_.running()) throw ReactorStopped(\"it does not run\");" +
             "  owed_ = &reactor_.blocking_calls();",
        message = "no exception",
    )
    mutant(
        name = "th_24_deadlock",
        rule = "TH_24_OnTheReactorThreadItThrowsWouldDeadlock",
        source = _BLOCKING_CALL,
        replace = "  if (!reactor.IsInIOThread()) return;",
        by = "  return;",
        dies = True,
        message = "waited in vain for a call to end on the reactor's thread",
    )
    mutant(
        name = "th_25_waiters_forgotten",
        rule = "TH_25_ACallerThatWaitsWhenTheReactorStopsGetsReactorStopped",
        also = ["TH_25_CallersThatRaceWithTheEndAllReturn"],
        source = _PARTS,
        replace = "    blocking_calls.Close();\n  }\n  //",
        by = "  }\n  //",
        dies = True,
        message = "waited in vain for the caller's exception",
    )
    mutant(
        name = "th_25_workers_let_go_after_the_join",
        rule = "TH_25_ACallerThatWaitsWhenTheReactorStopsGetsReactorStopped",
        also = ["TH_25_ACallMadeDuringThePoolsDrainGetsReactorStopped"],
        source = _PARTS,
        replace = "    blocking_calls.Close();\n  }\n  // Its own trigger has done so, unless a thread made it too late for that.\n  if (phase == Phase::kAfter) pool.Stop();",
        by = "  }\n  if (phase == Phase::kAfter) { pool.Stop(); blocking_calls.Close(); }",
        dies = True,
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "th_26_hangs_after_the_end",
        rule = "TH_26_AfterTheReactorStoppedItThrowsReactorStopped",
        source = _BLOCKING_CALL,
        replace = """  if (!owed_->Add(*this)) {
    self_.reset();
    throw ReactorStopped(name + ": the reactor has stopped, or stops");
  }
  const Submission posted = reactor_.Post(Task(CallTask(shared_from_this())));
  const State end = posted.accepted() ? Await(deadline) : GiveUp();""",
        by = """  static_cast<void>(owed_->Add(*this));
  const Submission posted = reactor_.Post(Task(CallTask(shared_from_this())));
  const State end = Await(deadline);""",
        dies = True,
        message = "waited in vain for the caller's exception",
    )
    mutant(
        name = "th_27_the_inner_deferred_is_not_cancelled",
        rule = "TH_27_OnExpiryTheInnerDeferredIsCancelledOnTheReactorThread",
        source = _BLOCKING_CALL,
        replace = "    static_cast<void>(reactor_.Post(Task(CancelTask(shared_from_this()))));",
        by = "",
        message = "waited in vain for the inner Deferred to be cancelled",
    )
    mutant(
        name = "th_27_cancelled_on_the_waiting_thread",
        rule = "TH_27_OnExpiryTheInnerDeferredIsCancelledOnTheReactorThread",
        source = _BLOCKING_CALL,
        replace = "    static_cast<void>(reactor_.Post(Task(CancelTask(shared_from_this()))));",
        by = "    CancelOnReactorThread();",
        message = "reactor.thread()",
    )
    mutant(
        name = "th_27_no_deadline",
        rule = "TH_27_OnExpiryTheInnerDeferredIsCancelledOnTheReactorThread",
        source = _BLOCKING_CALL,
        replace = "    if (!SleepWhile(word_, word | kSleeps, deadline)) return GiveUp();\n",
        by = "    SleepWhile(word_, word | kSleeps, std::nullopt);\n",
        dies = True,
        message = "hangs: no end after",
    )
