#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scorecard in README.md: written by the tool, its form held by a test.

    scorecard_readme.py README.md

says what the table there lacks, and ends with status 1 if anything.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scorecard_printing
import scorecard_rows

BEGIN = "<!-- scorecard: begin -->\n"
END = "<!-- scorecard: end -->"
COMMAND = "bazel run -c opt //benchmarks:scorecard -- --update_readme"


class Unfit(Exception):
    """Why there is no place for the table."""


def block(results, verdicts, races, environment):
    """What stands between the two marks."""
    machine = (f"{environment['cpu']}, {environment['processors']} processors, "
               f"{environment['date']}." +
               (" Short rounds." if environment["quick"] else ""))
    return "\n" + "\n".join(
        scorecard_printing.markdown(results, verdicts) + [""] +
        scorecard_printing.notes(results, races)[:2] + [machine]) + "\n\n"


def _span(readme):
    begin, end = readme.find(BEGIN), readme.find(END)
    if begin < 0 or end < begin:
        raise Unfit(f"README.md has no lines {BEGIN.strip()} and {END}")
    return begin + len(BEGIN), end


def replaced(readme, new):
    """The README with another block."""
    begin, end = _span(readme)
    return readme[:begin] + new + readme[end:]


def faults(readme):
    """What the README's table lacks, in lines. Figures are not looked at."""
    begin, end = _span(readme)
    lines = [line for line in readme[begin:end].splitlines()
             if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split(" | ")]
             for line in lines]
    if not table or tuple(table[0]) != scorecard_printing.HEAD:
        return ["the table's head is not " + " | ".join(
            scorecard_printing.HEAD)]
    found = []
    wanted = [(row.title, scorecard_rows.goal_text(row))
              for row in scorecard_rows.ROWS]
    goal = scorecard_printing.HEAD.index("goal")
    there = []
    for row in table[2:]:
        if len(row) != len(scorecard_printing.HEAD):
            found.append(f"{row[0]}: {len(row)} cells")
        else:
            there.append((row[0], row[goal]))
            if row[goal + 1].split(",")[0] not in ("yes", "no", "unknown"):
                found.append(f"{row[0]}: met is {row[goal + 1]}")
    found += [f"no row: {title} ({text})"
              for title, text in wanted if (title, text) not in there]
    found += [f"no such goal: {title} ({text})"
              for title, text in there if (title, text) not in wanted]
    if not found and there != wanted:
        found.append("the rows are in another order, or there twice")
    return found


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        try:
            found = faults(file.read())
        except Unfit as error:
            found = [str(error)]
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        print(f"README.md: run `{COMMAND}`", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
