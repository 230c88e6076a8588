"""Faults in the reactor's life, by clause.

Each stands for a reactor that breaks the clause in the way CONTRACT.md names.
"""

load(":defs.bzl", "mutant")

_PARTS = "//reference:reactor_parts.cc"
_REACTOR = "//reference:reactor.cc"
_LIFE = "//reference:reactor_life.cc"
_EVENTS = "//reference:system_events.cc"
_FIRING = "//reference:event_firing.cc"
_SIGNALS = "//reference:signals.cc"

_NEVER_RETURNS = "waited in vain for Run() to return"

def lifecycle_mutants():
    """Defines the mutants of RL-01 to RL-22."""
    _runs()
    _triggers()
    _turns()
    _with_a_pool()
    _signals()

def _runs():
    mutant(
        name = "rl_01_nested_loop",
        chapter = "lifecycle",
        rule = "RL_01_RunWhileRunningThrowsAndLeavesTheLoopAlone",
        source = _REACTOR,
        replace = "  if (!inside) parts_->life.ThrowBusy(\"Reactor::Run\");\n",
        by = """
  if (!inside) {
    static int depth = 0;
    if (++depth == 1) {
      parts_->loop.RunUntilCurrent();
      parts_->loop.Poll(parts_->loop.clock().Now());
    }
    --depth;
    return;
  }
""",
        message = "the running loop was disturbed",
    )
    mutant(
        name = "rl_02_a_second_stop_accepted",
        chapter = "lifecycle",
        rule = "RL_02_ASecondQueuedStopIsLoggedAndHarmless",
        source = _PARTS,
        replace = "  if (!life.Stop()) {\n",
        by = "  if (!life.Stop() && !life.stopping()) {\n",
        message = "records of the second stop",
    )
    mutant(
        name = "rl_02_a_second_stop_fires_shutdown_again",
        chapter = "lifecycle",
        rule = "RL_02_ASecondStopThrowsAndChangesNothing",
        source = _PARTS,
        replace = "  if (!life.Stop()) {\n",
        by = "  if (!life.Stop()) {\n    if (life.stopping()) shutdown_.Begin();\n",
        message = "shutdown did not take its one course",
    )
    mutant(
        name = "rl_03_a_dead_loop",
        chapter = "lifecycle",
        rule = "RL_03_RunAfterAStopThrows",
        source = _REACTOR,
        replace = "  parts_->life.Start();\n",
        by = "  if (parts_->life.ended()) return;\n  parts_->life.Start();\n",
        message = "it throws nothing",
    )
    mutant(
        name = "rl_03_ended_too_late",
        chapter = "lifecycle",
        rule = "RL_03_RunFromLateShutdownTriggersThrows",
        source = _LIFE,
        replace = "  if (ended()) {\n    throw ReactorNotRestartable(",
        by = "  if (state() == State::kStopped) {\n    throw ReactorNotRestartable(",
        message = "ReactorNotRestartable",
    )
    mutant(
        name = "rl_04_triggers_inside_stop",
        chapter = "lifecycle",
        rule = "RL_04_StopReturnsAtOnceAndShutdownFollowsTheTimers",
        source = _PARTS,
        replace = "  loop.calls().WakeUp();\n}\n\nvoid Reactor::Parts::Crash",
        by = "  AdvanceShutdown();\n  loop.calls().WakeUp();\n}\n\nvoid Reactor::Parts::Crash",
        message = "the order of the stop",
    )
    mutant(
        name = "rl_05_a_flag_without_a_wake",
        chapter = "lifecycle",
        rule = "RL_05_StopOnAnotherThreadTakesEffectWithoutAnotherEvent",
        source = _PARTS,
        replace = "  loop.calls().WakeUp();\n}\n\nvoid Reactor::Parts::Crash",
        by = "}\n\nvoid Reactor::Parts::Crash",
        message = _NEVER_RETURNS,
    )
    mutant(
        name = "rl_15_crash_fires_shutdown",
        chapter = "lifecycle",
        rule = "RL_15_CrashEndsTheLoopWithoutShutdownAndItMayRunAgain",
        source = _PARTS,
        replace = "  if (!life.ended()) {  // it may run again\n",
        by = "  if (!life.ended()) {\n    shutdown_.Begin();\n" +
             "    if (shutdown_.RunBefore()) shutdown_.RunRest();\n",
        message = "the run that crashed",
    )
    mutant(
        name = "rl_15_crash_is_for_ever",
        chapter = "lifecycle",
        rule = "RL_15_CrashEndsTheLoopWithoutShutdownAndItMayRunAgain",
        source = _LIFE,
        replace = "  if (Move(State::kCrashing, State::kNew)) return true;\n",
        by = "  if (Move(State::kCrashing, State::kStopped)) return false;\n",
        message = "it will not run again",
    )
    mutant(
        name = "rl_15_crash_does_not_wake",
        chapter = "lifecycle",
        rule = "RL_15_CrashOnAnotherThreadEndsASleepingLoop",
        source = _PARTS,
        replace = "  if (life.Crash()) loop.calls().WakeUp();\n",
        by = "  static_cast<void>(life.Crash());\n",
        # Not even the rule can then end it.
        dies = True,
        message = _NEVER_RETURNS,
    )
    mutant(
        name = "rl_19_all_timers_fire_at_shutdown",
        chapter = "lifecycle",
        rule = "RL_19_TimersThatAreNotDueAtTheStopNeverFire",
        source = _PARTS,
        replace = "  if (phase == Phase::kDuring) {\n",
        by = """
  if (phase == Phase::kDuring) {
    for (DelayedCall timer : loop.timers().Pending()) timer.Reset(Seconds(0));
    loop.timers().RunDue();
""",
        message = "timers fired at shutdown",
    )

# The loop over a phase's triggers, and a copy of it made beforehand.
_TRIGGERS = """  while (std::optional<SystemTrigger> trigger = events_.Take(event_, phase)) {
    RunTrigger(phase, *std::move(trigger));
  }
"""
_COPIED_TRIGGERS = """
  std::vector<SystemTrigger> triggers;
  while (std::optional<SystemTrigger> trigger = events_.Take(event_, phase)) {
    triggers.push_back(*std::move(trigger));
  }
  for (SystemTrigger& trigger : triggers) RunTrigger(phase, std::move(trigger));
"""

def _triggers():
    mutant(
        name = "rl_06_during_precedes_before",
        chapter = "lifecycle",
        rule = "RL_06_PhasesComeInOrderAndTriggersAsRegistered",
        source = _FIRING,
        replace = "  StopWaiting();\n  on_phase_(Phase::kBefore);\n",
        by = "  StopWaiting();\n  RunTriggers(Phase::kDuring);\n  on_phase_(Phase::kBefore);\n",
        message = "the order of the triggers",
    )
    mutant(
        name = "rl_06_reverse_order",
        chapter = "lifecycle",
        rule = "RL_06_PhasesComeInOrderAndTriggersAsRegistered",
        also = ["RL_13_CallWhenRunningWaitsForAfterStartupInTheOrderOfTheCalls"],
        source = _EVENTS,
        replace = "entries.splice(entries.end(), added);",
        by = "entries.splice(entries.begin(), added);",
        message = "the order of the triggers",
    )
    mutant(
        name = "rl_07_a_failure_aborts_shutdown",
        chapter = "lifecycle",
        rule = "RL_07_ADeferredThatFailsDoesNotCancelTheEventAndItsErrorSurfaces",
        source = _FIRING,
        replace = "      --*count;\n",
        by = "      if (outcome.ok()) --*count;\n",
        message = _NEVER_RETURNS,
    )
    mutant(
        name = "rl_07_a_failure_is_swallowed",
        chapter = "lifecycle",
        rule = "RL_07_ADeferredThatFailsDoesNotCancelTheEventAndItsErrorSurfaces",
        source = _FIRING,
        replace = "      return outcome;\n",
        by = "      return Outcome<void>();\n",
        message = "times the failure surfaced as unhandled",
    )
    mutant(
        name = "rl_07_the_first_deferred_is_enough",
        chapter = "lifecycle",
        rule = "RL_07_DuringStartsWhenEveryDeferredOfBeforeHasFired",
        source = _FIRING,
        replace = "      --*count;\n",
        by = "      *count = 0;\n",
        message = "the order of the event",
    )
    mutant(
        name = "rl_08_the_rest_of_the_phase_is_skipped",
        chapter = "lifecycle",
        rule = "RL_08_ATriggerThatThrowsIsLoggedAndTheOthersRun",
        source = _FIRING,
        replace = "    LogException(\"a system event trigger threw\", std::current_exception());\n",
        by = "    LogException(\"a system event trigger threw\", std::current_exception());\n" +
             "    while (events_.Take(event_, phase)) {}\n",
        message = "what ran beside triggers that throw",
    )
    mutant(
        name = "rl_09_shutdown_hangs_on_it",
        chapter = "lifecycle",
        rule = "RL_09_NoDeferredOfADuringOrAfterTriggerIsAwaited",
        source = _FIRING,
        replace = "    if (!awaited || phase != Phase::kBefore) return;\n",
        by = """
    if (!awaited) return;
    if (phase != Phase::kBefore) {
      bool fired = false;
      awaited->AddBoth([&](Outcome<void> outcome) {
        fired = true;
        return outcome;
      });
      while (!fired) std::this_thread::yield();
      return;
    }
""",
        includes = ["thread"],
        dies = True,
        message = _NEVER_RETURNS,
    )
    mutant(
        name = "rl_10_removal_misses_a_firing_event",
        chapter = "lifecycle",
        rule = "RL_10_ATriggerCanBeRemovedOnceAlsoWhileItsEventFires",
        source = _FIRING,
        replace = _TRIGGERS,
        by = _COPIED_TRIGGERS,
        includes = ["vector"],
        message = "the triggers that ran beside a removal",
    )
    mutant(
        name = "rl_10_removed_twice",
        chapter = "lifecycle",
        rule = "RL_10_ATriggerCanBeRemovedOnceAlsoWhileItsEventFires",
        source = _REACTOR,
        replace = "  if (parts_->events.Remove(trigger)) return;\n",
        by = "  static_cast<void>(parts_->events.Remove(trigger));\n  return;\n",
        message = "removed twice",
    )
    mutant(
        name = "rl_10_an_unknown_phase_accepted",
        chapter = "lifecycle",
        rule = "RL_10_ABadHandleAndAnUnknownPhaseAreErrors",
        source = _EVENTS,
        replace = "  if (event > SystemEvent::kShutdown || phase > Phase::kAfter) {\n",
        by = "  if (event > SystemEvent::kShutdown) {\n",
        message = "an unknown phase",
    )
    mutant(
        name = "rl_10_another_reactors_handle_accepted",
        chapter = "lifecycle",
        rule = "RL_10_AHandleOfAnotherReactorIsAnError",
        source = _EVENTS,
        replace = "  const TriggerId id(++last_number);\n",
        by = "  const TriggerId id(entries_[PlaceOf(event, phase)].size() + 1);\n",
        message = "the other's handle was taken for one of mine",
    )
    mutant(
        name = "rl_11_those_that_are_there_at_first",
        chapter = "lifecycle",
        rule = "RL_11_ATriggerAddedWhileItsEventFiresRunsUnlessItsPhaseIsOver",
        source = _FIRING,
        replace = _TRIGGERS,
        by = _COPIED_TRIGGERS,
        includes = ["vector"],
        message = "the triggers that ran",
    )

def _turns():
    mutant(
        name = "rl_12_false_as_soon_as_stopped",
        chapter = "lifecycle",
        rule = "RL_12_RunningIsTrueFromDuringStartupThroughBeforeShutdown",
        source = _LIFE,
        replace = "bool ReactorLife::Stop() { return",
        by = "bool ReactorLife::Stop() { running_.store(false); return",
        message = "where running() is true",
    )
    mutant(
        name = "rl_12_true_as_soon_as_run",
        chapter = "lifecycle",
        rule = "RL_12_RunningIsTrueFromDuringStartupThroughBeforeShutdown",
        source = _PARTS,
        replace = "  startup_.Begin();\n",
        by = "  life.SetRunning();\n  startup_.Begin();\n",
        message = "where running() is true",
    )
    mutant(
        name = "rl_13_always_queued",
        chapter = "lifecycle",
        rule = "RL_13_CallWhenRunningCallsAtOnceWhenRunning",
        source = _REACTOR,
        replace = "    task.Invoke();\n    return;\n",
        by = "    static_cast<void>(parts_->loop.calls().Post(std::move(task)));\n    return;\n",
        message = "it was not called at once",
    )
    mutant(
        name = "rl_14_run_blocks_without_turning",
        chapter = "lifecycle",
        rule = "RL_14_ABeforeStartupTriggerHoldsStartupOpenWhileTheLoopTurns",
        source = _PARTS,
        replace = "  startup_.Begin();\n  if (startup_.RunBefore()) startup_.RunRest();\n",
        by = """
  startup_.Begin();
  while (!startup_.RunBefore() && life.turning()) std::this_thread::yield();
  if (life.turning()) startup_.RunRest();
""",
        includes = ["thread"],
        message = _NEVER_RETURNS,
    )
    mutant(
        name = "rl_17_shutdown_precedes_due_timers",
        chapter = "lifecycle",
        rule = "RL_17_AnIterationTakesItsStepsInOrder",
        source = _PARTS,
        replace = "    loop.RunUntilCurrent();\n    TakeSignals();\n    AdvanceEvents();\n",
        by = "    loop.calls().RunBatch();\n    AdvanceEvents();\n    loop.timers().RunDue();\n",
        message = "the order of an iteration",
    )
    mutant(
        name = "rl_22_blocks_for_the_next_timer",
        chapter = "lifecycle",
        rule = "RL_22_IterateDoesOneIterationAndDoesNotWaitForTheNextTimer",
        also = ["RL_22_IterateReturnsWhenSomethingHappensBeforeItsDelayIsOver"],
        source = _REACTOR,
        replace = "  loop.Poll(TimeAfter(loop.clock().Now(), delay));\n",
        by = "  loop.Poll(std::nullopt);\n",
        message = "waited in vain for Iterate() to return",
    )
    mutant(
        name = "bt_26_nested_iteration",
        chapter = "lifecycle",
        rule = "BT_26_IteratingOrRunningInsideAnIterationIsAnError",
        source = _REACTOR,
        replace = "    throw ReactorAlreadyRunning(\"Reactor::Iterate: called inside an iteration\");",
        by = "",
        message = "it throws nothing",
    )

def _with_a_pool():
    mutant(
        name = "rl_16_deadlock",
        chapter = "reactor",
        rule = "RL_16_AShutdownThatWaitsForEverLeavesTheReactorFullyAlive",
        source = _PARTS,
        replace = "  bool ready = shutdown_.RunBefore();\n",
        by = """
  bool ready = false;
  while (!(ready = shutdown_.RunBefore()) && life.stopping()) {
    std::this_thread::yield();
  }
""",
        includes = ["thread"],
        message = _NEVER_RETURNS,
    )
    mutant(
        name = "rl_18_the_loop_is_never_entered",
        chapter = "reactor",
        rule = "RL_18_StopDuringStartupStillRunsTheFirstIterationAndAcceptedTasks",
        source = _PARTS,
        replace = "  while (life.turning()) {\n",
        by = "  if (life.stopping()) AdvanceShutdown();\n  while (life.turning()) {\n",
        message = "the order of a run stopped at its start",
    )

def _signals():
    mutant(
        name = "rl_20_sigint_taken_from_the_user",
        chapter = "lifecycle",
        rule = "RL_20_SigintIsTakenOnlyFromTheDefaultHandler",
        source = _SIGNALS,
        replace = "          if (HasDefaultHandler(SIGINT))\n",
        by = "",
        message = "times the user's handler was called",
    )
    mutant(
        name = "rl_20_never_given_back",
        chapter = "lifecycle",
        rule = "RL_20_HandlersAreThereWhileItRunsAndGivenBackAfterwards",
        source = _SIGNALS,
        replace = "    if (now.sa_handler == handler_) sigaction(signal_, &former_, nullptr);\n",
        by = "",
        message = "handler was not given back",
    )
    mutant(
        name = "rl_20_installed_unasked",
        chapter = "lifecycle",
        rule = "RL_20_HandlersAreNotInstalledUnlessWanted",
        source = _PARTS,
        replace = "  if (!install_signal_handlers) return;\n",
        by = "",
        message = "times the user's handler was called",
    )
    mutant(
        name = "rl_20_an_abrupt_end",
        chapter = "lifecycle",
        rule = "RL_20_SigintAndSigtermShutDownGracefully",
        source = _PARTS,
        replace = "  static_cast<void>(life.Stop());  // it may be stopping already\n",
        by = "  Crash();\n",
        message = "phases of the shutdown",
    )
    mutant(
        name = "rl_21_one_loop_in_the_process",
        chapter = "lifecycle",
        rule = "RL_21_SeveralReactorsRunAtOnceEachOnItsThread",
        also = ["RL_21_TwoReactorsTakeTurnsOnOneThread"],
        source = "//reference:loop_thread.cc",
        replace = "  if (inside_.load() != nullptr) return false;\n",
        by = "  static LoopThread* const only = this;\n" +
             "  if (only != this || inside_.load() != nullptr) return false;\n",
        message = "Run() threw",
    )
    mutant(
        name = "rl_21_one_slot_for_the_thread",
        chapter = "lifecycle",
        rule = "RL_21_SeveralReactorsRunAtOnceEachOnItsThread",
        source = "//reference:loop_thread.cc",
        replace = "bool LoopThread::IsCurrent() const {\n",
        by = "bool LoopThread::IsCurrent() const {\n" +
             "  static const void* slot = nullptr;\n" +
             "  if (slot == nullptr) slot = CurrentThread();\n" +
             "  return slot == CurrentThread();\n",
        message = "calls on a wrong thread",
    )
