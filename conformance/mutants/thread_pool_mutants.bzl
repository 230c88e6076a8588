"""Faults in the reference pool, by clause.

Each stands for a pool that breaks the clause in the way CONTRACT.md names.
"""

load(":defs.bzl", "mutant")

_COORDINATOR = "//reference:pool_coordinator.cc"
_POOL = "//reference:reference_thread_pool.cc"
_INTERFACE = "//reference:thread_pool.cc"
_CALLBACK_CALL = "//reference:callback_call.cc"

def thread_pool_mutants():
    """Defines the mutants of TP-01 to TP-53."""
    _start()
    _growth_and_order()
    _submission()
    _results()
    _lifetime_and_context()
    _resizing()
    _stopping()
    _figures_and_system()

def _start():
    mutant(
        name = "tp_01_constructor_makes_threads",
        rule = "TP_01_AFreshPoolIsNewAndOwnsNoThreads",
        source = _POOL,
        replace = "coordinator_(options.size, options.max_backlog) {}",
        by = "coordinator_(options.size, options.max_backlog) { std::thread([] {}).join(); }",
        message = "the constructor created threads",
    )
    mutant(
        name = "tp_01_min_and_max_swapped",
        rule = "TP_01_MinMaxAndNameOfAPoolAreReadable",
        also = ["TP_01_APoolMadeWithoutSizesHasMinFiveMaxTwentyAndNoName"],
        source = _POOL,
        replace = "return coordinator_.size();",
        by = "return {coordinator_.size().max, coordinator_.size().min};",
        message = "Which is: 7..3",
    )
    mutant(
        name = "tp_02_bad_sizes_clamped",
        rule = "TP_02_TheConstructorRefusesANegativeMinAndAMinAboveMax",
        source = "//reference:pool_size.cc",
        replace = 'const std::string where = std::string(function) + ": ";',
        by = 'const std::string where = std::string(function) + ": ";' +
             "size.min = std::max(size.min, 0);" +
             "size.max = std::max(size.min, size.max);",
        includes = ["algorithm"],
        message = "size -1..1",
    )
    mutant(
        name = "tp_02_zero_to_zero_refused",
        rule = "TP_02_SizeZeroToZeroIsLegal",
        source = "//reference:pool_size.cc",
        replace = "if (size.min < 0) {",
        by = "if (size.min < 0 || size.max == 0) {",
        message = "must not be negative",
    )
    mutant(
        name = "tp_03_no_worker_before_the_first_task",
        rule = "TP_03_WhenStartReturnsThereAreMinWorkers",
        source = _COORDINATOR,
        replace = "return std::max(effective_.min, static_cast<int>(std::min(needed, most)));",
        by = "return static_cast<int>(std::min(needed, most));",
        message = "waited in vain for exactly 3 workers",
    )
    mutant(
        name = "tp_03_max_workers_at_start",
        rule = "TP_03_WhenStartReturnsThereAreMinWorkers",
        also = ["TP_03_WithMinZeroStartCreatesNoWorker"],
        source = _COORDINATOR,
        replace = "return std::max(effective_.min, static_cast<int>(std::min(needed, most)));",
        by = "return effective_.max;",
        message = "waited in vain for exactly 3 workers",
    )
    mutant(
        name = "tp_04_second_start_doubles",
        rule = "TP_04_ASecondStartSucceedsAndAddsNoWorker",
        source = _POOL,
        replace = "if (!coordinator_.Start()) return;",
        by = "if (!coordinator_.Start()) { StartWorker(); StartWorker(); return; }",
        message = "the second Start() made threads",
    )
    mutant(
        name = "tp_05_run_on_the_submitting_thread",
        rule = "TP_05_WorkSubmittedBeforeStartIsKeptNotRunAndRunsAfterStart",
        source = _POOL,
        replace = "  bool wake = false;",
        by = "  if (State() == PoolState::kNew) { task.Run(); return Submission::Accepted(); }" +
             "  bool wake = false;",
        message = "work ran before Start()",
    )
    mutant(
        name = "tp_05_early_work_dropped",
        rule = "TP_05_WorkSubmittedBeforeStartIsKeptNotRunAndRunsAfterStart",
        source = _COORDINATOR,
        replace = "if (!lifecycle_.Start()) return false;",
        by = "if (!lifecycle_.Start()) return false; backlog_ = {};",
        message = "waited in vain for the work submitted before Start() to run after it",
    )
    mutant(
        name = "tp_06_only_min_workers_at_start",
        rule = "TP_06_StartBringsUpAWorkerForEachWaitingTaskBetweenMinAndMax",
        source = _POOL,
        replace = "  if (!StartWorkers()) {\n    coordinator_.UndoStart();",
        by = "  while (coordinator_.workers() < coordinator_.size().min) StartWorker();" +
             "  if (false) {\n    coordinator_.UndoStart();",
        message = "of the waiting tasks to run at the same time",
    )

def _growth_and_order():
    mutant(
        name = "tp_07_empty_queue_taken_for_room",
        rule = "TP_07_ATaskThatNeedsALaterOneGetsItWhileThereIsRoom",
        source = _POOL,
        replace = "    if (!StartWorkers()) {\n      task",
        by = "    const bool crowded = coordinator_.stats().backlog > 1;" +
             "    if ((coordinator_.workers() == 0 || crowded) && !StartWorkers()) {\n      task",
        message = "waited in vain for each task to begin while those before it still run",
    )
    mutant(
        name = "tp_07_busy_worker_taken_for_room",
        rule = "TP_07_ATaskThatNeedsALaterOneGetsItWhileThereIsRoom",
        also = [
            "TP_07_AsManyTasksAsMaxThatNeedOneAnotherRunAtTheSameTime",
            "TP_07_ATaskThatNeedsOneItSubmittedItselfGetsItWhileThereIsRoom",
        ],
        source = _COORDINATOR,
        replace = "static_cast<std::size_t>(busy_) + backlog_.size()",
        by = "backlog_.size()",
        message = "waited in vain for each task to begin while those before it still run",
    )
    mutant(
        name = "tp_08_grows_beside_idle_workers",
        rule = "TP_08_AnIdleWorkerIsReusedAndNoneIsCreated",
        source = _COORDINATOR,
        replace = "static_cast<std::size_t>(busy_) + backlog_.size()",
        by = "static_cast<std::size_t>(workers()) + backlog_.size()",
        message = "the 3 workers of the start to be idle, and no others",
    )
    mutant(
        name = "tp_09_one_too_many",
        rule = "TP_09_GrowthNeverTakesTheWorkerCountAboveMax",
        source = _COORDINATOR,
        replace = "static_cast<std::size_t>(effective_.max)",
        by = "static_cast<std::size_t>(effective_.max + 1)",
        message = "than max",
    )
    mutant(
        name = "tp_10_caller_runs",
        rule = "TP_10_SubmissionNeitherWaitsForATaskNorRunsOneAndTheBacklogIsUnbounded",
        source = _POOL,
        replace = "  bool wake = false;",
        by = "  if (Stats().backlog > 1000) { task.Run(); return Submission::Accepted(); }" +
             "  bool wake = false;",
        message = "tasks ran although the only worker is busy",
    )
    mutant(
        name = "tp_10_blocks_when_full",
        rule = "TP_10_SubmissionNeitherWaitsForATaskNorRunsOneAndTheBacklogIsUnbounded",
        source = _POOL,
        replace = "  bool wake = false;",
        by = "  while (Stats().backlog > 1000) std::this_thread::yield();" +
             "  bool wake = false;",
        message = "waited in vain for 20000 submissions to return",
    )
    mutant(
        name = "tp_11_last_in_first_out",
        rule = "TP_11_OneWorkerRunsTasksInTheOrderOfSubmission",
        source = _POOL,
        replace = "coordinator_.TakeTask()",
        by = "coordinator_.Withdraw()",
        message = "order.Await(kTasks)",
    )
    mutant(
        name = "tp_11_last_in_first_out_of_several",
        rule = "TP_11_SeveralWorkersAreHandedTheBacklogInTheOrderOfSubmission",
        source = _POOL,
        replace = "coordinator_.TakeTask()",
        by = "coordinator_.Withdraw()",
        message = "tasks to begin",
    )
    mutant(
        name = "tp_11_passed_over_for_ever",
        rule = "TP_11_AQueuedTaskIsNeverPassedOverForEverByLaterOnes",
        source = _POOL,
        replace = "coordinator_.TakeTask()",
        by = "coordinator_.Withdraw()",
        message = "waited in vain for the early task to run although later ones keep coming",
    )
    mutant(
        name = "tp_12_new_worker_takes_the_newest",
        rule = "TP_12_NoTaskOvertakesTheBacklogAlsoWhenMaxIsRaised",
        source = _COORDINATOR,
        replace = "  retiring_ = 0;",
        by = "  retiring_ = 0; for (TaskQueue old = std::exchange(backlog_, {}); !old.empty();) backlog_.push_back(old.pop_back());",
        message = "a later task overtook the backlog",
    )

def _submission():
    mutant(
        name = "tp_13_inner_task_nested",
        rule = "TP_13_ATaskMaySubmitToItsOwnPoolAndTheInnerTaskIsNotNested",
        also = ["TP_13_InnerTasksAreNotNestedOnSeveralWorkersEither"],
        source = _POOL,
        replace = "  bool wake = false;",
        by = "  if (WorkerScope::CurrentPool() == this) { task.Run(); return Submission::Accepted(); }" +
             "  bool wake = false;",
        message = "the inner task ran inside the outer one",
    )
    mutant(
        name = "tp_13_lock_held_around_the_task",
        rule = "TP_13_NoLockIsHeldWhileATaskRuns",
        also = ["TP_13_NoLockIsHeldWhileATaskIsDestroyed"],
        source = _POOL,
        replace = "  lock.unlock();\n  if (wake_next) threads_->work.notify_one();\n" +
                  "  const TaskEnding ending = task.Run();\n  lock.lock();",
        by = "  const TaskEnding ending = task.Run();",
        dies = True,
        message = "waited in vain for the pool to answer to its own task",
    )
    mutant(
        name = "tp_14_loses_what_comes_at_once",
        rule = "TP_14_SubmissionFromManyThreadsLosesAndDuplicatesNothing",
        source = _POOL,
        replace = "    std::lock_guard lock(mutex_);\n    const Submission submission",
        # Yields so that others come meanwhile on a single core, too.
        by = "    std::unique_lock lock(mutex_, std::try_to_lock);\n" +
             "    if (!lock) return Submission::Accepted();\n" +
             "    std::this_thread::yield();\n    const Submission submission",
        message = "lost",
    )

def _results():
    mutant(
        name = "tp_17_callback_called_twice",
        rule = "TP_17_OnResultIsCalledExactlyOnceWithTheValue",
        source = _CALLBACK_CALL,
        replace = "    call.Deliver();",
        by = "    call.Deliver(); call.Deliver();",
        message = "calls of a callback",
    )
    mutant(
        name = "tp_17_callback_not_called",
        rule = "TP_17_OnResultIsCalledForVoidAndForMoveOnlyResultsToo",
        source = _CALLBACK_CALL,
        replace = "    call.Deliver();",
        by = "",
        message = '"nothing"',
    )
    mutant(
        name = "tp_18_callback_on_another_thread",
        rule = "TP_18_OnResultRunsOnTheWorkerThatRanTheFunctionDirectlyAfterIt",
        source = _CALLBACK_CALL,
        replace = "    call.Deliver();",
        by = "    std::thread([&] { call.Deliver(); }).join();",
        includes = ["thread"],
        message = "on_other_thread",
    )
    mutant(
        name = "tp_18_busy_dropped_before_the_callback",
        rule = "TP_18_UntilOnResultReturnsItsWorkerTakesNoOtherTask",
        also = [
            "TP_48_BusyCoversFunctionAndCallbackAndBacklogIsWhatWaits",
            "TP_48_ThreadsAreIdlePlusBusyAtEveryInstant",
        ],
        source = _POOL,
        replace = "  lock.unlock();\n  if (wake_next) threads_->work.notify_one();\n" +
                  "  const TaskEnding ending = task.Run();\n  lock.lock();\n" +
                  "  self.busy = false;\n  self.seen_busy.reset();\n" +
                  "  coordinator_.TaskEnded(ending);",
        by = "  coordinator_.TaskEnded(TaskEnding::kSucceeded);\n  lock.unlock();\n  task.Run();\n  lock.lock();\n" +
             "  self.busy = false;\n  self.seen_busy.reset();",
        message = "while the callback runs",
    )
    mutant(
        name = "tp_18_callback_taken_for_idle",
        rule = "TP_18_AWorkerInsideOnResultIsNotTakenForIdle",
        source = _POOL,
        replace = "  lock.unlock();\n  if (wake_next) threads_->work.notify_one();\n" +
                  "  const TaskEnding ending = task.Run();\n  lock.lock();\n" +
                  "  self.busy = false;\n  self.seen_busy.reset();\n" +
                  "  coordinator_.TaskEnded(ending);",
        by = "  coordinator_.TaskEnded(TaskEnding::kSucceeded);\n  lock.unlock();\n  task.Run();\n  lock.lock();\n" +
             "  self.busy = false;\n  self.seen_busy.reset();",
        message = "waited in vain for a second task while the first one's callback runs",
    )
    mutant(
        name = "tp_19_logged_as_well",
        rule = "TP_19_AFailureReachesOnResultOnceAsTheOriginalExceptionAndIsNotLogged",
        source = _CALLBACK_CALL,
        replace = "    call.Deliver();",
        by = '    if (failure) LogException("a task threw", failure); call.Deliver();',
        message = "it was logged as well",
    )
    mutant(
        name = "tp_20_only_std_exceptions_caught",
        rule = "TP_20_AnExceptionOfAnyTypeIsLoggedOnceAndTheWorkerServesLaterTasks",
        source = "//reference:task.cc",
        replace = "  } catch (...) {\n    return LogThrown();",
        by = "  } catch (const std::exception&) {\n    return LogThrown();",
        dies = True,
        message = "terminate called after throwing an instance of 'int'",
    )
    mutant(
        name = "tp_20_logged_twice",
        rule = "TP_20_AnExceptionOfAnyTypeIsLoggedOnceAndTheWorkerServesLaterTasks",
        source = "//reference:task.cc",
        replace = '  LogException("a task threw", std::current_exception());',
        by = '  LogException("a task threw", std::current_exception());' +
             '  LogException("a task threw", std::current_exception());',
        message = "log.Count<Thrown>()",
    )
    mutant(
        name = "tp_21_one_try_block_around_both",
        rule = "TP_21_AThrowingOnResultIsLoggedOnceNotCalledAgainAndTheWorkerSurvives",
        source = _CALLBACK_CALL,
        replace = '    LogException("a result callback threw", std::current_exception());',
        by = '    LogException("a result callback threw", std::current_exception());' +
             "    try { call.SetRefused(Refusal::kPoolStopped); call.Deliver(); } catch (...) {}",
        message = "calls of the callback that throws",
    )
    mutant(
        name = "tp_22_failure_lost",
        rule = "TP_22_AFailureIsNotLostWhenOnResultThrowsToo",
        source = _CALLBACK_CALL,
        replace = "    if (failure) {",
        by = "    if (false) {",
        message = "reports of the function's failure",
    )

def _lifetime_and_context():
    mutant(
        name = "tp_23_function_outlives_the_callback",
        rule = "TP_23_TheFunctionAndItsArgumentsAreGoneBeforeOnResultIsEntered",
        also = ["TP_23_TheFunctionIsGoneBeforeOnResultIsEnteredAlsoWhenItThrew"],
        source = _CALLBACK_CALL,
        replace = "  call->Call();\n  call->ReleaseFunction();",
        by = "  call->Call();",
        message = "the function or its argument was still there",
    )
    mutant(
        name = "tp_23_worker_keeps_its_last_closure",
        rule = "TP_23_OnResultAndTheResultAreReleasedWhenItReturns",
        source = _CALLBACK_CALL,
        replace = "  call->Call();\n  call->ReleaseFunction();\n  return Deliver(*call);",
        by = "  call->Call();\n  call->ReleaseFunction();\n  const TaskEnding ending = Deliver(*call);\n" +
             "  static thread_local std::unique_ptr<CallbackCall> last;\n" +
             "  last = std::move(call);\n  return ending;",
        message = "waited in vain for the callback to be released without a further task",
    )
    mutant(
        name = "tp_24_workers_base_context",
        rule = "TP_24_TheFunctionSeesTheSubmittersContext",
        source = "//reference:context.cc",
        replace = "  Context::current_ = &context_;",
        by = "",
        message = '"warp -"',
    )
    mutant(
        name = "tp_26_callback_outside_the_context",
        rule = "TP_26_OnResultSeesTheSameContextAsTheFunction",
        source = _CALLBACK_CALL,
        replace = "    call.Deliver();",
        by = "    ScopedContext none{Context()}; call.Deliver();",
        includes = ["reference/context.h"],
        message = "seen by the callback",
    )
    mutant(
        name = "tp_27_context_left_by_an_exception",
        rule = "TP_27_ContextDoesNotLeakIntoTheNextTaskAlsoWhenATaskThrows",
        source = "//reference:context.cc",
        replace = "{ Context::current_ = outer_; }",
        by = "{ Context::current_ = std::uncaught_exceptions() == 0 ? outer_ : new Context(context_); }",
        includes = ["exception"],
        message = '"- -"',
    )

def _resizing():
    mutant(
        name = "tp_28_min_assigned_before_max_is_checked",
        rule = "TP_28_WhatIsLeftOutKeepsItsValueAndAnIllegalPairChangesNothing",
        source = _COORDINATOR,
        replace = '  size_ = ApplyPoolSizeChange("ThreadPool::AdjustPoolSize", size_, change);',
        by = "  if (change.min) size_.min = *change.min;" +
             '  size_ = ApplyPoolSizeChange("ThreadPool::AdjustPoolSize", size_, change);',
        message = "a refused resize changed the size",
    )
    mutant(
        name = "tp_29_threads_before_the_start",
        rule = "TP_29_OnAPoolThatDoesNotRunTheNumbersAreStoredAndNoThreadStarts",
        source = _POOL,
        replace = "    started = StartWorkers();",
        by = "    if (coordinator_.state() == PoolState::kNew) StartWorker();" +
             "    started = StartWorkers();",
        message = "threads on a pool not yet started",
    )
    mutant(
        name = "tp_30_raised_min_waits_for_work",
        rule = "TP_30_RaisingMinCreatesWorkersAtOnce",
        also = ["TP_30_TheWorkersOfARaisedMinTakeBacklogFirst"],
        source = _POOL,
        replace = "    started = StartWorkers();",
        by = "    started = true;",
        message = "waited in vain for exactly 3 workers",
    )
    mutant(
        name = "tp_31_surplus_stays_until_stop",
        rule = "TP_31_LoweringMaxRetiresIdleWorkers",
        also = [
            "TP_31_AThreadOfARetiredWorkerEnds",
            "TP_34_AtRestTheWorkersAreWithinTheLimitsWhateverTheHistory",
        ],
        source = _COORDINATOR,
        replace = "if (workers() > effective_.max) return true;",
        by = "",
        message = "waited in vain for exactly 3 workers",
    )
    mutant(
        name = "tp_32_shrinking_loses_tasks",
        rule = "TP_32_ShrinkingInterruptsNoTaskAndSurplusWorkersRetireAfterTheirs",
        source = _COORDINATOR,
        replace = "  retiring_ = 0;",
        by = "  retiring_ = 0; if (workers() > size_.max) backlog_ = {};",
        message = "waited in vain for every task to end",
    )
    mutant(
        name = "tp_33_backlog_before_retirement",
        rule = "TP_33_ALoweredMaxHoldsAsSoonAsTheRunningTasksHaveEnded",
        source = _COORDINATOR,
        replace = "if (workers() > effective_.max) return true;",
        by = "if (workers() > effective_.max && backlog_.empty()) return true;",
        message = "tasks that ran at the same time under max 1",
    )
    for number, rule in enumerate([
        "TP_34_MaxLoweredAndRaisedAgainWhileAllAreBusyLeavesNoDebt",
        "TP_34_RepeatingAResizeDoesNotRetireWorkersAgain",
    ]):
        mutant(
            name = "tp_34_debt_counter_%d" % (number + 1),
            rule = rule,
            source = _COORDINATOR,
            replace = "  retiring_ = 0;",
            by = "  retiring_ += std::max(0, workers() - size_.max);",
            message = "waited in vain for rest",
        )
    mutant(
        name = "tp_35_raised_max_waits_for_a_submission",
        rule = "TP_35_RaisingMaxWhileTasksWaitStartsThemAtOnce",
        source = _POOL,
        replace = "    started = StartWorkers();",
        by = "    started = true;",
        message = "waited in vain for as many waiting tasks as there is room to begin",
    )
    mutant(
        name = "tp_36_idle_workers_expire",
        rule = "TP_36_IdleWorkersDoNotExpireByThemselves",
        source = _POOL,
        replace = "        threads_->work.wait(lock);",
        by = "        if (threads_->work.wait_for(lock, std::chrono::milliseconds(1)) ==\n" +
             "            std::cv_status::timeout) {\n" +
             "          coordinator_.Resize({.min = 0, .max = std::nullopt});\n" +
             "          coordinator_.StopAWorker();\n" +
             "        }",
        message = "kWorkers",
    )
    mutant(
        name = "tp_37_caller_runs_at_max_zero",
        rule = "TP_37_MaxZeroIsLegalOnARunningPoolAndTasksWait",
        source = _POOL,
        replace = "  bool wake = false;",
        by = "  if (Size().max == 0) { task.Run(); return Submission::Accepted(); }" +
             "  bool wake = false;",
        message = "waited in vain for the task to be in the backlog",
    )
    mutant(
        name = "tp_38_start_a_worker_exceeds_max",
        rule = "TP_38_StartAWorkerAddsOneUpToMax",
        source = _COORDINATOR,
        replace = "return workers() < effective_.max;",
        by = "return true;",
        message = "pool->Stats().threads",
    )
    mutant(
        name = "tp_38_stop_a_worker_undercuts_min",
        rule = "TP_38_StopAWorkerRetiresAnIdleOneButNeverBelowMin",
        source = _COORDINATOR,
        replace = "if (workers() - retiring_ > effective_.min) ++retiring_;",
        by = "++retiring_;",
        message = "waited in vain for",
    )

def _stopping():
    mutant(
        name = "tp_39_stop_clears_the_queue",
        rule = "TP_39_StopRunsEverythingAcceptedTogetherWithItsCallbacks",
        source = _COORDINATOR,
        replace = "return lifecycle_.RequestStop();",
        by = "backlog_ = {}; return lifecycle_.RequestStop();",
        message = "accepted tasks that ran",
    )
    mutant(
        name = "tp_39_no_worker_stays_at_max_zero",
        rule = "TP_39_StopRunsWhatWasAcceptedAlsoWhenMaxHasBecomeZero",
        source = _COORDINATOR,
        replace = "effective_.max = std::max(effective_.max, 1);",
        by = "",
        message = "tasks that ran of those accepted before max 0",
    )
    mutant(
        name = "tp_39_one_worker_drains",
        rule = "TP_39_AcceptedTasksThatNeedOneAnotherMeetInTheDrain",
        source = _COORDINATOR,
        replace = "  if (!backlog_.empty()) return false;\n",
        by = "  if (state() == PoolState::kStopping && workers() > 1) return true;\n" +
             "  if (!backlog_.empty()) return false;\n",
        message = "the tasks of the backlog to meet in the drain",
    )
    mutant(
        name = "tp_39_a_resize_in_the_drain_takes_effect",
        rule = "TP_39_StopRunsWhatWasAcceptedThoughThePoolIsResizedMeanwhile",
        source = _COORDINATOR,
        replace = "  if (state() != PoolState::kRunning) return;\n  effective_ = size_;",
        by = "  if (state() == PoolState::kNew) return;\n  effective_ = size_;",
        message = "tasks that ran of those accepted",
    )
    mutant(
        name = "tp_39_stop_returns_early",
        rule = "TP_39_StopReturnsOnlyWhenTheLastTaskHasEnded",
        source = _POOL,
        replace = "  std::unique_lock lock(mutex_);\n  const auto drained",
        by = "  if (!deadline) return true;\n" +
             "  std::unique_lock lock(mutex_);\n  const auto drained",
        dies = True,
        message = "Stop() returned before the task",
    )
    mutant(
        name = "tp_39_threads_detached",
        rule = "TP_39_WhenStopReturnsEveryWorkerThreadHasEnded",
        source = _POOL,
        replace = "  std::thread previous =\n" +
                  "      std::exchange(threads_->ended, std::move(self->thread));",
        by = "  self->thread.detach();\n  std::thread previous;",
        dies = True,
        message = "worker threads that had ended when Stop() returned",
    )
    for number, (rule, message) in enumerate([
        (
            "TP_40_ATaskThatSubmitsItselfAgainCannotKeepStopFromEnding",
            "waited in vain for Stop() to return although a task submits itself again",
        ),
        (
            "TP_40_DuringTheDrainTasksSeeThePoolStoppingAndAreRefusedVisibly",
            "work was accepted during the drain",
        ),
    ]):
        mutant(
            name = "tp_40_drain_accepts_new_work_%d" % (number + 1),
            rule = rule,
            source = _COORDINATOR,
            replace = "const Submission submission = lifecycle_.Admit();",
            by = "const Submission submission = state() == PoolState::kStopping" +
                 " ? Submission::Accepted() : lifecycle_.Admit();",
            message = message,
        )
    mutant(
        name = "tp_41_silent_drop",
        rule = "TP_41_SubmissionAfterStopIsRefusedVisiblyAndNothingIsKept",
        source = _POOL,
        replace = "if (!submission.accepted()) return submission;",
        by = "if (!submission.accepted()) return Submission::Accepted();",
        message = "plain.accepted()",
    )
    mutant(
        name = "tp_41_lost_in_the_race",
        rule = "TP_41_SubmissionThatRacesWithStopRunsOrIsRefused",
        source = _COORDINATOR,
        replace = "return lifecycle_.RequestStop();",
        by = "backlog_ = {}; return lifecycle_.RequestStop();",
        message = "in round",
    )
    mutant(
        name = "tp_42_second_stop_throws",
        rule = "TP_42_ASecondStopSucceeds",
        source = _POOL,
        replace = "if (!coordinator_.RequestStop()) return;",
        by = 'if (!coordinator_.RequestStop()) throw PoolStopped("again");',
        dies = True,
        message = "Expected: pool->Stop() doesn't throw an exception",
    )
    mutant(
        name = "tp_42_second_stopper_returns_early",
        rule = "TP_42_ConcurrentStoppersAllReturnAfterTheSameDrain",
        source = _POOL,
        replace = "  std::unique_lock lock(mutex_);\n  const auto drained",
        by = "  std::unique_lock lock(mutex_);\n" +
             "  static ReferenceThreadPool* joined = nullptr;\n" +
             "  if (std::exchange(joined, this) == this) return true;\n" +
             "  const auto drained",
        dies = True,
        message = "a stopper returned before the drain ended",
    )
    mutant(
        name = "tp_43_start_after_stop_succeeds",
        rule = "TP_43_StartAfterStopIsOneCleanErrorAndChangesNothing",
        also = ["TP_43_APoolThatWasStoppedBeforeItStartedCannotStartEither"],
        source = _POOL,
        replace = "if (!coordinator_.Start()) return;",
        by = "if (coordinator_.state() == PoolState::kStopped) return;" +
             "if (!coordinator_.Start()) return;",
        message = "Expected: pool->Start() throws an exception of type PoolStopped",
    )
    mutant(
        name = "tp_44_queued_work_dropped_silently",
        rule = "TP_44_StopBeforeStartReturnsAndGivesQueuedWorkBackVisibly",
        also = [
            "TP_44_DestructionOfAPoolNeverStartedGivesQueuedWorkBackVisibly",
            "TP_44_StopAtMaxZeroGivesQueuedWorkBackVisibly",
        ],
        source = _COORDINATOR,
        replace = "return drained() ? std::exchange(backlog_, {}) : TaskQueue();",
        by = "return {};",
        message = "callbacks told PoolStopped",
    )
    mutant(
        name = "tp_45_plain_join",
        rule = "TP_45_StopOnAnOwnWorkerIsRefusedBeforeAnythingChanges",
        also = ["TP_45_StopInACallbackIsRefusedToo"],
        source = _INTERFACE,
        replace = "if (WorkerScope::CurrentPool() == this) {",
        by = "if (false) {",
        dies = True,
        message = "waited in vain for Stop() on an own worker to be refused",
    )
    mutant(
        name = "tp_46_claims_to_have_stopped",
        rule = "TP_46_StopWithinADeadlineReportsWhatStillRunsAndWaits",
        source = _INTERFACE,
        replace = "return {.stopped = false,",
        by = "return {.stopped = true,",
        message = "said to have stopped while tasks run",
    )
    mutant(
        name = "tp_46_deadline_ignored",
        rule = "TP_46_StopWithinADeadlineReportsWhatStillRunsAndWaits",
        source = _INTERFACE,
        replace = "if (Join(forever ? std::nullopt : std::optional(now + timeout))) {",
        by = "if (Join(std::nullopt)) {",
        message = "waited in vain for StopWithin() to give up while tasks run",
    )
    mutant(
        name = "tp_47_destroyed_joinable",
        rule = "TP_47_TheDestructorStopsAndJoinsInEveryState",
        source = _POOL,
        replace = "if (!StopBeforeDestruction()) static_cast<void>(threads_.release());",
        by = "",
        dies = True,
        message = "terminate called without an active exception",
    )

def _figures_and_system():
    mutant(
        name = "tp_48_busy_for_ever_after_an_exception",
        rule = "TP_48_AWorkerBecomesIdleAfterItsTaskWithoutFurtherStimulus",
        also = ["TP_48_AfterStopAllCountersAreZero"],
        source = _POOL,
        replace = "  const TaskEnding ending = task.Run();\n  lock.lock();",
        by = "  TaskEnding ending;\n  try {\n    ending = task.Invoke();\n  } catch (...) {\n    lock.lock();\n" +
             "    self.busy = false;\n    self.seen_busy.reset();\n    return;\n  }\n  lock.lock();",
        message = "waited in vain for 3 tasks to be completed and nobody to be busy",
    )
    mutant(
        name = "tp_49_two_records",
        rule = "TP_49_DumpStatsLogsThreeRecordsAndChangesNothing",
        source = _INTERFACE,
        replace = '  record("threads", threads);',
        by = "",
        message = "log.records().size()",
    )
    mutant(
        name = "tp_50_unnamed_threads",
        rule = "TP_50_WorkerNamesBeginWithPoolThreadCarryThePoolsNameAndAreUnique",
        also = ["TP_50_TheWorkersOfUnnamedPoolsAreToldApart"],
        source = "//reference:worker_scope.cc",
        replace = 'return "PoolThread-" + owner + "-" + std::to_string(ordinal);',
        by = 'return "";',
        message = "different names of 4 workers",
    )
    mutant(
        name = "tp_50_ordinal_from_the_count",
        rule = "TP_50_NoNameIsUsedAgainAfterThePoolShrankAndGrew",
        source = _POOL,
        replace = "                               threads_->next_ordinal);",
        by = "                               coordinator_.workers());",
        message = "threads that were named PoolThread-weaver-1",
    )
    mutant(
        name = "tp_51_thrown_at_the_submitter",
        rule = "TP_51_WithAWorkerTheTaskOfAFailedThreadCreationStaysQueued",
        also = ["TP_51_StopWorksAfterAStartThatFoundNoThreads"],
        source = _POOL,
        replace = "    workers.erase(self);\n    return false;",
        by = "    throw;",
        dies = True,
        message = "Resource temporarily unavailable",
    )
    mutant(
        name = "tp_51_refused_work_retained",
        rule = "TP_51_WithoutAWorkerTheSubmitterGetsTheErrorAndNothingIsRetained",
        source = _POOL,
        replace = "      task = coordinator_.Withdraw();\n",
        by = "",
        dies = True,
        message = "the refused work was kept",
    )
    mutant(
        name = "tp_52_fork_not_noticed",
        rule = "TP_52_UseInAForkedChildIsAnErrorAndTheParentIsNotDisturbed",
        also = ["TP_52_APoolCanBeDestroyedInAForkedChild"],
        source = "//reference:process_identity.cc",
        replace = "current_generation.fetch_add(1, std::memory_order_relaxed);",
        by = "",
        message = "10: work accepted",
    )
    mutant(
        name = "tp_53_who_was_woken_wakes_nobody",
        rule = "TP_53_WorkSubmittedInsideATaskWakesSleepingWorkers",
        source = _POOL,
        replace = "  const bool wake_next = coordinator_.NextWorkerIsDue();\n",
        by = "  const bool wake_next = false;\n",
        message = "waited in vain for a task and the 2 it has submitted to meet",
    )
    mutant(
        name = "tp_53_nested_work_wakes_nobody",
        rule = "TP_53_WorkSubmittedInsideATaskWakesSleepingWorkers",
        source = _POOL,
        replace = "  if (wake) threads_->work.notify_one();",
        by = "  if (wake && WorkerScope::CurrentPool() != this) threads_->work.notify_one();",
        message = "waited in vain for a task and the 2 it has submitted to meet",
    )
