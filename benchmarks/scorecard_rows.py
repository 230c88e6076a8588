# SPDX-License-Identifier: Apache-2.0
"""The rows of the scorecard: what is measured, and what it shall come to.

A row names benchmarks of //benchmarks:compare by workload and arguments,
"workload/who/arguments". Rows of one workload with the same arguments are
measured in the same rounds.
"""

import dataclasses

# Who is ours, in the order of preference; whoever of them a row names.
POOL = ("work_stealing",)
LOOP = ("reactor", "heddle", "work_stealing")
DEFERRED = ("deferred", "reactor", "")
REFERENCE = ("reference",)
OURS = frozenset(POOL + LOOP + DEFERRED + REFERENCE)

# Flags of peers that buy their figure by what the contract forbids.
UNFAIR = frozenset(("runs_inline", "starves"))

# Unit to its size in what is measured (seconds, bytes, plain numbers).
UNITS = {"ns": 1e-9, "us": 1e-6, "%": 1e-2, "": 1.0, "B": 1.0, "mallocs": 1.0}

# None, but for one in a thousand tasks: of memory for many of them.
NO_MALLOC = 0.001


@dataclasses.dataclass(frozen=True)
class Goal:
    """One condition on a row.

    kind: "peer", the ratio to the best peer; "floor", the ratio to the floor;
      "figure", our figure itself, in the row's unit.
    limit: our figure is the better the smaller it is, and this is the most it
      may be; of a row that is the better the larger, the least.
    """
    kind: str
    limit: float


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the scorecard."""
    key: str  # for --rows
    title: str
    workload: str
    unit: str
    goals: tuple
    arguments: tuple = ()  # those that tell its benchmarks from others
    counter: tuple = ("per_item",)  # the first of them that is there
    ours: tuple = POOL
    # Peers that the goal names; empty: all that neither run tasks in the
    # submitter nor starve.
    against: tuple = ()
    floor: str = ""
    larger_is_better: bool = False


def _peer(limit):
    return Goal("peer", limit)


def _floor(limit):
    return Goal("floor", limit)


def _figure(limit):
    return Goal("figure", limit)


def _submit(key, title, producers, workers, limit, **rest):
    return Row(key, title, "submit", "ns", (_peer(limit),),
               (f"producers:{producers}", f"workers:{workers}"),
               floor="spsc_handoff", **rest)


_POOL_ROWS = (
    _submit("submit_1", "submit, 1 external producer", 1, 2, 0.3),
    _submit("submit_2", "submit, 2 producers", 2, 2, 0.5),
    _submit("submit_4", "submit, 4 producers", 4, 2, 0.5),
    _submit("submit_1_to_4", "submit, 1 producer, 4 workers", 1, 4, 0.35),
    Row("spawn", "recursive spawn, fib 25", "spawn", "ns", (_peer(0.3),),
        against=("onetbb",), floor="null_backend"),
    Row("starvation_outside", "worst start beside 50 ms, from outside",
        "starvation", "us", (_peer(1.5),), ("nested:0",), ("worst",),
        against=("reference",)),
    Row("starvation_nested", "worst start beside 50 ms, nested",
        "starvation", "us", (_peer(1.5),), ("nested:1",), ("worst",),
        against=("reference",)),
    Row("one_hot", "one at a time, hot", "one_at_a_time", "us", (_peer(1.1),),
        ("parked:0",), ("p50", "per_item"), against=("eigen",),
        floor="futex_round_trip"),
    Row("one_parked", "one at a time, parked", "one_at_a_time", "us",
        (_floor(1.2),), ("parked:1",), ("p50", "per_item"),
        floor="futex_round_trip_parked"),
    Row("busy_call", "submitter busy: the submit call", "submitter_busy", "ns",
        (_figure(100),), counter=("call",)),
    Row("busy_start", "submitter busy: start of the task", "submitter_busy",
        "ns", (_figure(600),), counter=("start",)),
    Row("idle_done", "pool idle for 1 ms: done", "idle_1ms", "us",
        (_peer(1.05),), counter=("p50", "per_item"),
        floor="futex_round_trip_parked"),
    Row("idle_cpu_per_task", "pool idle for 1 ms: CPU per task", "idle_1ms",
        "us", (_figure(100),), counter=("cpu_per_item",)),
    Row("mixed_outside", "mixed 1 to 100 us tasks, spawned outside: efficiency",
        "mixed", "", (_figure(0.90), _floor(0.95)), ("nested:0",),
        ("efficiency",), floor="static_split", larger_is_better=True),
    Row("mixed_nested", "mixed 1 to 100 us tasks, spawned inside: efficiency",
        "mixed", "", (_figure(0.90), _floor(0.95)), ("nested:1",),
        ("efficiency",), floor="static_split", larger_is_better=True),
    Row("memory_mallocs", "memory per queued task: mallocs, steady", "memory",
        "mallocs", (_figure(NO_MALLOC),), counter=("mallocs_per_item",)),
    Row("memory_bytes", "memory per queued task: bytes", "memory", "B",
        (_figure(64),), counter=("bytes_per_item",)),
    Row("start_stop", "start + stop, 4 threads", "start_stop", "us",
        (_floor(1.25),), ("threads:4",), floor="four_threads"),
    Row("idle_cpu", "idle for 200 ms, reactor and pool: share of a CPU",
        "idle_cpu", "%", (_figure(0.05),), counter=("cpu_fraction",)),
    Row("idle_cpu_reference",
        "idle for 200 ms, reactor and reference pool: share of a CPU",
        "idle_cpu", "%", (_figure(0.05),), counter=("cpu_fraction",),
        ours=REFERENCE),
)


def _reference(row):
    return dataclasses.replace(
        row, key="reference_" + row.key, title="reference pool: " + row.title,
        goals=(_peer(1.2),), ours=REFERENCE, against=("mutex_condvar",))


# Never worse than a plain mutex and condition variable.
_REFERENCE_ROWS = tuple(
    _reference(row) for row in _POOL_ROWS
    if row.key.startswith("submit") or row.key == "spawn")

_LOOP_ROWS = (
    Row("post_1", "post into the loop, 1 thread", "post", "ns", (_peer(0.6),),
        ("producers:1",), ours=LOOP, floor="spsc_handoff"),
    Row("post_2", "post into the loop, 2 threads", "post", "ns", (_peer(0.7),),
        ("producers:2",), ours=LOOP, floor="spsc_handoff"),
    Row("post_one", "post one at a time, back to back", "post_one_at_a_time",
        "us", (_peer(1.0),), ("idle:0",), ("p50", "per_item"), ours=LOOP,
        against=("asio_io_context",), floor="eventfd_round_trip"),
    Row("post_idle", "post one at a time, after 1 ms idle",
        "post_one_at_a_time", "us", (_peer(1.0),), ("idle:1",),
        ("p50", "per_item"), ours=LOOP, against=("asio_io_context",),
        floor="eventfd_round_trip_parked"),
    Row("defer_parked", "DeferToThread, 1 in flight, parked",
        "defer_to_thread_parked", "us", (_peer(0.6),),
        counter=("p50", "per_item"), ours=POOL + LOOP, against=("libuv",),
        floor="eventfd_round_trip_parked"),
    Row("defer_1", "DeferToThread, 1 in flight, hot", "defer_to_thread", "us",
        (_peer(0.1),), ("in_flight:1",), ("p50", "per_item"), ours=POOL + LOOP,
        against=("libuv",), floor="eventfd_round_trip"),
    Row("defer_64", "DeferToThread, 64 in flight", "defer_to_thread", "ns",
        (_peer(0.2),), ("in_flight:64",), ours=POOL + LOOP, against=("libuv",),
        floor="spsc_handoff"),
    Row("defer_1024", "DeferToThread, 1024 in flight", "defer_to_thread", "ns",
        (_peer(0.45),), ("in_flight:1024",), ours=POOL + LOOP,
        against=("libuv",), floor="spsc_handoff"),
    Row("blocking_parked", "BlockingCallFromThread, parked", "blocking_call",
        "us", (_floor(1.3),), ("parked:1",), ("p50", "per_item"), ours=LOOP,
        floor="futex_round_trip_parked"),
    Row("blocking_hot", "BlockingCallFromThread, hot", "blocking_call", "us",
        (_figure(1.5),), ("parked:0",), ("p50", "per_item"), ours=LOOP,
        floor="futex_round_trip"),
    Row("timers_arm", "timers, 100 000 pending: arm + cancel",
        "timers_arm_cancel", "ns", (_peer(1.0),), ours=LOOP,
        against=("libevent",), floor="clock_read"),
    Row("timers_fire", "timers, 100 000 pending: fire", "timers_fire", "ns",
        (_peer(0.3),), ours=LOOP, against=("libuv",)),
    Row("deferred_mallocs", "Deferred: create, one callback, fire: mallocs",
        "deferred", "mallocs", (_figure(1),), counter=("mallocs_per_item",),
        ours=DEFERRED),
    Row("deferred_time", "Deferred: create, one callback, fire", "deferred",
        "ns", (_figure(60),), ours=DEFERRED, floor="null_backend"),
)

# At least 50 times the throughput, at most a tenth of the latency.
_LATENCIES = ("post_one", "post_idle", "defer_1", "blocking_parked")
_THROUGHPUTS = ("post_1", "post_2", "defer_64", "defer_1024", "timers_arm",
                "timers_fire")


def _against_twisted(row):
    limit = 0.1 if row.key in _LATENCIES else 0.02
    return dataclasses.replace(
        row, key="twisted_" + row.key, title="against Twisted: " + row.title,
        goals=(_peer(limit),), against=("twisted",), floor="")


ROWS = _POOL_ROWS + _REFERENCE_ROWS + _LOOP_ROWS + tuple(
    _against_twisted(row) for row in _LOOP_ROWS
    if row.key in _LATENCIES + _THROUGHPUTS)


def goal_text(row):
    """The goal in words, as in "<= 0.3 of the best peer"."""
    sign = ">=" if row.larger_is_better else "<="
    words = []
    for goal in row.goals:
        limit = f"{goal.limit:g}"
        if goal.kind == "peer":
            words.append(f"{sign} {limit} of {_peers_text(row)}")
        elif goal.kind == "floor":
            words.append(f"{sign} {limit} of {row.floor}")
        elif goal.limit == NO_MALLOC:
            words.append("0")
        else:
            words.append(f"{sign} {limit} {row.unit}".rstrip())
    return "; ".join(words)


def _peers_text(row):
    return row.against[0] if row.against else "the best peer"
