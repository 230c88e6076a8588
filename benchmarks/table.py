#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what scripts/bench has measured and checked, as one table.

    table.py [--events EVENTS.json] FIGURES.json...

FIGURES is what the benchmarks wrote with --benchmark_out, in one run or in
several; EVENTS is what `bazel test --build_event_json_file` wrote about
//conformance. Ends with status 1 if a workload's result was wrong.
"""

import argparse
import collections
import dataclasses
import json
import re
import statistics
import sys
import urllib.parse
import xml.etree.ElementTree

VERDICTS = ("conforms", "violates", "not offered", "not observable", "not run")

# What Google Benchmark writes about a run beside our counters.
_NOT_COUNTERS = frozenset((
    "name", "family_index", "per_family_instance_index", "run_name", "run_type",
    "repetitions", "repetition_index", "threads", "iterations", "real_time",
    "cpu_time", "time_unit", "label", "error_occurred", "error_message",
    "per_item"))

# Counters that are no times.
_NUMBERS = frozenset((
    "bytes_per_item", "cpu_fraction", "efficiency", "mallocs_per_item"))

_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


# --- verdicts ----------------------------------------------------------------


@dataclasses.dataclass
class Conformance:
    """What the rules of the contract came to for one backend."""
    counts: collections.Counter = dataclasses.field(
        default_factory=collections.Counter)
    notes: list = dataclasses.field(default_factory=list)
    complete: bool = False  # every target ended by itself, with rules to run

    def mark(self):
        """What stands behind each of the backend's figures."""
        if self.counts["violates"]:
            return "!"
        return "" if self.complete else "?"


def verdict_of(case):
    """The verdict of one <testcase>."""
    for entry in case.iter("property"):  # as a conformance program says it
        if entry.get("name") == "verdict":
            return entry.get("value").replace("_", " ")
    if case.find("failure") is not None or case.find("error") is not None:
        return "violates"
    skipped = case.find("skipped")
    if skipped is not None:
        # GoogleTest puts the place before the message, on a line of its own.
        text = skipped.get("message") or skipped.text or ""
        for verdict in ("not offered", "not observable"):
            if re.search(rf"^\s*{verdict}\b", text, re.MULTILINE):
                return verdict
        return "not run"
    return "not run" if case.get("status") == "notrun" else "conforms"


def add_target(conformance, label, status, reports):
    """Adds one test target: its status and its test.xml texts."""
    cases = 0
    crashed = False
    failed = False
    for text in reports:
        try:
            root = xml.etree.ElementTree.fromstring(text)
        except xml.etree.ElementTree.ParseError:
            continue
        for case in root.iter("testcase"):
            verdict = verdict_of(case)
            conformance.counts[verdict] += 1
            cases += 1
            if verdict == "violates":
                failed = True
                conformance.notes.append(
                    f"violates: {case.get('name')} ({label})")
            # Bazel's own report of a program that wrote none.
            crashed |= case.find("error") is not None
    if cases == 0:
        conformance.notes.append(f"not run: {label} ({status})")
    elif status not in ("PASSED", "FLAKY") and not failed:
        conformance.counts["violates"] += 1
        conformance.notes.append(f"violates: {label} ended with {status}")
    elif status == "FLAKY" and not failed:
        conformance.counts["violates"] += 1
        conformance.notes.append(f"violates, sometimes: {label}")
    if crashed:
        conformance.notes.append(
            f"not run: the other rules of {label}, which ended with {status}")
    return cases > 0 and not crashed


def read_events(lines):
    """Bazel's events: label of each test target to (status, test.xml paths)."""
    targets = {}
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:  # Bazel was killed within a line.
            continue
        kind, name = next(iter(event.get("id", {}).items()), ("", {}))
        label = name.get("label") if isinstance(name, dict) else None
        if kind == "targetConfigured" and "testSize" in event.get(
                "configured", {}):
            targets.setdefault(label, ["did not run", {}])
        elif kind == "testSummary" and "testSummary" in event:
            targets.setdefault(label, ["", {}])[0] = event["testSummary"].get(
                "overallStatus", "NO_STATUS")
        elif kind == "testResult" and "testResult" in event:
            target = targets.setdefault(label, ["NO_STATUS", {}])
            for output in event["testResult"].get("testActionOutput", ()):
                if output.get("name") == "test.xml":
                    # A later attempt replaces an earlier one.
                    run = (name.get("run"), name.get("shard"))
                    target[1][run] = urllib.parse.unquote(
                        urllib.parse.urlparse(output.get("uri", "")).path)
    return {label: (status, list(reports.values()))
            for label, (status, reports) in targets.items()}


def backend_of(label, backends):
    """The backend whose name a conformance target's name begins with."""
    name = label.rpartition(":")[2]
    fitting = [b for b in backends if name.startswith(b + "_")]
    return max(fitting, key=len, default=None)


def judge(targets, backends):
    """Backend to Conformance, from what read_events returns."""
    verdicts = {backend: Conformance() for backend in backends}
    whole = collections.defaultdict(list)
    for label, (status, paths) in sorted(targets.items()):
        backend = backend_of(label, backends)
        if backend is None:
            continue
        reports = []
        for path in paths:
            try:
                with open(path, encoding="utf-8", errors="replace") as report:
                    reports.append(report.read())
            except OSError:
                pass  # Counts as not run.
        whole[backend].append(
            add_target(verdicts[backend], label, status, reports))
    for backend, conformance in verdicts.items():
        conformance.complete = bool(whole[backend]) and all(whole[backend])
        if not whole[backend]:
            conformance.notes.append("not run: no conformance test")
    return verdicts


# --- figures -----------------------------------------------------------------


@dataclasses.dataclass
class Figure:
    """The medians over the repetitions of one workload on one backend."""
    real: float = 0.0  # seconds for one item
    cpu: float = 0.0
    uneven: bool = False  # the repetitions differ
    floor: str = ""
    counters: dict = dataclasses.field(default_factory=dict)
    error: str = ""


def split_name(run_name):
    """(workload, backend, arguments) of a benchmark's name."""
    parts = [part for part in run_name.split("/")
             if part not in ("process_time", "real_time", "manual_time")
             and not part.startswith("iterations:")]
    return parts[0], parts[1] if len(parts) > 1 else "", tuple(parts[2:])


def is_uneven(values):
    """Whether the middle half of the values spans a quarter of the median."""
    if len(values) < 3:
        return False
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return high - low > 0.25 * statistics.median(values)


def summarize(runs):
    """The Figure of one benchmark's repetitions."""
    figure = Figure()
    for run in runs:
        if run.get("error_occurred"):
            figure.error = run.get("error_message", "error")
            return figure
    reals, cpus = [], []
    counters = collections.defaultdict(list)
    for run in runs:
        real = run["real_time"] * _SECONDS[run["time_unit"]]
        cpu = run["cpu_time"] * _SECONDS[run["time_unit"]]
        item = run.get("per_item", real)
        reals.append(item)
        cpus.append(cpu * item / real if real > 0 else 0.0)
        for name, value in run.items():
            if name not in _NOT_COUNTERS and isinstance(value, (int, float)):
                counters[name].append(value)
        label = run.get("label", "")
        if label.startswith("floor:"):
            figure.floor = label[len("floor:"):]
    figure.real = statistics.median(reals)
    figure.cpu = statistics.median(cpus)
    figure.uneven = is_uneven(reals)
    figure.counters = {
        name: statistics.median(values) for name, values in counters.items()}
    return figure


def read_figures(documents):
    """(workload, arguments) to {backend: Figure}, in the program's order."""
    runs = collections.defaultdict(list)
    order = {}
    for number, document in enumerate(documents):
        for run in document.get("benchmarks", ()):
            if run.get("run_type", "iteration") != "iteration":
                continue
            name = run.get("run_name", run["name"])
            runs[name].append(run)
            order.setdefault(
                name, (number, run.get("family_index", len(order))))
    figures = {}
    for name in sorted(runs, key=order.get):
        workload, backend, arguments = split_name(name)
        figures.setdefault((workload, arguments), {})[backend] = summarize(
            runs[name])
    return figures


# --- the table ---------------------------------------------------------------


def in_units(seconds):
    """1.2345e-7 as "123ns": three digits and a unit."""
    for unit, scale in (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3)):
        value = seconds / scale
        if value < 999.5:
            break
    else:
        unit, value = "s", seconds
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f}{unit}"


def as_number(value):
    """0.000321 as "0.0003", 0.95 as "0.95", 64.2 as "64.2"."""
    digits = 1 if value >= 10 else 2 if value >= 0.1 or value == 0 else 4
    return f"{value:.{digits}f}"


def as_ratio(ratio):
    return f"{ratio:.1f}x" if ratio < 9.95 else f"{ratio:.0f}x"


def figure_cell(figure, floors, mark):
    """real time, ratio to the floor, CPU time."""
    if figure is None:
        return "-"
    if figure.error:
        return "WRONG"
    floor = floors.get(figure.floor)
    ratio = as_ratio(figure.real / floor) if floor else ""
    real = ("~" if figure.uneven else "") + in_units(figure.real)
    return f"{real:>7} {ratio:>4} {in_units(figure.cpu):>6}{mark or ' '}"


def counter_cell(figure, counter, mark):
    if figure is None or figure.error or counter not in figure.counters:
        return "-"
    value = figure.counters[counter]
    text = as_number(value) if counter in _NUMBERS else in_units(value)
    return f"{text:>7} {'':>4} {'':>6}{mark or ' '}"


def usual_workers(figures):
    """The argument that says how many workers most workloads have."""
    counts = collections.Counter(
        argument for _, arguments in figures for argument in arguments
        if argument.startswith("workers:"))
    return counts.most_common(1)[0][0] if counts else ""


def pool_rows(figures, backends, floors, verdicts, unsaid):
    """Rows of the workloads that ran on backends."""
    marks = {b: verdicts[b].mark() if b in verdicts else "?" for b in backends}
    rows = []
    for (workload, arguments), cells in figures.items():
        if not any(backend in cells for backend in backends):
            continue
        shown = [a for a in arguments if a != unsaid]
        floor = next((f.floor for f in cells.values() if f.floor), "")
        rows.append([" ".join([workload, *shown])] +
                    [figure_cell(cells.get(b), floors, marks[b])
                     for b in backends] + [floor])
        for counter in counters_of(cells):
            rows.append(["  " + counter] +
                        [counter_cell(cells.get(b), counter, marks[b])
                         for b in backends] + [""])
    return rows


def other_rows(figures, backends, floors, wanted, peers=()):
    """Rows of what no backend ran; `wanted` picks floors or the rest."""
    rows = []
    for (workload, arguments), cells in figures.items():
        for name, figure in cells.items():
            if name in backends or (workload == "floor") != wanted:
                continue
            who = [name] if name in peers else []
            label = name if wanted else " ".join([workload, *who, *arguments])
            rows.append([label, figure_cell(figure, floors, ""), figure.floor])
            for counter in counters_of({name: figure}):
                rows.append(["  " + counter,
                             counter_cell(figure, counter, ""), ""])
    return rows


def counters_of(cells):
    names = {}
    for figure in cells.values():
        names.update(dict.fromkeys(figure.counters))
    return list(names)


def lay_out(sections):
    """Lines of (header, rows) sections, their columns under one another."""
    everything = [row for header, rows in sections for row in [header, *rows]]
    widths = collections.defaultdict(int)
    for row in everything:
        # The last cell of a row needs no width of its own.
        for column, cell in enumerate(row[:-1]):
            widths[column] = max(widths[column], len(cell))
    total = sum(widths.values()) + 2 * len(widths)
    lines = []
    for header, rows in sections:
        if not rows:
            continue
        lines.append("-" * total)
        for row in [header, *rows]:
            cells = [cell.ljust(widths[column]) if column == 0
                     else cell.rjust(widths[column])
                     for column, cell in enumerate(row[:-1])]
            lines.append("  ".join([*cells, row[-1]]).rstrip())
            if row is header:
                lines.append("-" * total)
    return lines


def linked(documents, kind="backends"):
    """The backends (peers) that were linked, also those without figures."""
    names = {}
    for document in documents:
        names.update(dict.fromkeys(
            document.get("context", {}).get(kind, "").split()))
    return list(names)


def render(documents, verdicts):
    """The lines of the table, its legend and its notes."""
    backends = linked(documents)
    figures = read_figures(documents)
    floors = {name: figure.real
              for (workload, _), cells in figures.items() if workload == "floor"
              for name, figure in cells.items() if not figure.error}
    unsaid = usual_workers(figures)

    # Figures end with room for a mark; so does everything above them.
    judged = [[verdict] + [str(verdicts[b].counts[verdict]) + " "
                           if b in verdicts and verdicts[b].counts else
                           ("all " if verdict == "not run" else "- ")
                           for b in backends] + [""]
              for verdict in VERDICTS]
    headings = [f"{b} {verdicts[b].mark() if b in verdicts else '?'}".rstrip()
                + " " for b in backends]
    sections = [
        (["rules of the contract", *headings, ""], judged),
        (["with a pool", *headings, "floor"],
         pool_rows(figures, backends, floors, verdicts, unsaid)),
        (["without a backend", "", "floor"],
         other_rows(figures, backends, floors, wanted=False,
                    peers=linked(documents, "peers"))),
        (["floor", "", ""],
         other_rows(figures, backends, floors, wanted=True)),
    ]
    lines = lay_out(sections)
    lines += ["", "Figures: real time per item, ratio to the row's floor, CPU "
              "time of all threads per item; medians."]
    if unsaid:
        lines.append(f"Pools have {unsaid.partition(':')[2]} workers unless "
                     "the row says otherwise.")
    lines += legend(lines)
    lines += busy_warning(figures)
    for backend in backends:
        for note in verdicts[backend].notes if backend in verdicts else ():
            lines.append(f"{backend} {note}")
    for (workload, arguments), cells in figures.items():
        for name, figure in cells.items():
            if figure.error:
                lines.append("WRONG " + "/".join([workload, name, *arguments]) +
                             ": " + figure.error)
    return lines


def busy_warning(figures):
    """A line if others had the processors, seen in floors of one thread."""
    stretches = [figure.real / figure.cpu
                 for name in ("clock_read", "mutex", "null_backend")
                 for figure in [figures.get(("floor", ()), {}).get(name)]
                 if figure is not None and figure.cpu > 0]
    if not stretches or statistics.median(stretches) < 1.25:
        return []
    return ["THE MACHINE WAS BUSY with something else: one thread alone took "
            f"{statistics.median(stretches):.1f} times its CPU time. Measure "
            "again."]


def legend(lines):
    text = "\n".join(lines)
    notes = []
    if "~" in text:
        notes.append("~ the middle half of the repetitions spans more than a "
                     "quarter of the median")
    if "!" in text:
        notes.append("! the backend violates the contract: its figures do not "
                     "compare")
    if "?" in text:
        notes.append("? not all rules of the contract were checked for this "
                     "backend")
    return notes


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events")
    parser.add_argument("figures", nargs="+")
    arguments = parser.parse_args()
    documents = []
    for path in arguments.figures:
        with open(path, encoding="utf-8") as file:
            documents.append(json.load(file))
    targets = {}
    if arguments.events:
        with open(arguments.events, encoding="utf-8") as lines:
            targets = read_events(lines)
    verdicts = judge(targets, linked(documents))
    print("\n".join(render(documents, verdicts)))
    wrong = any(run.get("error_occurred") for document in documents
                for run in document.get("benchmarks", ()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
