# SPDX-License-Identifier: Apache-2.0
"""Backends, each with a verdict on every rule, out of the runs of programs."""

import dataclasses

import known_violations
import programs


# Why a rule was not run that could have been.
LEFT_OUT = "left out by the filter"

# The reason that the list gives for a known violation, among a rule's evidence.
KNOWN_BECAUSE = "known because"


@dataclasses.dataclass
class Backend:
    """What all programs of one backend came to, together."""
    name: str
    version: str = ""
    compiler: str = ""
    verdicts: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    problems: list = dataclasses.field(default_factory=list)
    stale: dict = dataclasses.field(default_factory=dict)  # listed rules
    filtered: bool = False

    def count(self, verdict, chapters=None):
        return sum(v.verdict == verdict for v in self.verdicts.values()
                   if v.own and (chapters is None or v.chapter in chapters))

    def unlisted(self):
        return [v for v in self.verdicts.values()
                if v.verdict == "violates" and not v.known]

    def conclusion(self):
        """The backend as a whole."""
        known = sum(v.known for v in self.verdicts.values())
        if self.unlisted():
            return "violates"
        if self.filtered:
            return "filtered: open"
        if self.problems or self.count("not run"):
            return "incomplete: open"
        if self.stale:
            return "list is stale"
        return f"conforms, but for {known} known" if known else "conforms"


def read_list(program):
    """The rules that the program's backend is known to violate."""
    if not program.known_path:
        return {}
    with open(program.known_path, encoding="utf-8") as file:
        return known_violations.parse(file.read(), program.known)


def merge(runs, filtered):
    """The backends of these runs, each with a verdict on every rule.

    A program of which a filter leaves no rule is left out itself.
    """
    backends = {}
    runs = [run for run in runs if not (filtered and run.has_no_rules)]
    for run in runs:
        backend = backends.setdefault(run.backend, Backend(run.backend))
        backend.filtered = filtered
        backend.version = backend.version or run.version
        backend.compiler = backend.compiler or run.compiler
        backend.seconds += run.seconds
        if run.problem:
            backend.problems.append(run.problem)
        verdicts = dict(run.verdicts)
        for rule in run.rules:
            verdicts.setdefault(rule, programs.RuleVerdict(
                rule, "not run", "the program did not come to it"
                if run.problem or not filtered else LEFT_OUT,
                programs.replay(run.program, rule)))
        for rule in sorted(verdicts.keys() & backend.verdicts.keys()):
            backend.problems.append(
                f"{run.program.label} checks {rule} once more")
        backend.verdicts.update(verdicts)
    chapters = chapters_of(backends.values())
    for run in runs:
        known = read_list(run.program)
        backend = backends[run.backend]
        # Several programs of a backend may share a list.
        backend.stale.update(known_violations.stale(known, {
            rule: verdict.verdict
            for rule, verdict in backend.verdicts.items()}))
        for rule in known:
            verdict = backend.verdicts.get(rule)
            if verdict is not None and verdict.verdict == "violates":
                verdict.known = True
                verdict.evidence[KNOWN_BECAUSE] = known[rule]
    for backend in backends.values():
        complete(backend, chapters)
    return [backends[name] for name in sorted(backends)]


def chapters_of(backends):
    """The chapter of each rule, as far as any program has told it."""
    chapters = {}
    for backend in backends:
        for rule, verdict in backend.verdicts.items():
            if verdict.chapter or rule not in chapters:
                chapters[rule] = verdict.chapter
    return chapters


def complete(backend, chapters):
    """Adds the rules that only others ran."""
    own = {chapters[rule] for rule in backend.verdicts}
    for rule, chapter in chapters.items():
        verdict = backend.verdicts.get(rule)
        if verdict is not None:
            verdict.chapter = chapter
        elif not chapter:
            continue  # Nobody ran it, so nobody can tell whose it is.
        elif chapter in own:
            backend.verdicts[rule] = programs.RuleVerdict(
                rule, "not run", "no program of this backend holds the rule",
                chapter=chapter)
        else:
            backend.verdicts[rule] = programs.RuleVerdict(
                rule, "not run",
                f"the chapter {chapter} is checked with other backends only",
                chapter=chapter, own=False)
