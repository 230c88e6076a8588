# SPDX-License-Identifier: Apache-2.0
"""The report's two forms, Markdown and JSON, and the environment in them."""

import collections
import datetime
import os
import platform
import re
import subprocess

import programs
from backends import KNOWN_BECAUSE, LEFT_OUT
from programs import VERDICTS

# How the reason of a rule ends that works though it is not declared.
UNDECLARED = "probed: works, but undeclared"


def first_match(path, pattern):
    try:
        with open(path, encoding="utf-8") as file:
            match = re.search(pattern, file.read(), re.MULTILINE)
    except OSError:
        match = None
    return match[1].strip('"') if match else ""


def revision():
    """heddle's own `git describe`, or "" where it is no checkout."""
    here = os.path.dirname(os.path.realpath(__file__))

    def git(*arguments):
        return subprocess.run(
            ["git", "-C", here, *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
            text=True).stdout.strip()

    try:
        # Otherwise it is a copy in somebody else's repository.
        if git("rev-parse", "--show-prefix") != "conformance/report/":
            return ""
        return git("describe", "--always", "--dirty", "--tags")
    except (OSError, subprocess.CalledProcessError):
        return ""


def environment(backends, mode):
    # gcc's own name for itself is a bare number.
    compilers = sorted({("gcc " if b.compiler[0].isdigit() else "") + b.compiler
                        for b in backends if b.compiler})
    return {
        "os": first_match("/etc/os-release", r"^PRETTY_NAME=(.*)$"),
        "kernel": f"{platform.system()} {platform.release()}",
        "cpu": first_match("/proc/cpuinfo", r"^model name\s*: (.*)$") or
               platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "compiler": ", ".join(compilers),
        "compilation_mode": mode,
        "heddle": revision(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime(
            "%Y-%m-%d %H:%M:%S UTC"),
    }


def as_json(backends, surroundings):
    return {
        "environment": surroundings,
        "backends": [{
            "name": backend.name,
            "version": backend.version,
            "conclusion": backend.conclusion(),
            "filtered": backend.filtered,
            "seconds": round(backend.seconds, 3),
            "problems": backend.problems,
            "stale": backend.stale,
            "verdicts": [{
                "id": verdict.id,
                "verdict": verdict.verdict,
                "reason": verdict.reason,
                "replay": verdict.replay,
                "clause": programs.clause_of(verdict.id),
                "sentence": programs.sentence_of(verdict.id),
                "chapter": verdict.chapter,
                "own": verdict.own,
                "known": verdict.known,
                "seconds": verdict.seconds,
                "tries": verdict.tries,
                "seed": verdict.seed,
                "evidence": verdict.evidence,
            } for _, verdict in sorted(backend.verdicts.items())],
        } for backend in backends],
    }


def table(rows):
    """Lines of a Markdown table; the first row is its head."""
    lines = []
    for row in rows:
        lines.append("| " + " | ".join(
            str(cell).replace("|", "\\|").replace("\n", " ")
            for cell in row) + " |")
        if len(lines) == 1:
            lines.append("|" + " --- |" * len(row))
    return lines


def verdict_rows(backends, chapters=None):
    """A row for each verdict, a column for each backend."""
    rows = [["rules of the contract", *(b.name for b in backends)]]
    for verdict in VERDICTS:
        rows.append([verdict, *(b.count(verdict, chapters) for b in backends)])
    return rows


def as_markdown(backends, surroundings):
    lines = ["# Conformance report", ""]
    rows = verdict_rows(backends)
    rows[0][0] = ""
    lines += table([
        rows[0],
        ["**in all**", *(f"**{b.conclusion()}**" for b in backends)],
        *rows[1:],
        ["known violations", *(sum(v.known for v in b.verdicts.values())
                               for b in backends)],
        ["seconds", *(f"{b.seconds:.1f}" for b in backends)],
        ["version", *(b.version or "-" for b in backends)],
    ])
    if any(b.filtered for b in backends):
        lines += ["", "Filtered: rules were left out, so no backend can be "
                  "said to conform."]
    lines += ["", "## Findings", ""] + (findings(backends) or ["None."])
    lines += ["", "## Rules", ""] + rule_tables(backends)
    measured = figures(backends)
    if len(measured) > 1:
        lines += ["## Tries, seeds and figures", "", *table(measured), ""]
    lines += ["## Environment", ""]
    lines += table([["", ""], *surroundings.items()])
    return "\n".join(lines) + "\n"


def findings(backends):
    """What a reader must know beside the numbers."""
    lines = []

    def say(backend, text, *details):
        lines.append(f"- {backend.name}: {text}")
        for detail in details:
            lines.extend(["", *("      " + line
                                for line in detail.splitlines()), ""])

    for backend in backends:
        for problem in backend.problems:
            head, _, rest = problem.partition("\n")
            say(backend, head, *([rest] if rest else []))
        for rule, why in sorted(backend.stale.items()):
            say(backend, f"{rule} stands in the list of known violations, but "
                f"{why}; `--fix` removes it")
        for verdict in sorted(backend.verdicts.values(), key=lambda v: v.id):
            if verdict.verdict == "violates":
                say(backend, "violates " + (
                    f"(known: {verdict.evidence[KNOWN_BECAUSE]}) "
                    if verdict.known else "") +
                    f"{programs.clause_of(verdict.id)}: "
                    f"{programs.sentence_of(verdict.id)}",
                    f"{verdict.reason.rstrip()}\n"
                    f"again: {verdict.replay}")
        undeclared = sorted(v.id for v in backend.verdicts.values()
                            if UNDECLARED in v.reason)
        if undeclared:
            say(backend, "works, but undeclared: " + ", ".join(undeclared))
        for verdict in ("not offered", "not observable", "not run"):
            for reason, rules in grouped(backend, verdict).items():
                say(backend, f"{verdict} ({reason}): " + (
                    f"{len(rules)} clauses" if reason == LEFT_OUT
                    else ", ".join(rules)))
    return lines


def grouped(backend, verdict):
    """Reason to the clauses of the rules that have this verdict."""
    reasons = collections.defaultdict(list)
    for rule in sorted(backend.verdicts):
        found = backend.verdicts[rule]
        if found.verdict == verdict and found.own:
            clause = programs.clause_of(rule)
            reason = " ".join(found.reason.split("; probed:")[0].split())
            if clause not in reasons[reason]:
                reasons[reason].append(clause)
    return reasons


def rule_tables(backends):
    """A table for each chapter: rules by backends."""
    chapters = collections.defaultdict(set)
    for backend in backends:
        for rule, verdict in backend.verdicts.items():
            if verdict.reason != LEFT_OUT:
                chapters[verdict.chapter].add(rule)
    lines = []
    for chapter, rules in sorted(chapters.items()):
        held = [b for b in backends
                if any(v.own and v.chapter == chapter
                       for v in b.verdicts.values())]
        lines += [f"### {chapter or 'chapter unknown'}", ""]
        lines += table([["clause", "rule", *(b.name for b in held)]] + [
            [programs.clause_of(rule), programs.sentence_of(rule),
             *(cell(b.verdicts[rule]) for b in held)]
            for rule in sorted(rules)])
        lines.append("")
    return lines


def figures(backends):
    """Rows for what rules counted, drew or measured; the first is the head."""
    rows = [["rule", "backend", "tries", "seed", "figures"]]
    for backend in backends:
        for rule, verdict in sorted(backend.verdicts.items()):
            evidence = ", ".join(
                f"{name} {value}" for name, value in verdict.evidence.items()
                if name != KNOWN_BECAUSE)
            if verdict.tries or verdict.seed or evidence:
                rows.append([rule, backend.name, verdict.tries, verdict.seed,
                             evidence])
    return [rows[0], *sorted(rows[1:])]


def cell(verdict):
    if verdict.verdict != "violates":
        return verdict.verdict
    return "**violates** (known)" if verdict.known else "**violates**"
