#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast we are: every goal, with what the machine and the peers reach.

    bazel run -c opt //benchmarks:scorecard
    bazel run -c opt //benchmarks:scorecard -- --format=json --output=card.json
    bazel run -c opt //benchmarks:scorecard -- --rows='submit_*' --quick
    bazel run -c opt //benchmarks:scorecard -- --update_readme

How it measures, and what does not compare, is in benchmarks/METHOD.md. Leave
the machine alone meanwhile. Ends with status 0 if there is a table, whatever
it says; 1 if a result was wrong or a program crashed; 2 if nothing could be
measured.
"""

import argparse
import fnmatch
import json
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scorecard_printing
import scorecard_readme
import scorecard_rounds
import scorecard_rows
import scorecard_statistics
import scorecard_surroundings


def chosen_rows(patterns):
    """The rows whose keys fit one of the patterns, which commas part."""
    wanted = patterns.split(",")
    return [row for row in scorecard_rows.ROWS
            if any(fnmatch.fnmatchcase(row.key, p) for p in wanted)]


def make_races(rows, listings):
    """{(workload, arguments): Race} with the members that there are."""
    races = {}
    for row in rows:
        floors = {other.floor for other in rows
                  if (other.workload, other.arguments) ==
                  (row.workload, row.arguments) and other.floor}
        races.setdefault(
            (row.workload, row.arguments), scorecard_rounds.find_members(
                scorecard_rounds.Race(row.workload, row.arguments), floors,
                listings))
    return races


def run_races(rows, races, machine, flags, repetitions, tries, say):
    """Measures; rows that are close get more rounds. The rows' Results."""
    order = list(races.values())
    random.shuffle(order)

    def results_of(race):
        return [scorecard_statistics.summarize(
            row, race.rounds, race.members, flags) for row in rows
            if races[(row.workload, row.arguments)] is race]

    for number, race in enumerate(order):
        say(f"{number + 1}/{len(order)} {race.workload} "
            f"{' '.join(race.arguments)}: {len(race.members)} members")
        scorecard_rounds.measure(race, machine, repetitions, tries)
        if any(scorecard_statistics.needs_more(r) for r in results_of(race)):
            scorecard_rounds.measure(
                race, machine,
                max(repetitions, scorecard_statistics.CLOSE_ROUNDS), tries)
    found = {result.row.key: result for race in order
             for result in results_of(race)}
    return [found[row.key] for row in rows]


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--more", action="append", default=[],
                        help=argparse.SUPPRESS)  # further programs
    parser.add_argument("--report", action="append", default=[],
                        help=argparse.SUPPRESS)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--output", metavar="FILE",
                        help="write there instead of to the terminal")
    parser.add_argument("--rows", default="*", metavar="KEYS",
                        help="these alone, as 'submit_*,spawn'")
    parser.add_argument("--list_rows", action="store_true")
    parser.add_argument("--repetitions", type=int, metavar="ROUNDS",
                        help="of every row; close ones get at least 15")
    parser.add_argument("--tries", type=int, default=3,
                        help="of a round that is disturbed")
    parser.add_argument("--min_time", type=float, metavar="SECONDS",
                        help="of every member in a round")
    parser.add_argument("--quick", action="store_true",
                        help="short rounds, undisturbed or not, and no rules")
    parser.add_argument("--conformance", default="run", metavar="HOW",
                        help="run (as usual), skip, or the report's JSON file")
    parser.add_argument("--update_readme", action="store_true",
                        help="write the table into README.md")
    given = parser.parse_args(arguments)
    if given.quick:
        given.tries = 1
        if given.conformance == "run":
            given.conformance = "skip"
    given.repetitions = given.repetitions or (3 if given.quick else 7)
    given.min_time = given.min_time or (0.01 if given.quick else 0.05)
    return given


def update_readme(results, verdicts, races, environment, root):
    path = os.path.join(root, "README.md")
    with open(path, encoding="utf-8") as file:
        readme = file.read()
    fresh = scorecard_readme.replaced(readme, scorecard_readme.block(
        results, verdicts, races, environment))
    with open(path, "w", encoding="utf-8") as file:
        file.write(fresh)


def main(arguments=None):
    given = parse(arguments)

    def say(text):
        print(f"scorecard: {text}", file=sys.stderr, flush=True)

    rows = chosen_rows(given.rows)
    if not rows:
        say(f"--rows={given.rows} fits no row; --list_rows names them")
        return 2
    if given.list_rows:
        print("\n".join(f"{row.key}: {row.title}" for row in rows))
        return 0
    root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if given.update_readme and (not root or len(rows) <
                                len(scorecard_rows.ROWS)):
        say(f"start it as `{scorecard_readme.COMMAND}`")
        return 2
    programs = [(os.path.abspath(path),)
                for path in [given.compare, *given.more]]
    try:
        listings = [(program, scorecard_rounds.list_benchmarks(program))
                    for program in programs]
    except (scorecard_rounds.Unfit, OSError) as error:
        say(error)
        return 2
    flags = {}
    for program in programs:
        flags.update(scorecard_rounds.list_peers(program))
    verdicts = scorecard_surroundings.find_verdicts(
        given.conformance, given.report, say)
    races = make_races(rows, listings)
    results = run_races(rows, races, scorecard_rounds.Machine(given.min_time),
                        flags, given.repetitions, given.tries, say)
    raced = list(races.values())
    environment = scorecard_surroundings.surroundings(
        raced, verdicts, given.quick)
    if given.format == "json":
        text = json.dumps(scorecard_printing.as_json(results, environment),
                          indent=1)
    else:
        text = "\n".join(
            scorecard_printing.plain(results, verdicts) + [""] +
            scorecard_printing.notes(results, raced) + [""] +
            scorecard_printing.others(results, flags))
    if given.output:
        with open(scorecard_surroundings.in_users_directory(given.output), "w",
                  encoding="utf-8") as file:
            file.write(text + "\n")
    else:
        print(text)
    if given.update_readme:
        update_readme(results, verdicts, raced, environment, root)
    if any(race.problems for race in raced):
        return 1
    return 0 if any(race.rounds for race in raced) else 2


if __name__ == "__main__":
    sys.exit(main())
