# SPDX-License-Identifier: Apache-2.0
"""What the rounds of a row come to: medians, ratios, spread, the verdict.

Pure functions over lists of rounds. A round is a dict from a member's name to
its counters; members are named as in scorecard_rounds.py.
"""

import dataclasses
import statistics

import scorecard_rows

# Ratios this close to 1, or this close to their limit, need CLOSE_ROUNDS.
CLOSE = 1.5
CLOSE_ROUNDS = 15


@dataclasses.dataclass
class Result:
    """A row, measured. None stands for unknown."""
    row: scorecard_rows.Row
    backend: str = ""  # whose figure "ours" is
    ours: float = None  # in the row's unit, as are best_peer and floor
    peer: str = ""
    best_peer: float = None
    floor: float = None
    ratio_to_peer: float = None
    ratio_to_floor: float = None
    met: bool = None
    close: bool = False  # the middle half of the rounds lies on both sides
    repetitions: int = 0
    spread: float = None
    others: dict = dataclasses.field(default_factory=dict)  # not the best
    why: str = ""  # why something is unknown


def quartiles(values):
    """(first, median, third) quartile of one or more values."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    return tuple(statistics.quantiles(values, n=4, method="inclusive"))


def relative_spread(values):
    """How far the middle half of the values spans, relative to the median."""
    low, median, high = quartiles(values)
    return (high - low) / abs(median) if median else 0.0


def series(row, rounds, member):
    """The member's figures, one for each round that has one, in the unit."""
    values = []
    for measured in rounds:
        counters = measured.get(member)
        if counters is None:
            continue
        for name in row.counter:
            if name in counters:
                values.append(counters[name] / scorecard_rows.UNITS[row.unit])
                break
    return values


def _quotients(row, rounds, numerator, denominator):
    """The quotient of two members in each round that has both."""
    values = []
    for measured in rounds:
        over = series(row, [measured], numerator)
        under = series(row, [measured], denominator)
        if over and under and under[0] > 0:
            values.append(over[0] / under[0])
    return values


def _floor_series(row, rounds):
    """The floor's figures: its own counter of the row's, or its time."""
    floor = "floor/" + row.floor
    figures = series(row, rounds, floor)
    if figures or row.larger_is_better:  # a time is no efficiency
        return figures
    return series(_timed(row), rounds, floor)


def _timed(row):
    return dataclasses.replace(row, counter=("per_item",))


def _floor_quotients(row, rounds, ours):
    """Our figure to the floor's, in each round that has both."""
    values = []
    for measured in rounds:
        over = series(row, [measured], ours)
        under = _floor_series(row, [measured])
        if over and under and under[0] > 0:
            values.append(over[0] / under[0])
    return values


def _floor_of(row, rounds):
    """The floor's median, or None."""
    floors = _floor_series(row, rounds)
    if not floors or statistics.median(floors) <= 0:
        return None
    return statistics.median(floors)


def rivals(row, names, flags):
    """Of the names, those that the row's goal compares with.

    flags: name of a peer to the set of its flags; a name that is not there is
      no peer, unless the goal names it.
    """
    if row.against:
        return [name for name in names if name in row.against]
    return [name for name in names
            if name in flags and name not in scorecard_rows.OURS
            and not flags[name] & scorecard_rows.UNFAIR]


def _holds(row, goal, result):
    value = {"peer": result.ratio_to_peer, "floor": result.ratio_to_floor,
             "figure": result.ours}[goal.kind]
    if value is None:
        return None
    return (value >= goal.limit if row.larger_is_better
            else value <= goal.limit)


def _straddles(values, limit):
    if not values:
        return False
    low, _, high = quartiles(values)
    return low < limit < high


def summarize(row, rounds, members, flags):
    """The Result of a row.

    members: name to member, "tbb" to "submit/tbb/producers:1/workers:2".
    """
    result = Result(row)
    figures = {name: series(row, rounds, member)
               for name, member in members.items()}
    medians = {name: statistics.median(values)
               for name, values in figures.items() if values}
    ours = next((name for name in row.ours if name in medians), None)
    if ours is None:
        missing = [name for name in row.ours if name in members]
        result.why = (f"{missing[0]} gave no figure" if missing else
                      f"no benchmark {row.workload} of ours")
        result.backend = missing[0] if missing else row.ours[0]
        return result
    result.backend = ours or row.workload
    result.ours = medians[ours]
    result.repetitions = len(figures[ours])
    judged = {"figure": figures[ours]}

    fair = rivals(row, [name for name in medians if name != ours], flags)
    pick = max if row.larger_is_better else min
    if fair:
        result.peer = pick(fair, key=medians.get)
        result.best_peer = medians[result.peer]
        judged["peer"] = _quotients(row, rounds, members[ours],
                                    members[result.peer])
        if result.best_peer > 0:
            result.ratio_to_peer = result.ours / result.best_peer
    result.others = {name: value for name, value in medians.items()
                     if name not in (ours, result.peer)}
    if row.floor:
        judged["floor"] = _floor_quotients(row, rounds, members[ours])
        result.floor = _floor_of(row, rounds)
        if result.floor:
            result.ratio_to_floor = result.ours / result.floor
    verdict(row, result, judged)
    return result


def verdict(row, result, judged):
    """Fills in met, close, spread and why."""
    holds = [_holds(row, goal, result) for goal in row.goals]
    if False in holds:
        result.met = False
    elif None not in holds:
        result.met = True
    for goal, held in zip(row.goals, holds):
        if held is None:
            absent = {"peer": "no " + (row.against[0] if row.against else
                                       "fair peer"),
                      "floor": "no floor " + row.floor}
            result.why = result.why or absent.get(goal.kind, "no figure")
        result.close |= _straddles(judged.get(goal.kind), goal.limit)
    first = judged.get(row.goals[0].kind) or judged["figure"]
    result.spread = relative_spread(first)


def needs_more(result):
    """Whether the row is so close that it needs CLOSE_ROUNDS rounds."""
    for goal in result.row.goals:
        value = {"peer": result.ratio_to_peer, "floor": result.ratio_to_floor,
                 "figure": result.ours}[goal.kind]
        if value is None:
            continue
        if goal.limit and 1 / CLOSE < value / goal.limit < CLOSE:
            return True
        if goal.kind != "figure" and 1 / CLOSE < value < CLOSE:
            return True
    return False
