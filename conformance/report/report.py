#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks backends against the contract and reports every rule's verdict.

    bazel run //conformance:report
    bazel run //conformance:report -- --format=json --output=report.json
    bazel run //conformance:jthread_report -- --fix

Ends with status 0 if every rule was run and none is violated but those in the
backend's list of known violations; 1 if one is, or if a list is stale; 3 if
nothing else is wrong but rules were not run, because of a filter or a crash;
2 if it could not do its work.
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import backends
import known_violations
import programs
import rendering


def parse_program(text):
    """A Program from what conformance_report wrote: fields between '='."""
    fields = text.split("=")
    if len(fields) != 5:
        raise argparse.ArgumentTypeError(f"{text!r} is no program")
    return programs.Program(*fields)


def exit_status(found):
    if any(b.unlisted() or b.stale for b in found):
        return 1
    if any(b.problems or b.count("not run") for b in found):
        return 3
    return 0


def in_users_directory(path):
    """`bazel run` changes the directory; what users type is relative to it."""
    return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), path)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", action="append", type=parse_program,
                        required=True, help=argparse.SUPPRESS)
    parser.add_argument("--mode", default="", help=argparse.SUPPRESS)
    parser.add_argument("--format", choices=("markdown", "json"),
                        default="markdown")
    parser.add_argument("--output", metavar="FILE",
                        help="write there instead of to the terminal")
    parser.add_argument("--fix", action="store_true",
                        help="rewrite the lists of known violations")
    parser.add_argument("--no_probe", action="store_true",
                        help="do not try what a backend does not declare")
    parser.add_argument("--gtest_filter", metavar="RULES",
                        help="run these alone, as 'TP.TP_11_*'")
    parser.add_argument("--chapter", help="run this chapter alone")
    parser.add_argument("--jobs", type=int, help="rules at a time")
    parser.add_argument("--seed", help="replays probabilistic rules")
    parser.add_argument("--in_process", action="store_true",
                        help="rules in no process of their own; no probes")
    parser.add_argument("--limit", type=float, default=3600,
                        metavar="SECONDS", help="for each program")
    given = parser.parse_args(arguments)

    filtered = given.gtest_filter is not None or given.chapter is not None
    passed_on = [f"--{name}={getattr(given, name)}"
                 for name in ("gtest_filter", "chapter", "jobs", "seed")
                 if getattr(given, name) is not None]
    if given.in_process:
        passed_on.append("--in_process")
    elif not given.no_probe:
        passed_on.append("--probe")
    runs = []
    for program in given.program:
        print(f"report: running {program.label}", file=sys.stderr, flush=True)
        runs.append(programs.run_program(program, passed_on, given.limit))
    try:
        found = backends.merge(runs, filtered)
        if not found:
            print("report: the filter names no rule", file=sys.stderr)
            return 3
        write(found, given)
        if given.fix:
            for line in known_violations.fix(
                    found, runs, os.environ.get("BUILD_WORKSPACE_DIRECTORY")):
                print(f"report: {line}", file=sys.stderr)
            return 0
    except (OSError, known_violations.BadList) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return exit_status(found)


def write(found, given):
    """Writes the report as the user wants it."""
    surroundings = rendering.environment(found, given.mode)
    if given.format == "json":
        text = json.dumps(rendering.as_json(found, surroundings),
                          indent=1) + "\n"
    else:
        text = rendering.as_markdown(found, surroundings)
    if not given.output:
        sys.stdout.write(text)
        return
    with open(in_users_directory(given.output), "w",
              encoding="utf-8") as file:
        file.write(text)
    for backend in found:
        print(f"report: {backend.name}: {backend.conclusion()}",
              file=sys.stderr)



if __name__ == "__main__":
    sys.exit(main())
