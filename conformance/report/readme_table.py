#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the README's table of verdicts as the report has it.

    bazel run //conformance:readme_table

runs all rules on all backends of this workspace and rewrites what stands in
README.md between `<!-- report: begin -->` and `<!-- report: end -->`. With
--check it writes nothing, and fails if that is stale. Nothing in the table
depends on the machine or the day.
"""

import argparse
import collections
import difflib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import sources
from programs import VERDICTS

README = "README.md"
BEGIN = "<!-- report: begin -->\n"
END = "<!-- report: end -->"
COMMAND = "bazel run //conformance:readme_table"


class Unfit(Exception):
    """Why there is no table to be had."""


def block(report, tree):
    """What stands between the two marks."""
    backends = report["backends"]
    for backend in backends:
        if backend["problems"] or backend["filtered"]:
            raise Unfit(f"the run of {backend['name']} is incomplete: " +
                        "\n".join(backend["problems"]))
    held = [{v["chapter"] for v in backend["verdicts"] if v["own"]}
            for backend in backends]
    shared = set.intersection(*held)
    counts = [collections.Counter(
        v["verdict"] for v in backend["verdicts"] if v["chapter"] in shared)
        for backend in backends]
    lines = [
        "| rules of the contract | " +
        " | ".join(backend["name"] for backend in backends) + " |",
        "| --- |" + " ---: |" * len(backends),
    ]
    for verdict in VERDICTS:
        lines.append(f"| {verdict} | " + " | ".join(
            str(count[verdict]) for count in counts) + " |")
    lines.append("")
    for backend in backends:
        alone = collections.Counter(
            v["verdict"] for v in backend["verdicts"]
            if v["own"] and v["chapter"] not in shared)
        if alone:
            lines += [f"Rules that involve no pool, run with "
                      f"{backend['name']} alone: " + ", ".join(
                          f"{verdict} {alone[verdict]}"
                          for verdict in VERDICTS if alone[verdict]) + ".", ""]
        known = sum(v["known"] for v in backend["verdicts"])
        if known:
            lines += [f"{backend['name']}: {known} known violations.", ""]
    numbers = tree.counts()
    unkilled = tree.unkilled({kill.rule for kill in tree.kills})
    lines += [
        f"{numbers['clauses']} clauses, {numbers['rules']} rules, "
        f"{numbers['mutants']} mutants of which 0 survive (each has a test "
        "that fails if it does),",
        f"{len(unkilled)} rules that reject no mutant "
        "([the kill matrix](conformance/KILL_MATRIX.md)), "
        f"{numbers['oddities']} strange pools that conform.",
    ]
    return "\n" + "\n".join(lines) + "\n\n"


def replaced(readme, new):
    """The README with another block."""
    begin, end = readme.find(BEGIN), readme.find(END)
    if begin < 0 or end < begin:
        raise Unfit(f"{README} has no lines {BEGIN.strip()} and {END}")
    return readme[:begin + len(BEGIN)] + new + readme[end:]


def run_report(program):
    result = subprocess.run(
        [program, "--format=json", "--no_probe"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, text=True, check=False)
    try:
        return json.loads(result.stdout)
    except ValueError:
        raise Unfit(f"{program} ended with status {result.returncode} and "
                    "without a report") from None


def read_readme(root):
    with open(os.path.join(root, README), encoding="utf-8") as file:
        return file.read()


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true",
                        help="write nothing; fail if the table is stale")
    given = parser.parse_args(arguments)
    root = "." if given.check else os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if not root:
        print(f"start it as `{COMMAND}`", file=sys.stderr)
        return 2
    try:
        readme = read_readme(root)
        fresh = replaced(readme, block(run_report(given.report),
                                       sources.read(".")))
    except Unfit as error:
        print(error, file=sys.stderr)
        return 2
    if fresh == readme:
        print(f"the table in {README} is as it should be", file=sys.stderr)
        return 0
    if given.check:
        sys.stderr.writelines(difflib.unified_diff(
            readme.splitlines(True), fresh.splitlines(True),
            README, "as it should be"))
        print(f"\n{README} is stale: run `{COMMAND}`", file=sys.stderr)
        return 1
    with open(os.path.join(root, README), "w", encoding="utf-8") as file:
        file.write(fresh)
    print(f"the table in {README} is rewritten", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
