# SPDX-License-Identifier: Apache-2.0
"""What the sources say there is: clauses, rules, mutants, oddities.

Paths are those of the workspace, under a root: its directory, or that of a
program's runfiles. traceability_test holds all of it together.
"""

import dataclasses
import os
import re

from programs import clause_of

CONTRACT = "conformance/CONTRACT.md"
RULES = "conformance/rules"
MUTANTS = "conformance/mutants/mutants.txt"
ODDITIES = "conformance/oddities/BUILD"


@dataclasses.dataclass
class Kill:
    """That a rule must reject a mutant."""
    mutant: str
    rule: str
    claimed: bool  # else rejected, too
    dies: bool  # the process may crash or hang
    message: str  # what the rule must print; "" if it is not claimed


@dataclasses.dataclass
class LeftOut:
    """An entry of the contract's section 8.1."""
    id: str
    what: str  # "no rule", "no mutant" or "2 faults"
    reason: str


@dataclasses.dataclass
class Tree:
    clauses: list
    rules: list
    kills: list
    oddities: list
    left_out: list

    def mutants(self):
        """Mutant to its kills, the claimed one first."""
        found = {}
        for kill in self.kills:
            found.setdefault(kill.mutant, []).append(kill)
        for kills in found.values():
            kills.sort(key=lambda kill: not kill.claimed)
        return found

    def untestable(self):
        """What has no rule, or a rule that no mutant can be made for."""
        return [entry for entry in self.left_out
                if entry.what in ("no rule", "no mutant")]

    def unkilled(self, killing):
        """Rules not among `killing`, which reject a mutant, nor excused."""
        excused = {entry.id for entry in self.untestable()}
        return [rule for rule in self.rules
                if rule not in killing and clause_of(rule) not in excused]

    def counts(self):
        """The numbers, for prose."""
        return {"clauses": len(self.clauses), "rules": len(self.rules),
                "mutants": len(self.mutants()),
                "oddities": len(self.oddities)}


def clauses_in(contract):
    return re.findall(r"\*\*(\w\w-\d+)\*\*", contract)


def left_out_in(contract):
    entries = re.findall(
        r"^- (\w\w-\d+), (no rule|no mutant|\d+ faults?): (.*(?:\n  .*)*)",
        contract, re.MULTILINE)
    return [LeftOut(id, what, " ".join(reason.split()))
            for id, what, reason in entries]


def rules_in(source):
    return ["_".join(rule) for rule in re.findall(
        r"^RULE\((\w\w_\d+),\s+(\w+)\)", source, re.MULTILINE)]


def refusals_in(build):
    """Tests that something does not compile are rules, too."""
    return re.findall(r'^does_not_compile_test\(\s+name = "(\w+)"', build,
                      re.MULTILINE)


def kills_in(lines):
    """The lines of mutants.txt; see mutant_list in conformance/mutants."""
    kills = []
    for line in lines.splitlines():
        mutant, rule, claim, how, message = line.split("\t")
        kills.append(Kill(mutant, rule, claim == "claimed", how == "dies",
                          message))
    return kills


def oddities_in(build):
    return re.findall(r'^oddity\(\s*name = "(\w+)"', build, re.MULTILINE)


def read(root):
    """The Tree under `root`."""

    def text(path):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()

    contract = text(CONTRACT)
    rules = refusals_in(text(f"{RULES}/BUILD"))
    for name in os.listdir(os.path.join(root, RULES)):
        if name.endswith(".cc"):
            rules += rules_in(text(f"{RULES}/{name}"))
    return Tree(
        clauses=clauses_in(contract),
        rules=sorted(rules, key=_in_order_of_clauses),
        kills=kills_in(text(MUTANTS)),
        oddities=oddities_in(text(ODDITIES)),
        left_out=left_out_in(contract))


def _in_order_of_clauses(rule):
    chapter, number, *_ = rule.upper().split("_", 2)
    return chapter, int(number), rule
