# SPDX-License-Identifier: Apache-2.0
"""Runs conformance programs and reads what came of their rules.

A conformance program is one backend with chapters of rules; several programs
may check one backend, each other rules. See conformance/kit/options.h and
conformance/kit/verdicts.h for what they take and write.
"""

import dataclasses
import json
import os
import re
import signal
import subprocess
import tempfile
import time

# Exit status of a program that has no rule to run; see verdicts.h.
_NO_RULES = 3

VERDICTS = ("conforms", "violates", "not offered", "not observable", "not run")

# What GoogleTest and the kit write about a rule beside the rule's own findings.
_NOT_EVIDENCE = frozenset((
    "name", "file", "line", "status", "result", "timestamp", "time",
    "classname", "failures", "clause", "chapter", "verdict", "reason", "replay",
    "known", "tries", "seed", "backend"))


@dataclasses.dataclass
class Program:
    """An executable that checks one backend."""
    name: str  # the backend's, until the program tells it
    label: str  # for `bazel run`
    path: str
    known: str = ""  # its list of known violations, from the workspace's root
    known_path: str = ""  # where that list can be read


@dataclasses.dataclass
class RuleVerdict:
    """What one rule came to for one backend."""
    id: str  # "TP_16_APoolWorksWithoutAReactor"
    verdict: str
    reason: str = ""
    replay: str = ""
    chapter: str = ""
    known: bool = False
    seconds: float = 0.0
    tries: str = ""
    seed: str = ""
    evidence: dict = dataclasses.field(default_factory=dict)
    own: bool = True  # whether the backend is held to this rule's chapter


@dataclasses.dataclass
class Run:
    """What one program wrote, and how it ended."""
    program: Program
    backend: str
    version: str = ""
    compiler: str = ""
    rules: list = dataclasses.field(default_factory=list)  # all that it holds
    verdicts: dict = dataclasses.field(default_factory=dict)  # of those it ran
    seconds: float = 0.0
    problem: str = ""  # why it did not come to its end
    has_no_rules: bool = False  # no problem if there is a filter


def clause_of(rule):
    """ "TP-16" of "TP_16_APoolWorksWithoutAReactor", also of "tp_16_x"."""
    return "-".join(rule.split("_")[:2]).upper()


def sentence_of(rule):
    """ "a pool works without a reactor" of the same."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", rule.split("_", 2)[-1])
    return words.lower()


def test_of(rule):
    """GoogleTest's name of a rule: "TP.TP_16_APoolWorksWithoutAReactor"."""
    return f"{rule.partition('_')[0]}.{rule}"


def _environment():
    """Ours, without what would pick rules or lists, or belongs to a test."""
    unwanted = re.compile(
        "GTEST_|TEST_|TESTBRIDGE_|XML_OUTPUT_FILE$|HEDDLE_CHAPTER$|"
        "HEDDLE_KNOWN_VIOLATIONS$|HEDDLE_PROBE$")
    return {name: value for name, value in os.environ.items()
            if not unwanted.match(name) or name == "TEST_TMPDIR"}


def execute(command, limit, environment=None):
    """Runs a command: (status, output); status as in subprocess, or None.

    None means that it had not ended after `limit` seconds. All its children
    are then killed with it.
    """
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True,
            env=_environment() | (environment or {}))
        try:
            status = child.wait(limit)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
        log.seek(0)
        return status, log.read().decode(errors="replace")


def ending(status):
    """How a program ended, in words."""
    if status is None:
        return "did not end in time"
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of signal {-status}"


def listed(output):
    """The rules in what --gtest_list_tests printed."""
    return re.findall(r"^  (\w+)", output, re.MULTILINE)


def read_results(text):
    """(properties of the program, verdicts by rule) of GoogleTest's JSON."""
    document = json.loads(text)
    verdicts = {}
    for suite in document.get("testsuites", ()):
        for test in suite.get("testsuite", ()):
            if test.get("status") != "RUN":
                continue
            verdict = read_verdict(test)
            verdicts[verdict.id] = verdict
    return document, verdicts


def read_verdict(test):
    """The RuleVerdict of one test as GoogleTest writes it."""
    failures = [failure.get("failure", "")
                for failure in test.get("failures", ())]
    verdict = test.get("verdict", "").replace("_", " ")
    reason = test.get("reason", "")
    if failures and verdict != "violates":
        verdict, reason = "violates", failures[0]
    elif verdict not in VERDICTS:
        if test.get("result") == "SKIPPED":
            verdict, reason = "not run", "skipped without a verdict"
        else:
            verdict = "conforms"
    return RuleVerdict(
        id=test["name"], verdict=verdict,
        reason="" if verdict == "conforms" else reason,
        replay=test.get("replay", ""), chapter=test.get("chapter", ""),
        seconds=float(test.get("time", "0s").rstrip("s")),
        tries=test.get("tries", ""), seed=test.get("seed", ""),
        evidence={name: value for name, value in test.items()
                  if name not in _NOT_EVIDENCE})


def run_program(program, arguments=(), limit=3600):
    """Runs a program's rules and reads what they came to."""
    run = Run(program, program.name)
    started = time.monotonic()
    status, output = execute([program.path, "--gtest_list_tests"], 60)
    if status != 0:
        run.problem = (f"{program.label} {ending(status)} when asked for its "
                       f"rules\n{tail(output)}")
        return run
    run.rules = listed(output)
    with tempfile.TemporaryDirectory() as directory:
        results = os.path.join(directory, "results.json")
        status, output = execute(
            [program.path, f"--gtest_output=json:{results}", *arguments], limit)
        run.seconds = time.monotonic() - started
        run.has_no_rules = status == _NO_RULES
        try:
            with open(results, encoding="utf-8", errors="replace") as file:
                document, run.verdicts = read_results(file.read())
        except (OSError, ValueError):
            run.problem = (f"{program.label} {ending(status)} and wrote no "
                           f"results\n{tail(output)}")
            return run
    run.backend = document.get("backend") or program.name
    run.version = document.get("backend_version", "")
    run.compiler = document.get("compiler", "")
    if status not in (0, 1):
        run.problem = f"{program.label} {ending(status)}\n{tail(output)}"
    for verdict in run.verdicts.values():
        # A command for the workspace, where the program knows only itself.
        verdict.replay = replay(program, verdict.id, verdict.seed)
    return run


def replay(program, rule, seed=""):
    """How to check just this rule again, in a shell."""
    return (f"bazel run {program.label} -- --gtest_filter={test_of(rule)}" +
            (f" --seed={seed}" if seed else ""))


def tail(output, lines=20):
    return "\n".join(output.rstrip().splitlines()[-lines:])
