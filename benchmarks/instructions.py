#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of the hot paths: a guard of speed without noise.

    bazel run //benchmarks:instructions            # prints the table
    bazel run //benchmarks:instructions -- --fix   # writes INSTRUCTIONS.md

With --check it fails if a path has grown by more than 5 % since INSTRUCTIONS.md
was written, or shrunk by as much: then the table wants to be written anew.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

TABLE = "benchmarks/INSTRUCTIONS.md"
COMMAND = "bazel run //benchmarks:instructions -- --fix"
TOLERANCE = 0.05

_TRIGGER = re.compile(
    r"^desc: Trigger: Client Request: (.*)\|(\d+)\|(\d+)$", re.M)
_TOTALS = re.compile(r"^totals: (\d+)", re.M)
_ROW = re.compile(r"^\| (.*?) +\| +([\d.]+) \| +([\d.]+) \|$", re.M)
_COMPILER = re.compile(r"^Compiler: (.*)$", re.M)


class Unfit(Exception):
    """Why nothing could be counted."""


def read_profile(text):
    """(path, (instructions, allocations) of one operation), or None."""
    trigger, totals = _TRIGGER.search(text), _TOTALS.search(text)
    if not trigger or not totals:
        return None
    operations = int(trigger[2])
    return trigger[1], (int(totals[1]) / operations,
                        int(trigger[3]) / operations)


def count(program, limit=600):
    """(compiler, path to costs, in the order of the program)."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            result = subprocess.run(
                ["valgrind", "--tool=callgrind", "--collect-atstart=no",
                 f"--callgrind-out-file={directory}/profile",
                 os.path.abspath(program)], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                timeout=limit, check=False)
        except FileNotFoundError:
            raise Unfit("there is no valgrind: scripts/setup installs it"
                        ) from None
        except subprocess.TimeoutExpired:
            raise Unfit(f"{program} did not end within {limit} s") from None
        if result.returncode != 0:
            raise Unfit(f"{program} under valgrind ended with status "
                        f"{result.returncode}\n{result.stderr}")
        found = {}
        for name in glob.glob(f"{directory}/profile*"):
            with open(name, encoding="utf-8") as file:
                profile = read_profile(file.read())
            if profile:
                found[profile[0]] = profile[1]
    lines = result.stdout.splitlines()
    paths = [line.partition("|")[0] for line in lines[1:]]
    missing = [path for path in paths if path not in found]
    if missing or not paths:
        raise Unfit(f"no count of {', '.join(missing) or 'anything'}: was "
                    f"{program} compiled without valgrind's headers?")
    return lines[0].partition(" ")[2], {path: found[path] for path in paths}


def read_table(text):
    """(compiler, path to (instructions, allocations)) of INSTRUCTIONS.md."""
    compiler = _COMPILER.search(text)
    return (compiler[1] if compiler else "",
            {path: (float(instructions), float(allocations))
             for path, instructions, allocations in _ROW.findall(text)})


def table(compiler, counts):
    """Lines of INSTRUCTIONS.md from the compiler on."""
    width = max(map(len, [*counts, "path"]))
    return [f"Compiler: {compiler}", "",
            f"| {'path'.ljust(width)} | instructions | allocations |",
            f"| {'-' * width} | -----------: | ----------: |"] + [
                f"| {path.ljust(width)} | {instructions:12.1f} | "
                f"{allocations:11.2f} |"
                for path, (instructions, allocations) in counts.items()]


def document(compiler, counts):
    """All of INSTRUCTIONS.md."""
    return "\n".join([
        "# Instructions of the hot paths",
        "",
        "What one operation takes on the thread that does it, as valgrind's "
        "callgrind counts it.",
        "[instructions.cc](instructions.cc) says what is counted; every path "
        "is compiled with `-c opt`, whatever the rest is.",
        "An allocation takes some twenty, always as many: it has a heap of its "
        "own.",
        "`//benchmarks:instructions_test` fails if one grows by more than 5 %.",
        "",
        "Written by `bazel run //benchmarks:instructions -- --fix`.",
        "",
        *table(compiler, counts),
        ""])


def differences(old, new):
    """Lines about paths that have grown or shrunk too much, come or gone."""
    lines = []
    for path, costs in new.items():
        if path not in old:
            lines.append(f"new: {path}: {costs[0]:.1f}")
            continue
        for name, before, now, slack in zip(
                ("", " allocations"), old[path], costs, (0.5, 0.02)):
            if abs(now - before) > max(TOLERANCE * before, slack):
                lines.append(
                    f"{'grown' if now > before else 'shrunk'}: {path}:{name} "
                    f"{before:g} to {now:.4g}")
    lines += [f"gone: {path}" for path in old if path not in new]
    return lines


def check(old, compiler, counts):
    """Exit status and a text for it."""
    old_compiler, old_counts = old
    if old_compiler != compiler:
        return 0, (f"NOT COMPARED: {TABLE} is of compiler {old_compiler}, and "
                   f"this is {compiler}")
    lines = differences(old_counts, counts)
    if not lines:
        return 0, f"all {len(counts)} paths are as {TABLE} has them"
    if any(line.startswith("grown") for line in lines):
        lines.append("Make it faster; or, if the growth is worth it, say why "
                     f"in the commit and run `{COMMAND}`.")
    else:
        lines.append(f"{TABLE} is stale: run `{COMMAND}`")
    return 1, "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--fix", action="store_true", help=f"write {TABLE}")
    parser.add_argument("--check", action="store_true",
                        help=f"compare with {TABLE}")
    given = parser.parse_args(arguments)
    try:
        compiler, counts = count(given.program)
    except Unfit as error:
        print(error, file=sys.stderr)
        return 2
    if given.fix:
        root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
        if not root:
            print(f"start it as `{COMMAND}`", file=sys.stderr)
            return 2
        with open(os.path.join(root, TABLE), "w", encoding="utf-8") as file:
            file.write(document(compiler, counts))
        print(f"{TABLE} is written", file=sys.stderr)
        return 0
    print("\n".join(table(compiler, counts)))
    if not given.check:
        return 0
    with open(TABLE, encoding="utf-8") as file:
        status, text = check(read_table(file.read()), compiler, counts)
    print(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
