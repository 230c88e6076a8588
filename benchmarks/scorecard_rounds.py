# SPDX-License-Identifier: Apache-2.0
"""Measures in rounds, and tells rounds in which the machine was disturbed.

A round runs all members of a race once, in one process and in random order; a
member is one benchmark, "submit/tbb/producers:1/workers:2". Programs take
Google Benchmark's flags and write its JSON.
"""

import dataclasses
import json
import os
import re
import resource
import subprocess
import tempfile
import time

# The most of the round's time that others may have had a processor for.
FOREIGN = 0.05

# Dirty rounds of a race after which the machine is not expected to be quiet.
_HOPELESS = 3

# What Google Benchmark adds to a name.
_ADDED = re.compile(r"(process_time|real_time|manual_time|"
                    r"(repeats|iterations|min_time):.*)$")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


class Unfit(Exception):
    """Why a program cannot be used."""


def parts(name):
    """A benchmark's name without what says how it is measured."""
    return [part for part in name.split("/") if not _ADDED.match(part)]


@dataclasses.dataclass
class Race:
    """Benchmarks that are measured in the same rounds."""
    workload: str
    arguments: tuple
    members: dict = dataclasses.field(default_factory=dict)  # who to member
    programs: dict = dataclasses.field(default_factory=dict)  # member to path
    full_names: dict = dataclasses.field(default_factory=dict)
    rounds: list = dataclasses.field(default_factory=list)
    disturbed: int = 0  # rounds that were thrown away
    dirty: int = 0  # rounds kept although disturbed: tries were used up
    problems: list = dataclasses.field(default_factory=list)


def list_benchmarks(program):
    """The full names of the program's benchmarks."""
    result = subprocess.run(
        [*program, "--benchmark_list_tests"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        check=False)
    if result.returncode != 0:
        raise Unfit(f"{program[-1]} --benchmark_list_tests ended with status "
                    f"{result.returncode}")
    return result.stdout.split()


def list_peers(program):
    """Name of each peer to the set of its flags; {} if it knows none.

    A line is a name, "pool" or "loop", and flags with commas between them, or
    "-". Backends of ours are not listed: whoever is behind them, what we have
    wrapped is no peer.
    """
    result = subprocess.run(
        [*program, "--list_peers"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        check=False)
    if result.returncode != 0:
        return {}
    peers = {}
    for line in result.stdout.splitlines():
        fields = line.replace(",", " ").split()
        if len(fields) >= 2:
            peers[fields[0]] = set(fields[2:]) - {"-"}
    return peers


def find_members(race, floors, listings):
    """Fills in the race's members.

    listings: (program, full names) of each program. Of several benchmarks that
    fit, the one with the fewest further arguments is meant.
    """
    further = {}
    for program, names in listings:
        for full in names:
            words = parts(full)
            member = "/".join(words)
            if words[0] == "floor":
                who = "floor/" + words[-1]
                if words[-1] not in floors:
                    continue
            elif words[0] == race.workload and set(race.arguments) <= set(
                    words[1:]):
                who = next((w for w in words[1:] if ":" not in w), "")
            else:
                continue
            if who in further and further[who] <= len(words):
                continue
            further[who] = len(words)
            race.members[who] = member
            race.programs[member] = program
            race.full_names[member] = full
    return race


def counters_of(run):
    """What a round has on one member: seconds, and its own counters."""
    unit = _SECONDS.get(run.get("time_unit", "ns"), 1e-9)
    found = {name: float(value) for name, value in run.items()
             if isinstance(value, (int, float)) and
             not isinstance(value, bool)}
    found.setdefault("per_item", found.get("real_time", 0.0) * unit)
    return found


def read_round(document):
    """Member to its counters, and the errors of those that were wrong."""
    measured, wrong = {}, []
    for run in document.get("benchmarks", ()):
        if run.get("run_type", "iteration") != "iteration":
            continue
        member = "/".join(parts(run.get("run_name", run["name"])))
        if run.get("error_occurred"):
            wrong.append(f"WRONG {member}: {run.get('error_message', '')}")
        else:
            measured[member] = counters_of(run)
    return measured, wrong


def busy_seconds(text=None):
    """CPU time of the whole machine that was not idle, from /proc/stat."""
    if text is None:
        with open("/proc/stat", encoding="ascii") as file:
            text = file.readline()
    fields = [int(field) for field in text.split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = fields
    return (user + nice + system + irq + softirq + steal) / os.sysconf(
        "SC_CLK_TCK")


def own_seconds():
    """CPU time of this process and of its children that have ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


class Machine:
    """Runs programs, and says how much CPU time others had meanwhile."""

    def __init__(self, min_time, limit=300):
        self._min_time = min_time
        self._limit = limit

    def run(self, race, members):
        """(measured, problems, foreign share) of one round."""
        measured, problems = {}, []
        start, busy, own = time.monotonic(), busy_seconds(), own_seconds()
        for program in sorted({race.programs[m] for m in members}):
            names = [race.full_names[m] for m in members
                     if race.programs[m] == program]
            found, wrong = self._run_program(program, names)
            measured.update(found)
            problems += wrong
        seconds = max(time.monotonic() - start, 1e-9)
        foreign = (busy_seconds() - busy) - (own_seconds() - own)
        return measured, problems, max(foreign, 0.0) / seconds

    def _run_program(self, program, names):
        pattern = "|".join(re.escape(name) for name in names)
        with tempfile.TemporaryDirectory() as directory:
            output = os.path.join(directory, "round.json")
            try:
                status = subprocess.run(
                    [*program, f"--benchmark_filter=^({pattern})$",
                     f"--benchmark_min_time={self._min_time}",
                     "--benchmark_enable_random_interleaving=true",
                     f"--benchmark_out={output}",
                     "--benchmark_out_format=json"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, timeout=self._limit,
                    check=False).returncode
            except subprocess.TimeoutExpired:
                status = "none: it hung"
            try:
                with open(output, encoding="utf-8") as file:
                    return read_round(json.load(file))
            except (OSError, ValueError):
                pass
        if len(names) > 1:  # Whoever is well still gets a figure.
            measured, problems = {}, []
            for name in names:
                found, wrong = self._run_program(program, [name])
                measured.update(found)
                problems += wrong
            return measured, problems
        return {}, [f"CRASHED {'/'.join(parts(names[0]))}: status {status}"]


def measure(race, machine, rounds, tries=3):
    """Adds rounds to the race until it has as many.

    A round that others disturbed is repeated; the least disturbed of `tries`
    is kept, and counts as dirty. After _HOPELESS of them there is one try.
    """
    members = list(race.members.values())
    while members and len(race.rounds) < rounds:
        best = None
        allowed = tries if race.dirty < _HOPELESS else 1
        for number in range(allowed):
            measured, problems, foreign = machine.run(race, members)
            race.problems += [p for p in problems if p not in race.problems]
            if best is None or foreign < best[0]:
                best = foreign, measured
            if foreign <= FOREIGN:
                break
            if number + 1 < allowed:
                race.disturbed += 1
        race.dirty += best[0] > FOREIGN
        race.rounds.append(best[1])
    return race
