"""Faults in the figures, in the bound on the backlog and in what tells of a stall."""

load(":defs.bzl", "mutant")

_COORDINATOR = "//reference:pool_coordinator.cc"
_POOL = "//reference:reference_thread_pool.cc"
_INTERFACE = "//reference:thread_pool.cc"
_CALLBACK_CALL = "//reference:callback_call.cc"
_DETECTOR = "//reference:stall_detector.cc"

def figures_mutants():
    """Defines the mutants of BT-15 and most of BT-16."""
    _stalls()
    _figures()
    _bound()

def _stalls():
    mutant(
        name = "bt_15_the_wedge_is_silent",
        rule = "BT_15_AStallThatLastsIsLoggedWithASnapshot",
        chapter = "thread_pool",
        source = _DETECTOR,
        replace = "    if (++looks_ > kLooksInAThreshold) Report(stats);",
        by = "    ++looks_;",
        message = "records of a stall",
    )
    mutant(
        name = "bt_15_logged_again_and_again",
        rule = "BT_15_AStallIsLoggedOnceAndTheNextOneAgain",
        chapter = "thread_pool",
        source = _DETECTOR,
        replace = "  } else if (looks_ <= kLooksInAThreshold) {",
        by = "  } else {",
        message = "records of one stall",
    )
    mutant(
        name = "bt_15_the_next_stall_is_silent",
        rule = "BT_15_AStallIsLoggedOnceAndTheNextOneAgain",
        chapter = "thread_pool",
        source = _DETECTOR,
        replace = "  } else if (moved || looks_ == 0) {\n    looks_ = 1;",
        by = "  } else if (looks_ == 0) {\n    looks_ = 1;\n" +
             "  } else if (moved && looks_ <= kLooksInAThreshold) {\n" +
             "    looks_ = 1;",
        message = "records of two stalls",
    )
    mutant(
        name = "bt_15_a_pool_that_moves_on_is_called_stalled",
        rule = "BT_15_APoolThatIdlesOrMovesOnIsNotStalled",
        chapter = "thread_pool",
        source = _DETECTOR,
        replace = "  } else if (moved || looks_ == 0) {",
        by = "  } else if (looks_ == 0) {",
        message = "while tasks end and begin",
    )
    mutant(
        name = "bt_15_a_pool_without_a_backlog_is_called_stalled",
        rule = "BT_15_APoolThatIdlesOrMovesOnIsNotStalled",
        chapter = "thread_pool",
        source = _DETECTOR,
        replace = " && stats.backlog > 0;",
        by = ";",
        message = "while nothing waits",
    )

def _figures():
    mutant(
        name = "bt_16_failures_behind_a_callback_do_not_count",
        rule = "BT_16_FailedCountsEachTaskOnceWhoseFunctionOrCallbackThrew",
        chapter = "thread_pool",
        source = _CALLBACK_CALL,
        replace = "return failure ? TaskEnding::kFailed : TaskEnding::kSucceeded;",
        by = "return TaskEnding::kSucceeded;",
        message = "of 4 tasks that failed",
    )
    mutant(
        name = "bt_16_failures_of_callbacks_do_not_count",
        rule = "BT_16_FailedCountsEachTaskOnceWhoseFunctionOrCallbackThrew",
        chapter = "thread_pool",
        source = _CALLBACK_CALL,
        replace = "    return TaskEnding::kFailed;\n",
        by = "    return TaskEnding::kSucceeded;\n",
        message = "of 4 tasks that failed",
    )
    mutant(
        name = "bt_16_failures_read_apart_from_the_rest",
        rule = "BT_16_AtEveryInstantFailuresAndWaitsAgreeWithTheCounts",
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
  stats.failed = read().failed;
  return stats;""",
        message = "snapshots in which not all that ended had failed",
    )
    mutant(
        name = "bt_16_refusals_do_not_count",
        rule = "BT_16_RefusedCountsEverySubmissionThatIsRefused",
        chapter = "thread_pool",
        source = _INTERFACE,
        replace = "  refused_.fetch_add(1, std::memory_order_release);",
        by = "",
        message = "of 2 that were refused",
    )
    mutant(
        name = "bt_16_the_newest_tells_the_oldest_wait",
        rule = "BT_16_OldestWaitIsThatOfTheTaskThatHasWaitedLongest",
        chapter = "thread_pool",
        source = _COORDINATOR,
        replace = "backlog_.front().Waited()",
        by = "backlog_.back().Waited()",
        message = "of two that wait",
    )

def _bound():
    mutant(
        name = "bt_16_a_full_queue_drops_silently",
        rule = "BT_16_AFullBacklogRefusesVisiblyAndDropsNothing",
        chapter = "thread_pool",
        source = _POOL,
        replace = "    if (!submission.accepted()) return submission;\n",
        by = "    if (!submission.accepted()) {\n" +
             "      if (submission.refusal() != Refusal::kBacklogFull) return submission;\n" +
             "      const Task dropped = std::move(task);\n" +
             "      return Submission::Accepted();\n" +
             "    }\n",
        message = "the third that waits",
    )
    mutant(
        name = "bt_16_the_bound_is_ignored",
        rule = "BT_16_ABoundIsKeptOrRefusedButNeverIgnored",
        chapter = "thread_pool",
        source = _COORDINATOR,
        replace = "bound_.IsReached(backlog_.size(), busy_, most)",
        by = "false",
        message = "RefusedAsFull(pool->CallInThread([] {}))",
    )
    mutant(
        name = "bt_16_the_bound_counts_what_a_worker_is_due_to",
        rule = "BT_16_TheBoundDoesNotCountTasksThatAWorkerIsDueTo",
        chapter = "thread_pool",
        source = _COORDINATOR,
        replace = "state() == PoolState::kRunning ? effective_.max : 0;",
        by = "0;",
        message = "of 3 that run and 1 that waits",
    )
