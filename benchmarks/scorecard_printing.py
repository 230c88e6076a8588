# SPDX-License-Identifier: Apache-2.0
"""The scorecard as a table, for people, and as JSON, for machines."""

import math

import scorecard_rows

HEAD = ("row", "ours", "backend", "best peer", "ratio", "floor", "ratio",
        "goal", "met", "rounds", "spread", "contract")
UNKNOWN = "unknown"


def number(value):
    """Three digits, or two, without an exponent."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    if size >= 99.95:
        return f"{value:.0f}"
    if size >= 9.995:
        return f"{value:.1f}"
    if size >= 0.0995:
        return f"{value:.2f}"
    if size == 0:
        return "0"
    return f"{value:.{1 - math.floor(math.log10(size))}f}".rstrip("0")


def _figure(value, unit):
    return f"{number(value)} {unit}".rstrip() if value is not None else UNKNOWN


def met_text(result):
    """ "yes", "no" or "unknown"; "about" if the rounds disagree."""
    if result.met is None:
        return UNKNOWN
    text = "yes" if result.met else "no"
    return text + ", about" if result.close else text


def cells(result, verdicts):
    """The cells of one row, under HEAD."""
    row = result.row
    peer = "-"
    if result.best_peer is not None:
        peer = f"{_figure(result.best_peer, row.unit)} ({result.peer})"
    elif any(goal.kind == "peer" for goal in row.goals):
        peer = UNKNOWN
    floor = "-"
    if row.floor:
        floor = (f"{_figure(result.floor, row.unit)} ({row.floor})"
                 if result.floor is not None else UNKNOWN)
    return (row.title, _figure(result.ours, row.unit), result.backend or "-",
            peer, _ratio(result.ratio_to_peer, peer), floor,
            _ratio(result.ratio_to_floor, floor),
            scorecard_rows.goal_text(row), met_text(result),
            str(result.repetitions), _percent(result.spread),
            verdicts.get(result.backend, UNKNOWN))


def _ratio(value, of):
    if value is None:
        return of if of in ("-", UNKNOWN) else UNKNOWN
    return number(value)


def _percent(value):
    return "-" if value is None else f"{value * 100:.0f} %"


def plain(results, verdicts):
    """Lines for a terminal."""
    rows = [HEAD, *(cells(result, verdicts) for result in results)]
    widths = [max(len(row[column]) for row in rows)
              for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths))
             .rstrip() for row in rows]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def markdown(results, verdicts):
    """Lines of a Markdown table."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
    lines += ["| " + " | ".join(
        cell.replace("|", "\\|") for cell in cells(result, verdicts)) + " |"
        for result in results]
    return lines


def notes(results, races):
    """Lines under the table: what is unknown and why, and the disturbances."""
    lines = [summary(results)]
    rounds = sum(len(race.rounds) for race in races)
    disturbed = sum(race.disturbed for race in races)
    dirty = sum(race.dirty for race in races)
    lines.append(
        f"{rounds} rounds; {disturbed} more were disturbed by others' CPU time "
        f"and repeated; {dirty} are dirty: disturbed in every try.")
    for result in results:
        if result.why:
            lines.append(f"{UNKNOWN}: {result.row.title}: {result.why}")
    for race in races:
        lines += race.problems
    return lines


def others(results, flags):
    """Lines with the members that are not in the table, with their figures.

    flags: name of a peer to its flags, which tell why it may not be the best.
    """
    lines, told = [], set()
    for result in results:
        row = result.row
        shown = {name: value for name, value in result.others.items()
                 if not name.startswith("floor/")}
        if shown and (row.workload, row.arguments, row.counter) not in told:
            told.add((row.workload, row.arguments, row.counter))
            lines.append(f"{result.row.title}: " + ", ".join(
                f"{name or 'ours'} {_figure(value, result.row.unit)}" +
                (f" ({', '.join(sorted(flags[name]))})"
                 if flags.get(name) else "")
                for name, value in sorted(shown.items(),
                                          key=lambda item: item[1])))
    return lines


def summary(results):
    """How many rows are met."""
    met = sum(result.met is True for result in results)
    missed = sum(result.met is False for result in results)
    return (f"{met} of {len(results)} rows met, {missed} missed, "
            f"{len(results) - met - missed} unknown.")


def as_json(results, environment):
    """What --format=json prints. null is unknown."""
    return {
        "environment": environment,
        "rows": [{
            "row": result.row.title,
            "unit": result.row.unit,
            "ours": result.ours,
            "backend": result.backend,
            "best_peer": result.best_peer,
            "peer": result.peer or None,
            "floor": result.floor,
            "ratio_to_peer": result.ratio_to_peer,
            "ratio_to_floor": result.ratio_to_floor,
            "goal": scorecard_rows.goal_text(result.row),
            "met": result.met,
            "repetitions": result.repetitions,
            "spread": result.spread,
        } for result in results],
    }
