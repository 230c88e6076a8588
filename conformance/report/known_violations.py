# SPDX-License-Identifier: Apache-2.0
"""Lists of known violations; see conformance/kit/known_violations.h."""

import os
import re

_ENTRY = re.compile(r"^\s*(\w+)\s+#\s*(\S.*?)\s*$")
_NOTHING = re.compile(r"^\s*(#.*)?$")

# What a rule that stays in the list may have come to. A violation that was not
# looked for, or cannot be seen, may well be there.
_STAYS = ("violates", "not observable", "not run")


class BadList(Exception):
    """A list that is not of the right form."""


def parse(text, path):
    """The listed rules, with their reasons. `path` is for messages."""
    rules = {}
    for number, line in enumerate(text.splitlines(), 1):
        entry = _ENTRY.match(line)
        if entry is None:
            if _NOTHING.match(line):
                continue
            raise BadList(f"{path}:{number}: {line!r} must be a rule's name "
                          "and '# reason'")
        if entry[1] in rules:
            raise BadList(f"{path}:{number}: {entry[1]} stands in the list "
                          "twice")
        rules[entry[1]] = entry[2]
    return rules


def stale(rules, verdicts):
    """Those of the listed rules that do not belong there, with the reason.

    `verdicts` has the verdict of each rule that there is.
    """
    gone = {}
    for rule in rules:
        verdict = verdicts.get(rule)
        if verdict is None:
            gone[rule] = "there is no such rule"
        elif verdict not in _STAYS:
            gone[rule] = ("it conforms" if verdict == "conforms"
                          else f"it is {verdict}")
    return gone


def fixed(text, path, verdicts):
    """The list as it should be. What stays, and every comment, stays as is."""
    rules = parse(text, path)
    gone = stale(rules, verdicts)
    lines = []
    for line in text.splitlines():
        entry = _ENTRY.match(line)
        if entry is None or entry[1] not in gone:
            lines.append(line)
    lines += [f"{rule}  # reason: write why"
              for rule, verdict in sorted(verdicts.items())
              if verdict == "violates" and rule not in rules]
    return "".join(line + "\n" for line in lines)


def fix(backends, runs, root):
    """Rewrites the lists of known violations; says what it did.

    Raises BadList, with nothing changed, unless every rule of every backend
    has been run and every violation has a list to go to. `root` is the
    workspace's directory.
    """
    for backend in backends:
        if backend.filtered:
            raise BadList("--fix needs all rules: run it without a filter")
        if backend.problems or backend.count("not run"):
            raise BadList(f"--fix needs all rules, but the run of "
                          f"{backend.name} is incomplete: see the findings")
    if not root:
        raise BadList("--fix writes to the workspace: start it with "
                      "`bazel run`")
    by_name = {backend.name: backend for backend in backends}
    lists = {}  # path to the backend
    for run in runs:
        backend = by_name[run.backend]
        path = run.program.known
        if path.startswith("../"):
            raise BadList(f"--fix cannot write {path}, of another workspace")
        if path and lists.setdefault(path, backend) is not backend:
            raise BadList(f"{path} is the list of two backends, "
                          f"{lists[path].name} and {backend.name}")
    for backend in backends:
        if backend not in lists.values() and backend.unlisted():
            raise BadList(f"{backend.name} violates rules and has no list: "
                          "give conformance_test an empty file as "
                          "known_violations")
    changed = {}
    for path, backend in lists.items():
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        new = fixed(text, path, {rule: verdict.verdict for rule, verdict
                                 in backend.verdicts.items()})
        if new != text:
            changed[path] = new
    for path, text in changed.items():
        with open(os.path.join(root, path), "w", encoding="utf-8") as file:
            file.write(text)
    return [f"{path} is rewritten" if path in changed
            else f"{path} is as it should be" for path in lists]
