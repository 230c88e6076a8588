"""Bugs that other pools had, planted in the reference.

Section 11 of CONTRACT.md says which is whose. Those that a clause covers are
named by it, here or in the other files.
"""

load(":defs.bzl", "mutant")

_CALLBACK_CALL = "//reference:callback_call.cc"
_COORDINATOR = "//reference:pool_coordinator.cc"
_INTERFACE = "//reference:thread_pool.cc"
_POOL = "//reference:reference_thread_pool.cc"

_MUSEUM = "//conformance/rules:museum.cc"

# Where an idle worker goes to sleep.
_SLEEP = "        threads_->work.wait(lock);\n"

def museum_mutants():
    """Defines them all."""
    _wake_ups()
    _ends()
    _work()

def _wake_ups():
    mutant(
        name = "mu_01_workers_that_leave_take_a_wake_up",
        chapter = "thread_pool",
        rule = "MU_01_AWakeUpIsNotTakenByAWorkerThatLeaves",
        source = _POOL,
        replace = "        return Leave(std::move(lock), self);\n",
        by = "        if (coordinator_.state() == PoolState::kRunning) {\n" +
             "          threads_->work.wait(lock);\n        }\n" +
             "        return Leave(std::move(lock), self);\n",
        # The pool may go before they do.
        dies = True,
        message = "waited in vain for a task after the pool has shrunk",
    )
    mutant(
        name = "mu_03_the_flag_is_set_behind_the_wake_up",
        chapter = "thread_pool",
        rule = "MU_03_StopIsNotMissedByAWorkerOnItsWayToSleep",
        source = _POOL,
        replace = """
    if (!coordinator_.RequestStop()) return;
    for (Worker& worker : threads_->workers) BusySince(worker);
    abandoned = coordinator_.TakeAbandoned();
  }
  threads_->work.notify_all();
""",
        by = """
  }
  threads_->work.notify_all();
  for (int turn = 0; turn < 10; ++turn) std::this_thread::yield();
  {
    std::lock_guard lock(mutex_);
    if (!coordinator_.RequestStop()) return;
    for (Worker& worker : threads_->workers) BusySince(worker);
    abandoned = coordinator_.TakeAbandoned();
  }
""",
        dies = True,
        message = "waited in vain for Stop() to return, in every round",
    )
    mutant(
        name = "tp_39_no_last_look_before_sleep",
        rule = "TP_39_StopRunsEverythingAcceptedTogetherWithItsCallbacks",
        source = _POOL,
        replace = "        RunTask(lock, *self);\n",
        by = "        RunTask(lock, *self);\n" +
             "        if (coordinator_.stats().backlog == 0) threads_->work.wait(lock);\n",
        dies = True,
        message = "waited in vain for Stop() to return",
    )
    mutant(
        name = "tp_53_falls_asleep_after_the_last_look",
        rule = "TP_53_WorkSubmittedInsideATaskWakesSleepingWorkers",
        source = _POOL,
        replace = _SLEEP,
        by = "        lock.unlock();\n" +
             "        std::this_thread::sleep_for(std::chrono::milliseconds(1));\n" +
             "        lock.lock();\n" + _SLEEP,
        message = "waited in vain for a task and the 2 it has submitted to meet",
    )
    mutant(
        name = "mu_22_spins_without_end",
        chapter = "thread_pool",
        rule = "MU_22_AnIdlePoolComesToRest",
        source = _POOL,
        replace = _SLEEP,
        by = "        lock.unlock(); lock.lock();\n",
        message = "waited in vain for the idle workers to use hardly any processor time",
    )

def _ends():
    mutant(
        name = "tp_39_workers_leave_before_the_backlog",
        rule = "TP_39_StopRunsEverythingAcceptedTogetherWithItsCallbacks",
        source = _COORDINATOR,
        replace = "  if (!backlog_.empty()) return false;\n",
        by = "  if (!backlog_.empty() && state() != PoolState::kStopping) return false;\n",
        message = "accepted tasks that ran",
    )
    mutant(
        name = "mu_04_a_worker_takes_anothers_order",
        chapter = "thread_pool",
        rule = "MU_04_EachOrderToLeaveIsForOneWorker",
        source = _COORDINATOR,
        replace = "    retiring_ = std::max(0, retiring_ - 1);\n",
        by = "    retiring_ = std::max(0, retiring_ - 2);\n",
        message = "waited in vain for exactly 2 workers",
    )
    mutant(
        name = "mu_10_unconditional_join",
        chapter = "thread_pool",
        rule = "MU_10_DestructionByAnOwnWorkerCompletesOrIsRefusedAloud",
        source = _INTERFACE,
        replace = "if (WorkerScope::CurrentPool() == this) {",
        by = "if (false) {",
        message = "waited in vain for a forked child to end",
    )
    mutant(
        name = "mu_10_ended_in_silence",
        chapter = "thread_pool",
        rule = "MU_10_DestructionByAnOwnWorkerCompletesOrIsRefusedAloud",
        source = _INTERFACE,
        replace = '    LogException("a thread pool cannot be destroyed here",\n' +
                  "                 std::current_exception());\n",
        by = "",
        message = "the process was ended without a record in the log",
    )
    mutant(
        name = "tp_31_retires_with_a_joinable_handle",
        rule = "TP_31_LoweringMaxRetiresIdleWorkers",
        source = _POOL,
        replace = "  if (previous.joinable()) previous.join();\n",
        by = "",
        dies = True,
        message = "terminate called without an active exception",
    )

def _work():
    mutant(
        name = "mu_12_moved_from_on_first_use",
        rule = "MU_12_ACallableSubmittedSeveralTimesKeepsWhatItHolds",
        source = "//reference:callable.h",
        rules_in = _MUSEUM,
        replace = "    return std::decay_t<F>(std::forward<F>(callable));\n",
        by = "    return std::decay_t<F>(std::move(callable));\n",
        message = '"warp"',
    )
    mutant(
        name = "mu_13_the_failure_is_never_cleared",
        chapter = "thread_pool",
        rule = "MU_13_AFailureIsNotGivenToLaterTasks",
        source = _CALLBACK_CALL,
        replace = "  const std::exception_ptr failure = call.Exception();\n",
        by = "  static std::exception_ptr failure;\n" +
             "  if (!failure) failure = call.Exception();\n" +
             "  if (failure) call.SetRefused(Refusal::kPoolStopped);\n",
        message = "what a task after one that failed came to",
    )
    mutant(
        name = "mu_19_counted_before_it_is_there",
        rule = "MU_19_ASubmissionThatThrowsLeavesNoTrace",
        source = "//reference:thread_pool.h",
        rules_in = _MUSEUM,
        replace = '    RequireCallable("ThreadPool::CallInThread", callable);\n',
        by = '    RequireCallable("ThreadPool::CallInThread", callable);\n' +
             "    static_cast<void>(SubmitHere(Task([] {})));\n",
        message = "kept of what was not submitted",
    )
