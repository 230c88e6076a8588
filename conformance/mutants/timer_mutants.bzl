"""Faults in the reactor's timers, by clause.

Each stands for a reactor that breaks the clause in the way CONTRACT.md names.
"""

load(":defs.bzl", "mutant")

_TIMERS = "//reference:timer_queue.cc"
_HEAP = "//reference:timer_heap.cc"
_LOOP = "//reference:event_loop.cc"
_PARTS = "//reference:reactor_parts.cc"
_CALLS = "//reference:thread_call_queue.cc"
_TEST_CLOCK = "//reference:test_clock.cc"

# The phase, and how one timer is called in it.
_IS_DUE = "if (heap_.first_due() > now || heap_.first_order() >= first_new) break;"
_PHASE = """  while (!heap_.empty()) {
    if (heap_.first_due() > now || heap_.first_order() >= first_new) break;
    const TimerHandle timer = TakeFirst();
    timer->state = TimerState::kCalled;
    timer->task.Run();
  }
"""
_CALL = """    timer->state = TimerState::kCalled;
    timer->task.Run();
"""
_ORDER = """return a.due != b.due ? a.due < b.due
                        : slots_[a.slot].order < slots_[b.slot].order;"""

def timer_mutants():
    """Defines the mutants of RL-23 to RL-36, BT-22, BT-24 and BT-25."""
    _firing()
    _handles()
    _clocks()
    _costs()
    _test_clock()

def _firing():
    mutant(
        name = "rl_23_timeout_rounded_down",
        chapter = "timer",
        rule = "RL_23_WaitingForATimerIsNotSpinning",
        source = _LOOP,
        replace = "std::chrono::ceil<milliseconds>(*until - now)",
        by = "std::chrono::floor<milliseconds>(*until - now)",
        message = "readings of the clock while it waited",
    )
    mutant(
        name = "rl_23_deadline_rounded_down",
        chapter = "timer",
        rule = "RL_23_WaitingForATimerIsNotSpinning",
        source = _LOOP,
        replace = "  return std::chrono::steady_clock::now() + wait;\n",
        by = "  return std::chrono::steady_clock::now() +\n" +
             "         std::chrono::floor<std::chrono::seconds>(wait);\n",
        message = "readings of the clock while it waited",
    )
    mutant(
        name = "rl_23_early",
        chapter = "timer",
        rule = "RL_23_ATimerIsNeverEarlyByTheReactorsClock",
        also = ["RL_23_ATimerIsNeverEarlyByRealTime"],
        source = _TIMERS,
        replace = _IS_DUE,
        by = "if (heap_.first_due() > now + std::chrono::milliseconds(1) || heap_.first_order() >= first_new) break;",
        message = "a timer was early",
    )
    mutant(
        name = "rl_23_nan_accepted",
        chapter = "timer",
        rule = "RL_23_BadDelaysAreRefusedAndInfinityIsNever",
        also = ["RL_28_BadDelaysAreRefusedAndChangeNothing"],
        source = _TIMERS,
        replace = "std::isnan(delay.count()) || ",
        by = "",
        message = "it throws nothing",
    )
    mutant(
        name = "rl_24_a_heap_by_time_alone",
        chapter = "timer",
        rule = "RL_24_TimersFireByDueTimeAndEqualOnesAsSubmitted",
        source = _HEAP,
        replace = _ORDER,
        by = "return a.due < b.due;",
        message = "pairs of delay and number",
    )
    mutant(
        name = "rl_25_the_clock_is_read_again",
        chapter = "timer",
        rule = "RL_25_TheClockIsReadOnceATimerPhase",
        source = _TIMERS,
        replace = _IS_DUE,
        by = "if (heap_.first_due() > clock_.Now() || heap_.first_order() >= first_new) break;",
        message = "what ran in one timer phase",
    )
    mutant(
        name = "rl_26_collected_first",
        chapter = "timer",
        rule = "RL_26_ACancelledTimerNeverFires",
        also = ["RL_26_OfManyThatAreDueThoseThatTheFirstCancelsNeverFire"],
        source = _TIMERS,
        replace = _PHASE,
        by = """
  std::vector<Task> due;
  while (!heap_.empty()) {
    if (heap_.first_due() > now || heap_.first_order() >= first_new) break;
    const TimerHandle timer = TakeFirst();
    timer->state = TimerState::kCancelled;
    due.push_back(std::move(timer->task));
  }
  for (Task& task : due) task.Run();
""",
        message = "a cancelled timer fired",
    )
    mutant(
        name = "rl_29_the_phase_is_aborted",
        chapter = "timer",
        rule = "RL_29_ATimerThatThrowsIsLoggedAndTheOthersRun",
        source = _TIMERS,
        replace = _CALL,
        by = """
    timer->state = TimerState::kCalled;
    try {
      timer->task.Invoke();
    } catch (...) {
      LogException("a timer threw", std::current_exception());
      return;
    }
""",
        includes = ["reference/log.h"],
        message = "what ran in the phase of timers that throw",
    )

def _handles():
    mutant(
        name = "rl_27_called_after_the_function",
        chapter = "timer",
        rule = "RL_27_ATimerCountsAsCalledWhileItRunsAndWhenItThrows",
        source = _TIMERS,
        replace = _CALL,
        by = """
    timer->task.Run();
    timer->state = TimerState::kCalled;
""",
        message = "it does not count as called while it runs",
    )
    mutant(
        name = "rl_27_called_unless_it_throws",
        chapter = "timer",
        rule = "RL_27_ATimerCountsAsCalledWhileItRunsAndWhenItThrows",
        source = _TIMERS,
        replace = _CALL,
        by = """
    timer->state = TimerState::kCalled;
    try {
      timer->task.Invoke();
    } catch (...) {
      timer->state = TimerState::kCancelled;
      LogException("a timer threw", std::current_exception());
    }
""",
        includes = ["reference/log.h"],
        message = "after it threw",
    )
    mutant(
        name = "rl_28_an_earlier_reset_is_not_moved_up",
        chapter = "timer",
        rule = "RL_28_ResetCountsFromNow",
        source = _HEAP,
        replace = "  if (place > kRoot && ComesBefore(node, nodes_[Parent(place)])) {\n",
        by = "  if (false) {\n",
        message = "3 s after the start",
    )
    mutant(
        name = "rl_28_a_later_reset_keeps_the_old_time",
        chapter = "timer",
        rule = "RL_28_ResetCountsFromNow",
        source = _TIMERS,
        replace = "  timer.due = due;\n",
        by = "  timer.due = std::min(timer.due, due);\n",
        includes = ["algorithm"],
        message = "11 s after the start",
    )
    mutant(
        name = "rl_28_one_of_many_keeps_its_place",
        chapter = "timer",
        rule = "RL_28_OfManyThatAreDueThoseThatTheFirstMovesFireAtTheirNewTime",
        source = _HEAP,
        replace = "  if (places_[timer.slot] == kInRow) {\n    nodes_.emplace_back();\n",
        by = "  if (places_[timer.slot] == kInRow) {\n    return;\n    nodes_.emplace_back();\n",
        message = "which of many fired",
    )
    mutant(
        name = "rl_28_a_shift_counts_from_now",
        chapter = "timer",
        rule = "RL_28_DelayShiftsTheDueTimeAlsoBack",
        source = _TIMERS,
        replace = "TimeAfter(timer.due, shift)",
        by = "TimeAfter(clock_.Now(), shift)",
        message = "forth.time()",
    )
    mutant(
        name = "rl_30_the_newest_is_forgotten",
        chapter = "timer",
        rule = "RL_30_EveryPendingTimerIsListedAlsoTheNewestAndNoCancelledOne",
        source = _TIMERS,
        replace = "  for (Timer* const timer : heap_.Sorted()) {\n",
        by = "  for (Timer* const timer : heap_.Sorted()) {\n" +
             "    if (heap_.order(*timer) + 1 == next_order_) continue;\n",
        message = "before the first iteration",
    )
    mutant(
        name = "rl_35_a_cancelled_timer_keeps_its_captures",
        chapter = "timer",
        rule = "RL_35_ACancelledTimerReleasesItsCapturesAtOnce",
        source = _TIMERS,
        replace = "  const Task task = std::move(timer->task);\n",
        by = "",
        message = "a cancelled timer holds its captures",
    )
    mutant(
        name = "rl_35_a_called_timer_keeps_its_captures",
        rule = "RL_35_ATimerThatFiredReleasesItsCapturesWhileItsHandleLives",
        also = ["RL_35_ATimersDestructorsMayUseTheReactor"],
        rules_in = "//conformance/rules:timers_cost.cc",
        source = "//reference:task.h",
        replace = "    ~InlineGuard() { callable->~F(); }\n",
        by = "    ~InlineGuard() {}\n",
        message = "a fired timer holds its captures",
    )

def _clocks():
    mutant(
        name = "rl_31_deadline_overflow",
        chapter = "timer",
        rule = "RL_31_ATimerInTheFarFutureDoesNotUpsetTheLoop",
        source = _LOOP,
        replace = "*until >= now + kLongest ? kLongest : *until - now;\n",
        # As the hardware adds.
        by = """*until - now;
  return Clock::Time(Clock::Duration(static_cast<Clock::Duration::rep>(
      static_cast<unsigned long>(wait.count()) +
      static_cast<unsigned long>(
          std::chrono::steady_clock::now().time_since_epoch().count()))));
""",
        message = "readings of the clock during",
    )
    mutant(
        name = "rl_31_int_milliseconds_overflow",
        chapter = "timer",
        rule = "RL_31_ATimerInTheFarFutureDoesNotUpsetTheLoop",
        source = _LOOP,
        replace = "  if (*until >= now + kLongest) return static_cast<int>(kLongest.count());\n",
        by = "",
        message = "readings of the clock during",
    )
    mutant(
        name = "rl_33_the_handle_has_a_clock_of_its_own",
        chapter = "timer",
        rule = "RL_33_SchedulingAndTheHandleUseTheReactorsClock",
        source = _TIMERS,
        replace = "  Schedule(timer, TimeAfter(clock_.Now(), delay));\n",
        by = "  Schedule(timer, TimeAfter(std::chrono::steady_clock::now(), delay));\n",
        message = "after Reset",
    )
    mutant(
        name = "rl_34_accepted_silently",
        chapter = "timer",
        rule = "RL_34_ATimerSetOnAForeignThreadIsAnError",
        source = "//reference:reactor.cc",
        replace = "  loop.thread().Require(\"Reactor::CallLater\");\n",
        by = "",
        message = "it throws nothing",
    )
    mutant(
        name = "bt_22_wall_clock_time",
        chapter = "timer",
        rule = "BT_22_TimersFollowAMonotonicClockUnlessSaidOtherwise",
        source = _PARTS,
        replace = "  static const SteadyClock steady;\n",
        by = """
  static const struct WallClock final : Clock {
    Time Now() const override {
      return Time(std::chrono::system_clock::now().time_since_epoch());
    }
  } steady;
""",
        message = "the due time is not by the steady clock",
    )

def _costs():
    mutant(
        name = "rl_32_cancelled_timers_stay",
        chapter = "timer",
        rule = "RL_32_CancelledTimersDoNotPileUp",
        source = _TIMERS,
        replace = "  timer.DropAnother();  // the heap's\n",
        by = "  static auto* const until_due = new std::vector<TimerHandle>;\n" +
             "  until_due->push_back(TimerHandle::Adopt(timer.get()));\n",
        message = "bytes in use where 10 timers of 10,000 are left",
    )
    mutant(
        name = "bt_24_cancel_searches",
        chapter = "timer",
        rule = "BT_24_MovingAndCancellingATimerHardlyDependsOnHowManyThereAre",
        source = _HEAP,
        replace = "  const std::size_t place = places_[timer.slot];\n",
        by = """
  std::size_t place = kRoot;
  while (nodes_[place].slot != timer.slot) ++place;
""",
        message = "CPU seconds among many timers grow with their number",
    )
    mutant(
        name = "bt_24_reset_searches",
        chapter = "timer",
        rule = "BT_24_MovingAndCancellingATimerHardlyDependsOnHowManyThereAre",
        source = _HEAP,
        replace = "  Settle(places_[timer.slot], {timer.due, timer.slot});\n",
        by = """
  std::size_t place = kRoot;
  while (nodes_[place].slot != timer.slot) ++place;
  Settle(place, {timer.due, timer.slot});
""",
        message = "CPU seconds among many timers grow with their number",
    )
    mutant(
        name = "bt_25_a_system_call_for_every_call",
        chapter = "timer",
        rule = "BT_25_CallsToAReactorThatIsAwakeCostNoWakeUp",
        source = _CALLS,
        replace = "  if (asleep_.load() == kAwake) return;\n",
        by = "  WakeOne(asleep_);\n",
        message = "wake-up system calls to a reactor that was awake",
    )
    mutant(
        name = "bt_25_a_needed_wake_is_saved",
        chapter = "timer",
        rule = "BT_25_ThereIsAtMostOneWakeUpASleepAndNoneThatIsNeededIsSaved",
        source = _CALLS,
        replace = "  const std::uint32_t bed = asleep_.exchange(kAwake);\n",
        by = "  const std::uint32_t bed = asleep_.exchange(kAwake);\n" +
             "  static bool woken = false;\n" +
             "  if (bed != kAwake && !(woken = !woken)) return;\n",
        dies = True,
        message = "waited in vain for the last call of a burst to run",
    )

def _test_clock():
    mutant(
        name = "rl_36_unstable_order",
        chapter = "timer",
        rule = "RL_36_AdvanceFiresWhatIsDueByTimeAndThenAsSubmitted",
        source = _HEAP,
        replace = _ORDER,
        by = "return a.due < b.due;",
        message = "pairs of delay and number",
    )
    mutant(
        name = "rl_36_only_what_was_there",
        chapter = "timer",
        rule = "RL_36_AdvanceFiresTimersWithoutDelayThatAreAddedMeanwhile",
        source = _TEST_CLOCK,
        replace = "  while (timers_.InvokeDue()) {\n  }\n",
        by = "  timers_.RunDue();\n",
        message = "what one Advance() fired",
    )
    mutant(
        name = "rl_36_exceptions_stay_inside",
        chapter = "timer",
        rule = "RL_36_AdvanceLetsExceptionsOutWithTheRestStillPending",
        source = _TEST_CLOCK,
        replace = "  while (timers_.InvokeDue()) {\n  }\n",
        by = """
  for (bool more = true; more;) {
    try {
      more = timers_.InvokeDue();
    } catch (...) {
    }
  }
""",
        message = "it throws nothing",
    )
    mutant(
        name = "rl_36_an_exception_loses_the_rest",
        chapter = "timer",
        rule = "RL_36_AdvanceLetsExceptionsOutWithTheRestStillPending",
        source = _TEST_CLOCK,
        replace = "  while (timers_.InvokeDue()) {\n  }\n",
        by = """
  try {
    while (timers_.InvokeDue()) {
    }
  } catch (...) {
    for (DelayedCall timer : timers_.Pending()) timer.Cancel();
    throw;
  }
""",
        message = "the rest is lost",
    )
