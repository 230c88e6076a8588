#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twisted's figures for the rows of the scorecard.

Takes those of Google Benchmark's flags that the scorecard uses and writes its
JSON. Lists nothing where Twisted (Debian: python3-twisted) is not installed.
"""

import argparse
import json
import os
import re
import sys
import threading
import time

try:
    from twisted.internet import defer, reactor, threads
except ImportError:
    reactor = None

_CALLS = 4000  # of a throughput
_TURNS = 300  # of a latency
_PENDING = 100_000  # timers
_now = time.perf_counter


def _median(durations):
    return sorted(durations)[len(durations) // 2]


# --- from a thread of its own ------------------------------------------------


def post(producers):
    """Seconds for one callFromThread, of many at once."""
    ran = threading.Event()
    left = [_CALLS]

    def call():
        left[0] -= 1
        if left[0] == 0:
            ran.set()

    def produce():
        for _ in range(_CALLS // producers):
            reactor.callFromThread(call)

    start = _now()
    others = [threading.Thread(target=produce) for _ in range(producers)]
    for thread in others:
        thread.start()
    ran.wait()
    seconds = _now() - start
    for thread in others:
        thread.join()
    return {"per_item": seconds / _CALLS}


def post_one_at_a_time(idle):
    """Seconds from callFromThread until its caller knows that it ran."""
    durations = []
    for _ in range(_TURNS):
        ran = threading.Event()
        start = _now()
        reactor.callFromThread(ran.set)
        ran.wait()
        durations.append(_now() - start)
        if idle:
            time.sleep(0.001)
    return {"per_item": _median(durations), "p50": _median(durations)}


def blocking_call():
    """Seconds for one blockingCallFromThread."""
    durations = []
    for _ in range(_TURNS):
        start = _now()
        threads.blockingCallFromThread(reactor, lambda: None)
        durations.append(_now() - start)
    return {"per_item": _median(durations), "p50": _median(durations)}


# --- on the reactor's thread -------------------------------------------------


@defer.inlineCallbacks if reactor else lambda body: body
def defer_to_thread(in_flight):
    """Seconds for one deferToThread with so many in flight."""
    if in_flight == 1:
        durations = []
        for _ in range(_TURNS):
            start = _now()
            yield threads.deferToThread(lambda: None)
            durations.append(_now() - start)
        return {"per_item": _median(durations), "p50": _median(durations)}
    left = [_CALLS]
    all_ran = defer.Deferred()

    def answered(_):
        left[0] -= 1
        if left[0] == 0:
            all_ran.callback(None)
        elif left[0] >= in_flight:
            issue()

    def issue():
        threads.deferToThread(lambda: None).addCallback(answered)

    start = _now()
    for _ in range(in_flight):
        issue()
    yield all_ran
    return {"per_item": (_now() - start) / _CALLS}


def timers_arm_cancel():
    """Seconds to arm and cancel one timer beside 100,000 others."""
    pending = [reactor.callLater(3600 + i % 3600, lambda: None)
               for i in range(_PENDING)]
    start = _now()
    for _ in range(_CALLS):
        reactor.callLater(7200, lambda: None).cancel()
    seconds = _now() - start
    for timer in pending:
        timer.cancel()
    return {"per_item": seconds / _CALLS}


@defer.inlineCallbacks if reactor else lambda body: body
def timers_fire():
    """Seconds to fire one of 100,000 timers that are all due."""
    left = [_PENDING]
    all_fired = defer.Deferred()
    first = []

    def fire():
        if not first:
            first.append(_now())
        left[0] -= 1
        if left[0] == 0:
            all_fired.callback(None)

    for _ in range(_PENDING):
        reactor.callLater(0, fire)
    yield all_fired
    return {"per_item": (_now() - first[0]) / _PENDING}


def deferred():
    """Seconds to create a Deferred, add a callback and fire it."""
    start = _now()
    for _ in range(_CALLS):
        defer.Deferred().addCallback(lambda value: value).callback(1)
    return {"per_item": (_now() - start) / _CALLS}


def _ours():
    """Name to (function, arguments, whether it runs beside the reactor)."""
    rows = {}
    for producers in (1, 2):
        rows[f"post/twisted/producers:{producers}"] = (post, (producers,), True)
    for idle in (0, 1):
        rows[f"post_one_at_a_time/twisted/idle:{idle}"] = (
            post_one_at_a_time, (idle,), True)
    rows["blocking_call/twisted/parked:1"] = (blocking_call, (), True)
    for in_flight in (1, 64, 1024):
        rows[f"defer_to_thread/twisted/in_flight:{in_flight}"] = (
            defer_to_thread, (in_flight,), False)
    rows["timers_arm_cancel/twisted"] = (timers_arm_cancel, (), False)
    rows["timers_fire/twisted"] = (timers_fire, (), False)
    rows["deferred/twisted"] = (deferred, (), False)
    return rows


def measure(names):
    """Runs the rows with these names, one after the other."""
    found = []
    rows = _ours()

    @defer.inlineCallbacks
    def run():
        reactor.suggestThreadPoolSize(2)
        try:
            for name in names:
                body, arguments, beside = rows[name]
                if beside:
                    counters = yield threads.deferToThread(body, *arguments)
                else:
                    counters = yield defer.maybeDeferred(body, *arguments)
                found.append({
                    "name": name, "run_name": name, "run_type": "iteration",
                    "real_time": counters["per_item"] * 1e9,
                    "time_unit": "ns", **counters})
        finally:
            reactor.stop()

    reactor.callWhenRunning(run)
    reactor.run()
    return found


def use_debians_python():
    """Debian's packages are Debian's Python's."""
    usual = "/usr/bin/python3"
    if (reactor is None and os.path.exists(usual) and
            "HEDDLE_TWISTED_TRIED" not in os.environ):
        os.environ["HEDDLE_TWISTED_TRIED"] = "1"
        os.execv(usual, [usual, os.path.abspath(__file__), *sys.argv[1:]])


def main():
    use_debians_python()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--benchmark_list_tests", action="store_true")
    parser.add_argument("--list_peers", action="store_true")
    parser.add_argument("--benchmark_filter", default=".")
    parser.add_argument("--benchmark_out")
    given, _ = parser.parse_known_args()
    names = [name for name in _ours() if reactor and
             re.search(given.benchmark_filter, name)]
    if given.list_peers:
        print("twisted loop -")
    elif given.benchmark_list_tests:
        print("\n".join(names))
    else:
        text = json.dumps({"benchmarks": measure(names) if names else []},
                          indent=1)
        if given.benchmark_out:
            with open(given.benchmark_out, "w", encoding="utf-8") as file:
                file.write(text)
        else:
            print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
