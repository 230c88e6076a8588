"""Faults in the reactor, by clause.

Each stands for a reactor that breaks the clause in the way CONTRACT.md names.
"""

load(":defs.bzl", "mutant")

_CALLS = "//reference:thread_call_queue.cc"
_LOOP = "//reference:event_loop.cc"
_TIMERS = "//reference:timer_queue.cc"
_THREAD = "//reference:loop_thread.cc"
_PARTS = "//reference:reactor_parts.cc"
_REACTOR = "//reference:reactor.cc"
_POOL = "//reference:reactor_pool.cc"
_SIGNALS = "//reference:signals.cc"

# The reactor's batch.
RUN_ALL = """  while (Task* const call = inbox_.Front(end)) {
    const Popper popper{inbox_};
    call->Run();
  }
"""

# The same, the last one first.
NEWEST_FIRST = """  std::vector<Task> batch;
  while (Task* const call = inbox_.Front(end)) {
    batch.push_back(std::move(*call));
    inbox_.PopFront();
  }
  for (; !batch.empty(); batch.pop_back()) batch.back().Run();
"""

def reactor_mutants():
    """Defines the mutants of RT-01 to RT-33."""
    _calls()
    _turns()
    _stopping()
    _pool()
    _pool_end()

def _calls():
    mutant(
        name = "rt_01_run_on_the_calling_thread",
        rule = "RT_01_ACallRunsOnceOnTheReactorThreadWithItsArguments",
        also = ["RT_01_TheCallerIsNotBlockedWhileTheReactorIsBusy"],
        source = _CALLS,
        replace = "  if (!inbox_.Put(std::move(call))) {\n",
        by = "  call.Run();\n  return Submission::Accepted();\n" +
             "  if (!inbox_.Put(std::move(call))) {\n",
        message = "not on the reactor's thread",
    )
    mutant(
        name = "rt_02_flag_cleared_after_the_batch",
        rule = "RT_02_ACallThatArrivesWhileABatchRunsIsNotLost",
        source = _CALLS,
        replace = RUN_ALL + """}

bool ThreadCallQueue::BeginSleep(Bed bed) {
  if (IsTurnWanted()) return false;
  asleep_.store(static_cast<std::uint32_t>(bed));
  if (inbox_.IsEmpty() && !turn_wanted_.load()) return true;
""",
        by = RUN_ALL + """
  extern TaskInbox::Place known;
  known = inbox_.End();
}

TaskInbox::Place known = 0;

bool ThreadCallQueue::BeginSleep(Bed bed) {
  asleep_.store(static_cast<std::uint32_t>(bed));
  if (inbox_.End() == known && !turn_wanted_.load()) return true;
""",
        # The reactor may doze off before the batch, too.
        message = "waited in vain for a call to run",
    )
    mutant(
        name = "rt_02_flag_cleared_after_the_drain",
        rule = "RT_02_BothOfTwoCallsMadeAtTheSameTimeAreWokenFor",
        source = _CALLS,
        replace = """  asleep_.store(static_cast<std::uint32_t>(bed));
  if (inbox_.IsEmpty() && !turn_wanted_.load()) return true;
""",
        by = """  if (inbox_.IsEmpty() && !turn_wanted_.load()) {
    // The window is open for some nanoseconds; another thread may use them.
    std::this_thread::yield();
    asleep_.store(static_cast<std::uint32_t>(bed));
    return true;
  }
""",
        message = "waited in vain for both calls of a try to run",
    )
    mutant(
        name = "rt_02_no_last_look_before_sleep",
        rule = "RT_02_ACallThatArrivesWhileABatchRunsIsNotLost",
        source = _CALLS,
        replace = """  if (IsTurnWanted()) return false;
  asleep_.store(static_cast<std::uint32_t>(bed));
  if (inbox_.IsEmpty() && !turn_wanted_.load()) return true;
""",
        by = "  asleep_.store(static_cast<std::uint32_t>(bed));\n  return true;\n",
        # The reactor may doze off before the batch, too.
        message = "waited in vain for a call to run",
    )
    mutant(
        name = "rt_02_no_wake",
        rule = "RT_02_EveryCallWakesASleepingReactor",
        source = "//reference:wakeup.cc",
        replace = "static_cast<void>(!write(fd_, &one, sizeof one));",
        by = "",
        # Nothing can end such a reactor.
        dies = True,
        message = "waited in vain for a call to end on the reactor's thread",
    )
    mutant(
        name = "rt_02_no_wake_in_the_queue",
        rule = "RT_02_EveryCallWakesASleepingReactor",
        source = _CALLS,
        replace = "WakeOne(asleep_);",
        by = "return;",
        dies = True,
        message = "waited in vain for a call to end on the reactor's thread",
    )
    mutant(
        name = "rt_03_newest_first",
        rule = "RT_03_CallsOfEachProducerRunInTheirOrder",
        source = _CALLS,
        replace = RUN_ALL,
        by = NEWEST_FIRST,
        message = "calls overtook one another",
    )
    mutant(
        name = "rt_03_a_lane_for_each_producer",
        rule = "RT_03_ACallThatReturnedBeforeAnotherBeganRunsFirstWhoeverMadeIt",
        also = ["RT_03_CallsThatDoNotOverlapKeepTheirOrderHoweverTheirProducersMix"],
        source = _CALLS,
        replace = "  if (!inbox_.Put(std::move(call))) {\n",
        by = """
    // Lanes merged round-robin: a call comes before those that have more of
    // their own producer's calls before them. Whatever is put in runs the next
    // one of this order.
    struct Lanes {
      std::mutex mutex;
      std::vector<std::pair<std::thread::id, int>> lanes;
      std::deque<Task> queue;
    };
    static Lanes& all = *new Lanes;
    {
      const std::lock_guard lock(all.mutex);
      all.lanes.resize(all.queue.size());
      int rank = 0;
      for (const auto& [producer, other_rank] : all.lanes) {
        rank += producer == std::this_thread::get_id();
      }
      std::size_t place = 0;
      while (place < all.lanes.size() && all.lanes[place].second <= rank) {
        ++place;
      }
      all.lanes.insert(all.lanes.begin() + place,
                       {std::this_thread::get_id(), rank});
      all.queue.insert(all.queue.begin() + place, std::move(call));
    }
    call = Task([] {
      std::unique_lock lock(all.mutex);
      Task next = std::move(all.queue.front());
      all.queue.pop_front();
      all.lanes.erase(all.lanes.begin());
      lock.unlock();
      next.Run();
    });
  if (!inbox_.Put(std::move(call))) {
""",
        includes = ["deque", "mutex", "thread"],
        message = "steps as they ran",
    )
    mutant(
        name = "rt_04_calls_before_startup",
        rule = "RT_04_CallsMadeBeforeRunFollowStartupAndPrecedeTimers",
        source = _PARTS,
        replace = "  startup_.Begin();\n",
        by = "  loop.calls().RunBatch(); startup_.Begin();\n",
        message = "the order of the start",
    )
    mutant(
        name = "rt_04_calls_after_the_first_timers",
        rule = "RT_04_CallsMadeBeforeRunFollowStartupAndPrecedeTimers",
        source = _PARTS,
        replace = "  startup_.Begin();\n",
        by = "  startup_.Begin(); loop.timers().RunDue();\n",
        message = "the order of the start",
    )
    mutant(
        name = "rt_05_no_wake_on_the_reactors_thread",
        rule = "RT_05_ACallMadeOnTheReactorThreadDoesNotWaitForAnotherEvent",
        source = _CALLS,
        replace = """  if (IsTurnWanted()) return false;
  asleep_.store(static_cast<std::uint32_t>(bed));
  if (inbox_.IsEmpty() && !turn_wanted_.load()) return true;
""",
        by = "  asleep_.store(static_cast<std::uint32_t>(bed));\n  return true;\n",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_05_inline_on_the_reactors_thread",
        rule = "RT_05_OnTheReactorThreadACallIsNotRunInline",
        source = _REACTOR,
        replace = "  return parts_->loop.calls().Post(std::move(task));",
        by = "  if (IsInIOThread()) { task.Run(); return Submission::Accepted(); }" +
             "  return parts_->loop.calls().Post(std::move(task));",
        message = "outer",
    )
    mutant(
        name = "rt_08_an_exception_skips_the_rest",
        rule = "RT_08_ACallThatThrowsIsLoggedAndTheRestGoesOn",
        source = _CALLS,
        replace = RUN_ALL,
        by = """  try {
    while (Task* const call = inbox_.Front(end)) {
      const Popper popper{inbox_};
      call->Invoke();
    }
  } catch (...) {
    LogException("a call threw", std::current_exception());
    while (inbox_.Front(end) != nullptr) inbox_.PopFront();
  }
""",
        includes = ["reference/log.h"],
        message = "what ran beside a call that throws",
    )
    mutant(
        name = "rt_10_bounded_queue",
        rule = "RT_10_AHundredThousandCallsQueueUpWhileTheReactorIsBlocked",
        source = _CALLS,
        replace = "  if (!inbox_.Put(std::move(call))) {\n",
        by = "  static std::atomic<int> calls = 0;\n" +
             "  if (calls++ >= 65536) return Submission::Refused(Refusal::kReactorStopped);\n" +
             "  if (!inbox_.Put(std::move(call))) {\n",
        message = "calls were refused",
    )
    mutant(
        name = "rt_12_context_carried_unasked",
        rule = "RT_12_NoContextIsCarriedAcrossUnlessAskedFor",
        source = _REACTOR,
        replace = "  return parts_->loop.calls().Post(std::move(task));",
        by = "  return parts_->loop.calls().Post(" +
             "[context = Context::Current(), task = std::move(task)]() mutable {" +
             "  ScopedContext scope(context); task.Invoke(); });",
        includes = ["reference/context.h"],
        message = "the context was carried without being asked for",
    )
    mutant(
        name = "rt_13_destroyed_under_the_lock",
        rule = "RT_13_CapturesAreDestroyedOnTheReactorThreadWithoutALock",
        source = _CALLS,
        replace = """Submission ThreadCallQueue::Post(Task&& call) {
  if (!inbox_.Put(std::move(call))) {
    return Submission::Refused(Refusal::kReactorStopped);
  }
  Wake();
  return Submission::Accepted();
}

void ThreadCallQueue::RunBatch() {
""",
        by = """std::mutex batch_mutex;

Submission ThreadCallQueue::Post(Task&& call) {
  const std::lock_guard lock(batch_mutex);
  if (!inbox_.Put(std::move(call))) {
    return Submission::Refused(Refusal::kReactorStopped);
  }
  Wake();
  return Submission::Accepted();
}

void ThreadCallQueue::RunBatch() {
  const std::lock_guard lock(batch_mutex);
""",
        includes = ["mutex"],
        dies = True,
        message = "waited in vain for the call that a destructor made",
    )

def _turns():
    drain_until_empty = RUN_ALL.replace("(end)", "(inbox_.End())") + "  static_cast<void>(end);\n"
    mutant(
        name = "rt_06_drains_until_empty",
        rule = "RT_06_ACallMadeDuringABatchWaitsForTimersAndDescriptors",
        source = _CALLS,
        replace = RUN_ALL,
        by = drain_until_empty,
        message = "the order of the turns",
    )
    mutant(
        name = "rt_07_calls_starve_timers",
        rule = "RT_07_ACallThatResubmitsItselfLeavesTimersAndDescriptorsTheirTurn",
        also = ["RT_07_ATimerComesInTimeBesideACallThatResubmitsItself"],
        source = _CALLS,
        replace = RUN_ALL,
        by = drain_until_empty,
        dies = True,
        message = "turns that a due timer had to wait",
    )
    mutant(
        name = "rt_07_timers_starve_calls",
        rule = "RT_07_AStormOfTimersLeavesThreadCallsTheirTurn",
        source = _TIMERS,
        replace = "if (heap_.first_due() > now || heap_.first_order() >= first_new) break;",
        by = "if (heap_.first_due() > clock_.Now()) break;",
        message = "timers that the call had to wait for",
    )
    mutant(
        name = "rt_09_timers_first",
        rule = "RT_09_CallsPrecedeTimersAndWhatATimerSetsWaitsForTheNextTurn",
        source = _LOOP,
        replace = "  calls_.RunBatch();\n  timers_.RunDue();",
        by = "  timers_.RunDue();\n  calls_.RunBatch();",
        message = "the order of the turns",
    )
    mutant(
        name = "rt_09_new_timers_merged_while_timers_run",
        rule = "RT_09_CallsPrecedeTimersAndWhatATimerSetsWaitsForTheNextTurn",
        source = _TIMERS,
        replace = "if (heap_.first_due() > now || heap_.first_order() >= first_new) break;",
        by = "if (heap_.first_due() > clock_.Now()) break;",
        message = "the order of the turns",
    )
    mutant(
        name = "rt_15_a_wake_is_taken_for_a_call",
        rule = "RT_15_WakingWithoutACallIsHarmless",
        source = _CALLS,
        replace = "  turn_wanted_.store(true);\n",
        by = "  static_cast<void>(Post([] { throw std::logic_error(\"no call is there\"); }));\n" +
             "  turn_wanted_.store(true);\n",
        includes = ["stdexcept"],
        message = "waking was logged",
    )
    mutant(
        name = "rt_16_nested_iteration",
        rule = "RT_16_IteratingInsideAnIterationThrowsToo",
        also = ["RT_16_IteratingInsideACallThrowsAndRunsNothing"],
        source = _REACTOR,
        replace = "    throw ReactorAlreadyRunning(\"Reactor::Iterate: called inside an iteration\");",
        # Not the calls too: the one that runs would be run again, empty.
        by = "    loop.Poll(loop.clock().Now());\n    return;",
        message = "ReactorAlreadyRunning",
    )

def _stopping():
    mutant(
        name = "rt_14_sigterm_forgotten",
        rule = "RT_14_SigintAndSigtermStopTheReactor",
        source = _PARTS,
        replace = "  static_cast<void>(life.Stop());  // it may",
        by = "  if (counts.interrupts > 0) static_cast<void>(life.Stop());  // it may",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_14_a_signal_does_not_wake",
        rule = "RT_14_ASignalThatComesBeforeTheReactorSleepsIsNotLost",
        source = _SIGNALS,
        replace = "      subscriber->calls.load()->WakeUp();\n",
        by = "",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_14_a_signal_is_noted_and_wakes_nobody",
        rule = "RT_14_ASignalOnAnotherThreadWakesTheReactor",
        source = _CALLS,
        replace = "  turn_wanted_.store(true);\n  Wake();\n",
        by = "  turn_wanted_.store(true);\n",
        # Nor does Crash().
        dies = True,
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_14_the_handler_takes_the_mutex",
        rule = "RT_14_ASignalInTheMiddleOfQueuingACallDoesNotDeadlock",
        source = _REACTOR,
        replace = "  return parts_->loop.calls().Post(std::move(task));\n",
        by = """
  static std::mutex mutex;
  static Reactor* running;
  running = this;
  std::signal(SIGTERM, [](int) {
    std::lock_guard lock(mutex);
    running->Stop();
  });
  std::lock_guard lock(mutex);
  return parts_->loop.calls().Post(std::move(task));
""",
        includes = ["csignal", "mutex"],
        dies = True,
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_17_due_timers_abandoned",
        rule = "RT_17_AfterStopTheBatchAndItsTimersRunThenShutdownFires",
        source = _PARTS,
        replace = "    loop.RunUntilCurrent();\n",
        by = "    loop.calls().RunBatch(); if (!life.stopping()) loop.timers().RunDue();\n",
        message = "the order of the end",
    )
    mutant(
        name = "rt_17_no_pass_after_a_before_trigger",
        rule = "RT_17_LaterCallsRunWhileABeforeShutdownTriggerKeepsTheLoopAlive",
        source = _PARTS,
        replace = "    loop.RunUntilCurrent();\n",
        by = "    if (!life.stopping()) loop.RunUntilCurrent();\n",
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_17_leftovers_forgotten",
        rule = "RT_17_ACallThatResubmitsItselfDoesNotKeepTheReactorFromStopping",
        source = _PARTS,
        replace = "    call.Refuse(Refusal::kReactorStopped);\n",
        by = "",
        message = "its last submission vanished unseen",
    )
    mutant(
        name = "rt_17_last_pass_until_empty",
        rule = "RT_17_ACallThatResubmitsItselfDoesNotKeepTheReactorFromStopping",
        source = _PARTS,
        replace = "  if (shutdown_.state() == EventFiring::State::kOver) {\n    loop.calls().RunBatch();",
        by = "  if (shutdown_.state() == EventFiring::State::kOver) {\n" +
             "    for (;;) loop.calls().RunBatch();",
        dies = True,
        message = "waited in vain for Run() to return",
    )
    mutant(
        name = "rt_18_silent_accept",
        rule = "RT_18_ACallAfterRunIsRefused",
        source = _CALLS,
        replace = "  inbox_.Close();\n",
        by = "",
        message = "a call that will never run was accepted",
    )

def _pool():
    mutant(
        name = "rt_19_run_on_the_calling_thread",
        rule = "RT_19_CallInThreadRunsOnAPoolThreadNotOnTheReactors",
        source = "//reference:reference_thread_pool.cc",
        replace = "  bool wake = false;",
        by = "  if (State() == PoolState::kRunning) { task.Run(); return Submission::Accepted(); }" +
             "  bool wake = false;",
        message = "on the caller's",
    )
    mutant(
        name = "rt_20_started_on_first_use",
        rule = "RT_20_CallInThreadIsHeldUntilStartupIsComplete",
        source = _POOL,
        replace = "const bool start = open_;",
        by = "const bool start = true;",
        message = "the pool was started on first use",
    )
    mutant(
        name = "rt_21_started_on_first_use",
        rule = "RT_21_WithoutRunNoTaskRunsAndNoPoolThreadExists",
        source = _POOL,
        replace = "const bool start = open_;",
        by = "const bool start = true;",
        message = "Which is: running",
    )
    mutant(
        name = "rt_22_a_new_pool_per_call",
        rule = "RT_22_ThePoolIsMadeOnFirstUseOnce",
        source = _POOL,
        replace = "  while (!pool_ && !closed_) Make(lock);",
        by = "  pool_.reset(); while (!pool_ && !closed_) Make(lock);",
        message = "pools were made",
    )
    mutant(
        name = "rt_22_not_started_while_running",
        rule = "RT_22_APoolMadeWhileTheReactorRunsIsStartedAtOnce",
        source = _POOL,
        replace = "if (start) pool->Start();",
        by = "",
        message = "Which is: new",
    )
    mutant(
        name = "rt_23_zero_to_ten",
        rule = "RT_23_TheReactorsPoolIsFiveToTenUnlessSaidOtherwise",
        also = ["RT_23_TheStartedPoolHasFiveWorkers"],
        source = _PARTS,
        replace = ".size = options.pool_size,",
        by = ".size = {.min = 0, .max = options.pool_size.max},",
        message = "Which is: 0..10",
    )
    mutant(
        name = "rt_23_five_to_twenty",
        rule = "RT_23_TheReactorsPoolIsFiveToTenUnlessSaidOtherwise",
        source = _PARTS,
        replace = ".size = options.pool_size,",
        by = ".size = PoolSize(),",
        message = "Which is: 5..20",
    )
    mutant(
        name = "rt_24_four_refused",
        rule = "RT_24_SuggestedSizesSetTheMaximumBeforeAndDuringRun",
        source = _POOL,
        replace = "return {.min = std::min(configured.min, max), .max = max};",
        by = "return {.min = std::nullopt, .max = max};",
        message = "min 5 is above max 4",
    )
    mutant(
        name = "rt_24_four_clamped_to_five",
        rule = "RT_24_SuggestedSizesSetTheMaximumBeforeAndDuringRun",
        also = ["RT_24_ASuggestedSizeIsThatOfThePoolThatItMakes"],
        source = _POOL,
        replace = "return {.min = std::min(configured.min, max), .max = max};",
        by = "return {.min = configured.min, .max = std::max(configured.min, max)};",
        message = "after SuggestThreadPoolSize(4)",
    )
    mutant(
        name = "rt_24_minimum_not_restored",
        rule = "RT_24_SuggestedSizesSetTheMaximumBeforeAndDuringRun",
        source = _POOL,
        replace = "SizeFor(options_.size, size)",
        by = "SizeFor(pool->Size(), size)",
        message = "after SuggestThreadPoolSize(30)",
    )
    mutant(
        name = "rt_31_only_on_the_reactors_thread",
        rule = "RT_31_CallInThreadMayBeCalledOnAnyThread",
        source = _REACTOR,
        replace = "  return parts_->pool.FindPool(pool);",
        by = "  parts_->loop.thread().Require(\"Reactor::CallInThread\");" +
             "  return parts_->pool.FindPool(pool);",
        message = "Reactor::CallInThread: called on thread",
    )
    mutant(
        name = "rt_33_the_thread_that_asked_first",
        rule = "RT_33_OnlyTheThreadInRunIsTheReactors",
        also = ["RT_33_EachReactorKnowsItsOwnThread"],
        source = _THREAD,
        replace = "  return inside_.load(std::memory_order_relaxed) == CurrentThread();",
        by = "  static const void* const first = CurrentThread();" +
             "  return first == CurrentThread();",
        message = "the thread that made the reactor took itself for the one that runs",
    )

def _pool_end():
    mutant(
        name = "rt_25_workers_left_alive",
        rule = "RT_25_RunReturnsAfterThePoolHasDrainedAndEnded",
        source = _POOL,
        replace = "  pool->Stop();\n",
        by = "  pool->RequestStop();\n",
        message = "not stopped by the after phase",
    )
    mutant(
        name = "rt_26_the_pool_is_kept",
        rule = "RT_26_TheReactorDropsAPoolMadeBeforeRun",
        also = ["RT_26_TheReactorDropsAPoolMadeDuringRun"],
        source = _POOL,
        replace = "    pool = std::move(pool_);\n    start",
        by = "    pool = pool_;\n    start",
        message = "something still holds the pool",
    )
    mutant(
        name = "rt_27_stopped_in_the_before_phase",
        rule = "RT_27_BeforeShutdownTriggersCanUseThePoolAndGetResults",
        source = _POOL,
        replace = "events_.Add(SystemEvent::kShutdown, Phase::kDuring,",
        by = "events_.Add(SystemEvent::kShutdown, Phase::kBefore,",
        message = "two results, and 3 for the during phase",
    )
    mutant(
        name = "rt_27_stopped_before_all_during_triggers",
        rule = "RT_27_DuringTriggersOlderThanThePoolFindItAliveLaterOnesStopped",
        source = _PARTS,
        replace = "    blocking_calls.Close();\n  }\n  //",
        by = "    blocking_calls.Close(); pool.Stop();\n  }\n  //",
        message = "found",
    )
    mutant(
        name = "rt_28_late_results_forgotten",
        rule = "RT_28_AResultThatCannotComeInTimeFailsWithReactorStopped",
        source = _PARTS,
        replace = "  deferred_results.Close();\n",
        by = "",
        message = "what the Deferred fired with",
    )
    mutant(
        name = "rt_28_results_of_the_drain_lost",
        rule = "RT_28_ResultsOfTasksThatEndDuringTheDrainAreDeliveredOrFail",
        also = ["RT_17_LeftoversAreRunOrGivenBackNeverForgotten"],
        source = _PARTS,
        replace = "  if (!life.ended()) {  // it may run again\n",
        by = "  if (life.ended()) return;\n  if (!life.ended()) {\n",
        message = "of 20 Deferreds 0 got a value",
    )
    mutant(
        name = "rt_29_a_fresh_dead_pool",
        rule = "RT_29_CallInThreadIsRefusedOnceThePoolHasBeenStopped",
        source = _POOL,
        replace = "  while (!pool_ && !closed_) Make(lock);",
        by = "  if (closed_) { closed_ = false; open_ = false; }" +
             "  while (!pool_ && !closed_) Make(lock);",
        message = "phases in which work was accepted that will never run",
    )
    mutant(
        name = "rt_30_every_pool_is_stopped",
        rule = "RT_30_PoolsTheUserMadeAreLeftAlone",
        source = "//reference:thread_call.cc",
        replace = "  AnswerList& owed = reactor_.deferred_results();\n",
        by = """
  AnswerList& owed = reactor_.deferred_results();
  if (pool != nullptr) {
    reactor_.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                   [pool] { pool->Stop(); });
  }
""",
        message = "Which is: stopped",
    )
    mutant(
        name = "rt_32_crash_joins_the_pool",
        rule = "RT_32_CrashLeavesThePoolRunningForTheNextRun",
        source = _PARTS,
        replace = "    pool.Hold();\n",
        by = "    pool.Stop();\n",
        message = "after the crash",
    )
