#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How figures change as the work grows.

    bazel run -c opt //benchmarks:scale
    bazel run -c opt //benchmarks:scale -- --series='scale_queued/*' --rounds=5
    bazel run -c opt //benchmarks:scale -- --write=$PWD/benchmarks/METHOD.md

A series is a workload on one backend, with a first argument that grows. All of
a series is measured in the same rounds, as the scorecard measures; figures are
medians, the ratios that are judged are taken within rounds.
"""

import argparse
import collections
import dataclasses
import fnmatch
import os
import statistics
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scorecard_printing
import scorecard_rounds


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What one counter of a workload shall do as the work grows."""
    counter: str
    unit: str
    size: float  # of the unit
    limit: float
    # "last to best": how much worse the largest is than the best of all;
    # "most to least": how much worse the worst is than the best; "most": the
    # worst itself, in the unit; "shown": nothing, there is no limit.
    what: str


_FLAT = "most to least"
_NO_COLLAPSE = "last to best"
_BOUNDED = "most"
_SHOWN = "shown"


def _shown(counter):
    return Judgement(counter, "ns", 1e-9, float("inf"), _SHOWN)


JUDGEMENTS = {
    "scale_submit": (Judgement("per_item", "ns", 1e-9, 2, _NO_COLLAPSE),),
    "scale_spawn": (Judgement("per_item", "ns", 1e-9, 2, _NO_COLLAPSE),),
    "scale_queued": (Judgement("per_item", "ns", 1e-9, 1.5, _FLAT),
                     Judgement("bytes_per_item", "B", 1, 96, _BOUNDED),
                     _shown("first")),
    "scale_touch": (_shown("first"), _shown("huge"), _shown("per_item")),
    "scale_padding": (_shown("per_item"),),
    "scale_readers": (Judgement("per_item", "us", 1e-6, 1.5, _FLAT),),
    "scale_timers": (Judgement("per_item", "ns", 1e-9, 1.5, _FLAT),),
    "scale_deferred": (Judgement("per_item", "ns", 1e-9, 1.5, _FLAT),),
}


def size_of(member):
    """(argument, number) that grows: the first of the member's name."""
    argument = next(word for word in member.split("/") if ":" in word)
    name, _, number = argument.partition(":")
    return name, int(number)


def series_of(names):
    """Name of a series to its members, the smallest first."""
    found = collections.defaultdict(list)
    for full in names:
        words = scorecard_rounds.parts(full)
        member = "/".join(words)
        rest = [word for word in words[1:]
                if word != ":".join(map(str, size_of(member)))]
        found["/".join([words[0], *rest])].append(
            (size_of(member)[1], member, full))
    return {series: sorted(members) for series, members in found.items()}


def change(values, what):
    """How much worse a series becomes; values in its order."""
    if what in (_BOUNDED, _SHOWN):
        return max(values)
    least = min(values)
    if least <= 0:
        return 1.0 if max(values) <= 0 else float("inf")
    return (values[-1] if what == _NO_COLLAPSE else max(values)) / least


def judge(judgement, members, rounds):
    """(medians by size, the median change, whether it is within the limit)."""
    columns, changes = collections.defaultdict(list), []
    for measured in rounds:
        values = []
        for size, member, _ in members:
            value = measured.get(member, {}).get(judgement.counter)
            if value is not None:
                columns[size].append(value / judgement.size)
                values.append(value)
        if len(values) == len(members):
            changes.append(change(values, judgement.what))
    medians = {size: statistics.median(column)
               for size, column in columns.items()}
    if not changes:
        return medians, None, None
    ratio = statistics.median(changes)
    return medians, ratio, ratio <= judgement.limit


def lines_of(series, members, rounds):
    """What is printed about a series."""
    lines = []
    for judgement in JUDGEMENTS.get(series.split("/")[0], ()):
        medians, ratio, met = judge(judgement, members, rounds)
        argument = size_of(members[0][1])[0]
        lines.append(f"{series}: {judgement.counter} in {judgement.unit}, by "
                     f"{argument}")
        lines.append("  " + "  ".join(
            f"{size}: {scorecard_printing.number(medians.get(size))}"
            for size, _, _ in members))
        if judgement.what == _SHOWN:
            continue
        verdict = {True: "yes", False: "no", None: "unknown"}[met]
        lines.append(f"  {judgement.what} {scorecard_printing.number(ratio)}, "
                     f"at most {judgement.limit:g}: {verdict}")
    return lines


BEGIN, END = "<!-- scale: begin -->\n", "<!-- scale: end -->"


def with_figures(text, lines):
    """The text with the lines between its marks, as they are printed."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("with_figures: no marks in the text")
    body = "".join(f"    {line}\n" for line in lines)
    return f"{before}{BEGIN}\n{body}\n{END}{after}"


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--series", default="*", metavar="NAMES",
                        help="these alone, as 'scale_queued/*,scale_readers/*'")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tries", type=int, default=2,
                        help="of a round that is disturbed")
    parser.add_argument("--min_time", type=float, default=0.05,
                        metavar="SECONDS", help="of every member in a round")
    parser.add_argument("--write", metavar="FILE",
                        help="the figures into this file, between its marks")
    given = parser.parse_args(arguments)
    program = (os.path.abspath(given.program),)
    machine = scorecard_rounds.Machine(given.min_time)
    patterns = given.series.split(",")
    disturbed = dirty = 0
    problems, lines = [], []
    found = series_of(scorecard_rounds.list_benchmarks(program))
    for series, members in found.items():
        if not any(fnmatch.fnmatchcase(series, p) for p in patterns):
            continue
        race = scorecard_rounds.Race(series, ())
        for _, member, full in members:
            race.members[member] = member
            race.programs[member] = program
            race.full_names[member] = full
        scorecard_rounds.measure(race, machine, given.rounds, given.tries)
        lines += (news := lines_of(series, members, race.rounds))
        print("\n".join(news), flush=True)
        disturbed += race.disturbed
        dirty += race.dirty
        problems += race.problems
    lines.append(
        f"{disturbed} disturbed rounds were repeated; {dirty} are dirty.")
    print("\n".join([lines[-1], *problems]))
    if given.write and not problems:
        with open(given.write, encoding="utf-8") as file:
            text = file.read()
        with open(given.write, "w", encoding="utf-8") as file:
            file.write(with_figures(text, lines))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
