#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the rules against the mutants: which rule rejects which, and how.

    bazel run //conformance:kill_matrix
    bazel run //conformance:kill_matrix -- --format=json --output=matrix.json
    bazel run //conformance:kill_matrix -- --mutants='tp_11_*' --all_rules

Without --all_rules each mutant meets the rules that must reject it; with it,
all that are linked into its program, which takes hours. Ends with status 0 if
every mutant is rejected by every rule that must, with the claimed message, and
every rule rejects a mutant; else with 1; with 2 if it could not do its work.

conformance/KILL_MATRIX.md is what must be so, from the sources alone. It is
rewritten by

    bazel run //conformance:kill_matrix_document
"""

import argparse
import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import programs
import sources

DOCUMENT = "conformance/KILL_MATRIX.md"
PROGRAMS = "conformance/mutants"

# As kill_main.cc has it: a mutant makes rules wait in vain.
_ENVIRONMENT = {"HEDDLE_PATIENCE_SECONDS": "3", "HEDDLE_SEED": "1"}


@dataclasses.dataclass
class Cell:
    """What a rule did to a mutant."""
    rule: str
    mutant: str
    demanded: str  # "claimed", "also" or "" if only measured
    killed: bool
    how: str = ""  # "fails", "crashes", "hangs"
    message: str = ""  # the first line of what the rule said
    objection: str = ""  # what is not as demanded


# --- measuring ---------------------------------------------------------------


def how_of(reason):
    """How a rule noticed, by the reason of its verdict."""
    for beginning, how in (("crashes", "crashes"), ("hangs", "hangs")):
        if reason.startswith(beginning):
            return how
    return "fails"


def meet(mutant, kills, given):
    """The Cells of one mutant: its program run once."""
    path = os.path.join(given.programs, mutant)
    if not os.access(path, os.X_OK):
        return [Cell(kill.rule, mutant, _demand(kill), False,
                     objection="its program is not there") for kill in kills]
    if len(kills) == 1 and kills[0].rule.islower():
        return [refused(path, kills[0], given.limit)]
    command = [path, "run_rules", f"--jobs={given.rules_at_a_time}"]
    if not given.all_rules:
        command.append("--gtest_filter=" +
                       ":".join(f"*.{kill.rule}" for kill in kills))
    with tempfile.TemporaryDirectory() as directory:
        results = os.path.join(directory, "results.json")
        status, output = programs.execute(
            [*command, f"--gtest_output=json:{results}"], given.limit,
            _ENVIRONMENT)
        try:
            with open(results, encoding="utf-8", errors="replace") as file:
                verdicts = programs.read_results(file.read())[1]
        except (OSError, ValueError):
            return [Cell(kill.rule, mutant, _demand(kill), False,
                         objection=f"its program {programs.ending(status)}")
                    for kill in kills]
    return judge(mutant, kills, verdicts, output)


def _demand(kill):
    return "claimed" if kill.claimed else "also"


def judge(mutant, kills, verdicts, output):
    """The Cells of one mutant, from the verdicts of its rules."""
    cells = []
    for kill in kills:
        verdict = verdicts.pop(kill.rule, None)
        cell = Cell(kill.rule, mutant, _demand(kill), False)
        if verdict is None:
            cell.objection = "the rule does not exist, or was not run"
        elif verdict.verdict != "violates":
            cell.objection = f"the verdict is: {verdict.verdict}"
        else:
            cell = rejection(mutant, verdict, _demand(kill))
            if cell.how != "fails" and not kill.dies:
                cell.objection = f"it {cell.how}, but is not said to"
            elif kill.message not in verdict.reason and (
                    kill.message not in output):
                cell.objection = "the rule fails without the claimed message"
        cells.append(cell)
    cells += [rejection(mutant, verdict, "")
              for verdict in verdicts.values()
              if verdict.verdict == "violates"]
    return cells


def rejection(mutant, verdict, demanded):
    lines = [line for line in verdict.reason.splitlines() if line.strip()]
    return Cell(verdict.id, mutant, demanded, True, how_of(verdict.reason),
                lines[0].strip() if lines else "")


def refused(path, kill, limit):
    """A mutant that lets something compile: its test passes if it is found."""
    status, output = programs.execute([path], limit)
    killed = status == 0
    return Cell(kill.rule, kill.mutant, _demand(kill), killed,
                "fails" if killed else "", programs.tail(output, 1),
                "" if killed else f"its test {programs.ending(status)}")


def measure(mutants, given):
    """The Cells of all mutants, several measured at a time."""
    cells = []
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as executor:
        meetings = [executor.submit(meet, mutant, kills, given)
                    for mutant, kills in mutants.items()]
        for number, meeting in enumerate(meetings, 1):
            cells += meeting.result()
            if number % 50 == 0 or number == len(meetings):
                print(f"kill matrix: {number} of {len(meetings)} mutants",
                      file=sys.stderr, flush=True)
    return cells


# --- what it comes to --------------------------------------------------------


def as_json(tree, mutants, cells, seconds):
    killed = {cell.mutant for cell in cells if cell.killed}
    claimed = {cell.mutant for cell in cells
               if cell.killed and cell.demanded == "claimed"}
    killing = {cell.rule for cell in cells if cell.killed}
    # A rule none of whose mutants has been tried is not said to kill none.
    tried = {kill.rule for kills in mutants.values() for kill in kills}
    filtered = len(mutants) < len(tree.mutants())
    return {
        **tree.counts(),
        "untestable": [{"id": entry.id, "reason": entry.reason}
                       for entry in tree.untestable()],
        "survivors": sorted(set(mutants) - killed),
        "unkilled_rules": [rule for rule in tree.unkilled(killing)
                           if rule in tried or not filtered],
        "killed": len(killed),
        "killed_as_claimed": len(claimed),
        "filtered": filtered,
        "seconds": round(seconds, 1),
        "objections": [f"{cell.mutant}, {cell.rule}: {cell.objection}"
                       for cell in cells if cell.objection],
        "faults_without_mutant": [
            dataclasses.asdict(entry) for entry in tree.left_out
            if entry not in tree.untestable()],
        "matrix": [dataclasses.asdict(cell) for cell in cells],
    }


def measured_markdown(result):
    """What was measured, for people."""
    lines = ["# The kill matrix, measured", ""]
    lines += [f"- {name.replace('_', ' ')}: {result[name]}" for name in (
        "clauses", "rules", "mutants", "oddities", "killed",
        "killed_as_claimed", "seconds")]
    if result["filtered"]:
        lines.append("- filtered: not all mutants were tried")
    for name in ("survivors", "unkilled_rules", "objections"):
        found = result[name]
        lines += ["", f"## {name.replace('_', ' ').capitalize()}", ""]
        lines += [f"- {entry}" for entry in found] or ["None."]
    lines += ["", "## Rules by mutants", "",
              "| mutant | rule | demanded | how |", "| --- | --- | --- | --- |"]
    lines += [f"| {cell['mutant']} | {cell['rule']} | "
              f"{cell['demanded'] or 'no'} | "
              f"{cell['how'] or cell['objection']} |"
              for cell in result["matrix"]]
    return "\n".join(lines) + "\n"


def document(tree):
    """KILL_MATRIX.md: what must be so. The same for the same sources."""
    counts = tree.counts()
    mutants = tree.mutants()
    by_rule = {rule: [] for rule in tree.rules}
    for kill in tree.kills:
        by_rule.setdefault(kill.rule, []).append(kill)
    unkilled = tree.unkilled({kill.rule for kill in tree.kills})
    lines = [
        "# The kill matrix",
        "",
        "Which rule must reject which planted fault. The test of each mutant",
        "(`bazel test //conformance/mutants/...`) checks its entries, and that",
        "it does not survive; `bazel run //conformance:kill_matrix` measures",
        "all of them. Written by `bazel run //conformance:kill_matrix_document`"
        ",",
        "and `kill_matrix_test` fails when it is stale.",
        "",
        f"- {counts['clauses']} clauses, {counts['rules']} rules, "
        f"{counts['mutants']} mutants, {counts['oddities']} oddities",
        f"- {len(tree.kills)} kills, of them {len(mutants)} claimed",
        f"- rules that reject no mutant: {len(unkilled)}",
        "",
        "## What no rule or no mutant shows",
        "",
    ]
    lines += [f"- {entry.id}, {entry.what}: {entry.reason}"
              for entry in tree.left_out] or ["Nothing."]
    lines += ["", "## Rules and their mutants", "",
              "The rule may notice a mutant marked † by a crash or a hang. In "
              "brackets: mutants",
              "claimed by another rule, which this one must reject, too.", ""]
    excused = {rule for rule in by_rule if not by_rule[rule]} - set(unkilled)
    for rule, kills in by_rule.items():
        kills.sort(key=lambda kill: (not kill.claimed, kill.mutant))
        names = []
        for kill in kills:
            name = kill.mutant + ("†" if kill.dies else "")
            names.append(name if kill.claimed else f"({name})")
        lines.append(f"- {rule}: " + (
            ", ".join(names) or
            ("none, see above" if rule in excused else "**none**")))
    return "\n".join(lines) + "\n"


# --- main --------------------------------------------------------------------


def check(root):
    """What is wrong with the checked-in document, or None."""
    try:
        with open(os.path.join(root, DOCUMENT), encoding="utf-8") as file:
            if file.read() == document(sources.read(root)):
                return None
    except FileNotFoundError:
        pass
    return (f"{DOCUMENT} is stale: run "
            "`bazel run //conformance:kill_matrix_document`")


def write(root):
    workspace = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if not workspace:
        print("kill matrix: start it with `bazel run`", file=sys.stderr)
        return 2
    with open(os.path.join(workspace, DOCUMENT), "w",
              encoding="utf-8") as file:
        file.write(document(sources.read(root)))
    print(f"kill matrix: {DOCUMENT} is written", file=sys.stderr)
    return 0


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=("markdown", "json"),
                        default="markdown")
    parser.add_argument("--output", metavar="FILE",
                        help="write there instead of to the terminal")
    parser.add_argument("--mutants", metavar="PATTERN", default="*",
                        help="try only these, as 'tp_11_*'")
    parser.add_argument("--all_rules", action="store_true",
                        help="each mutant meets all rules of its program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(),
                        help="mutants at a time")
    parser.add_argument("--rules_at_a_time", type=int, default=4,
                        help="of each mutant")
    parser.add_argument("--limit", type=float, metavar="SECONDS",
                        help="for each mutant; 120, or 3600 with --all_rules")
    parser.add_argument("--write", action="store_true",
                        help=f"rewrite {DOCUMENT} and measure nothing")
    parser.add_argument("--root", default=".", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.write:
        return write(given.root)
    given.programs = os.path.join(given.root, PROGRAMS)
    given.limit = given.limit or (3600 if given.all_rules else 120)
    tree = sources.read(given.root)
    mutants = {mutant: kills for mutant, kills in tree.mutants().items()
               if fnmatch.fnmatch(mutant, given.mutants)}
    if not mutants:
        print(f"kill matrix: no mutant is named {given.mutants!r}",
              file=sys.stderr)
        return 2
    started = time.monotonic()
    cells = measure(mutants, given)
    result = as_json(tree, mutants, cells, time.monotonic() - started)
    text = (json.dumps(result, indent=1) + "\n" if given.format == "json"
            else measured_markdown(result))
    if given.output:
        # `bazel run` changes the directory; users mean theirs.
        path = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""),
                            given.output)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    return 1 if (result["survivors"] or result["unkilled_rules"] or
                 result["objections"]) else 0


if __name__ == "__main__":
    sys.exit(main())
