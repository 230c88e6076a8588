#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the kill matrix and of the README's table, on a tree of their own,
and whether the checked-in KILL_MATRIX.md is as the sources have it."""

import contextlib
import io
import json
import os
import stat
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import fake_program
import kill_matrix
import readme_table
import sources
from fake_program import CONFORMS, violates

CONTRACT = """
**TP-01** [M] One. Broken: a fault; another.

**TP-02** [M] Two.
- **HB-1** An edge.

- TP-02, no rule: it cannot
  be seen.
- HB-1, no mutant: nor this.
- TP-01, 1 fault: too hard.
"""
MUTANTS = """\
tp_01_a\tTP_01_OneIsOne\tclaimed\tfails\tit was two
tp_01_b\tTP_01_OneIsOne\tclaimed\tdies\tsignal
tp_01_b\tTP_01_OneIsTheSame\talso\tdies\t
tp_01_c\ttp_01_test\tclaimed\tfails\trefused
"""
ONE, SAME = "TP_01_OneIsOne", "TP_01_OneIsTheSame"


class FakeTree(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = directory.name
        self.write(sources.CONTRACT, CONTRACT)
        self.write(f"{sources.RULES}/one.cc",
                   f"\nRULE(TP_01, {ONE[6:]}) {{}}\n"
                   f"RULE(TP_01,\n     {SAME[6:]}) {{}}\n"
                   "RULE(HB_1, Edge) {}\n")
        self.write(f"{sources.RULES}/BUILD",
                   'does_not_compile_test(\n    name = "tp_01_test",\n)\n')
        self.write(sources.MUTANTS, MUTANTS)
        self.write(sources.ODDITIES, 'oddity(name = "lifo")\n')

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


class KillMatrixTest(FakeTree):

    def mutant(self, name, rules):
        """A mutant's program: it does not mind the word run_rules."""
        path = fake_program.write(self.root, name, rules)
        os.rename(path, os.path.join(self.root, kill_matrix.PROGRAMS, name))

    def refusal_mutant(self, status):
        path = self.write(f"{kill_matrix.PROGRAMS}/tp_01_c",
                          f"#!/bin/sh\necho refused\nexit {status}\n")
        os.chmod(path, stat.S_IRWXU)

    def all_mutants(self):
        self.mutant("tp_01_a", {ONE: violates("Expected one\nit was two")})
        self.mutant("tp_01_b", {ONE: violates("crashes: signal 11"),
                                SAME: violates("hangs: 15 s")})
        self.refusal_mutant(0)

    def measure(self, *arguments):
        """(status, the JSON, the messages)."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = kill_matrix.main([
                f"--root={self.root}", "--format=json", *arguments])
        return status, json.loads(out.getvalue() or "{}"), err.getvalue()

    def test_counts_what_the_sources_have(self):
        tree = sources.read(self.root)
        self.assertEqual(tree.counts(), {"clauses": 3, "rules": 4,
                                         "mutants": 3, "oddities": 1})
        self.assertEqual(
            [(entry.id, entry.reason) for entry in tree.untestable()],
            [("TP-02", "it cannot be seen."), ("HB-1", "nor this.")])

    def test_every_mutant_is_killed(self):
        self.all_mutants()
        status, result, _ = self.measure()
        self.assertEqual(status, 0, result)
        for key in ("survivors", "unkilled_rules", "objections"):
            self.assertEqual(result[key], [])
        self.assertEqual((result["mutants"], result["killed"]), (3, 3))
        self.assertEqual(
            [(cell["mutant"], cell["rule"], cell["demanded"], cell["how"])
             for cell in result["matrix"]],
            [("tp_01_a", ONE, "claimed", "fails"),
             ("tp_01_b", ONE, "claimed", "crashes"),
             ("tp_01_b", SAME, "also", "hangs"),
             ("tp_01_c", "tp_01_test", "claimed", "fails")])

    def test_survivors_and_idle_rules_are_named(self):
        self.all_mutants()
        self.mutant("tp_01_b", {ONE: CONFORMS, SAME: CONFORMS})
        self.refusal_mutant(1)
        status, result, _ = self.measure()
        self.assertEqual(status, 1)
        self.assertEqual(result["survivors"], ["tp_01_b", "tp_01_c"])
        self.assertEqual(result["unkilled_rules"], [SAME, "tp_01_test"])
        self.assertEqual(len(result["objections"]), 3)

    def test_a_kill_that_is_not_as_claimed_is_an_objection(self):
        self.all_mutants()
        for reason, objection in (
                ("it was three", "without the claimed message"),
                ("crashes: it was two", "it crashes, but is not said to")):
            self.mutant("tp_01_a", {ONE: violates(reason)})
            status, result, _ = self.measure()
            self.assertEqual(status, 1)
            self.assertIn(objection, result["objections"][0])

    def test_a_program_that_dies_or_is_absent_kills_nothing(self):
        self.all_mutants()
        fake = fake_program.write(self.root, "dead", {}, dies=True)
        os.rename(fake, os.path.join(self.root, kill_matrix.PROGRAMS,
                                     "tp_01_a"))
        os.remove(os.path.join(self.root, kill_matrix.PROGRAMS, "tp_01_b"))
        status, result, _ = self.measure()
        self.assertEqual(status, 1)
        self.assertEqual(result["survivors"], ["tp_01_a", "tp_01_b"])
        self.assertIn("its program died of SIGSEGV", result["objections"][0])
        self.assertIn("its program is not there", result["objections"][1])

    def test_all_rules_measures_what_nobody_demands(self):
        self.all_mutants()
        self.mutant("tp_01_a", {ONE: violates("it was two"),
                                SAME: violates("likewise")})
        _, result, _ = self.measure("--all_rules")
        self.assertIn(("tp_01_a", SAME, ""), [
            (cell["mutant"], cell["rule"], cell["demanded"])
            for cell in result["matrix"]])

    def test_a_pattern_picks_mutants(self):
        self.all_mutants()
        status, result, _ = self.measure("--mutants=*_c")
        self.assertEqual((status, result["filtered"]), (0, True))
        self.assertEqual(len(result["matrix"]), 1)
        self.assertEqual(self.measure("--mutants=x")[0], 2)

    def test_the_document_is_written_and_checked(self):
        self.assertIn("kill_matrix_document", kill_matrix.check(self.root))
        with unittest.mock.patch.dict(
                os.environ, BUILD_WORKSPACE_DIRECTORY=self.root):
            self.assertEqual(self.measure("--write")[0], 0)
        self.assertIsNone(kill_matrix.check(self.root))
        text = kill_matrix.document(sources.read(self.root))
        self.assertIn(f"- {ONE}: tp_01_a, tp_01_b†\n", text)
        self.assertIn(f"- {SAME}: (tp_01_b†)\n", text)
        self.assertIn("- HB_1_Edge: none, see above\n", text)
        self.assertIn("- rules that reject no mutant: 0\n", text)
        self.write(sources.MUTANTS, MUTANTS[:MUTANTS.index("tp_01_c")])
        self.assertIsNotNone(kill_matrix.check(self.root))


class ReadmeTest(FakeTree):

    def report(self, **rest):
        def verdicts(*words, own=True):
            return [{"chapter": chapter, "verdict": verdict, "known": False,
                     "own": chapter == "pool" or own}
                    for chapter, verdict in words]
        return {"backends": [
            {"name": "one", "problems": [], "filtered": False,
             "verdicts": verdicts(("pool", "conforms"), ("pool", "violates"),
                                  ("timer", "conforms")), **rest},
            {"name": "two", "problems": [], "filtered": False,
             "verdicts": verdicts(("pool", "conforms"),
                                  ("pool", "not offered"),
                                  ("timer", "not run"), own=False)}]}

    def test_the_block_has_backends_verdicts_and_counts(self):
        text = readme_table.block(self.report(), sources.read(self.root))
        self.assertIn("| rules of the contract | one | two |", text)
        self.assertIn("| conforms | 1 | 1 |", text)
        self.assertIn("| not offered | 0 | 1 |", text)
        self.assertIn("| not run | 0 | 0 |", text)
        self.assertIn("with one alone: conforms 1.", text)
        self.assertIn("3 clauses, 4 rules, 3 mutants", text)

    def test_an_incomplete_report_makes_no_table(self):
        for flaw in ({"problems": ["it died"]}, {"filtered": True}):
            with self.assertRaises(readme_table.Unfit):
                readme_table.block(self.report(**flaw),
                                   sources.read(self.root))

    def test_only_the_block_is_replaced(self):
        readme = f"before\n{readme_table.BEGIN}old\n{readme_table.END}\nafter"
        new = readme_table.replaced(readme, "new\n")
        self.assertEqual(new, readme.replace("old", "new"))
        with self.assertRaises(readme_table.Unfit):
            readme_table.replaced("no marks", "new")

    def test_a_stale_readme_fails_the_check(self):
        report = self.write("report.json", json.dumps(self.report()))
        program = self.write("report", f"#!/bin/sh\ncat {report}\n")
        os.chmod(program, stat.S_IRWXU)
        self.write("README.md", f"{readme_table.BEGIN}{readme_table.END}\n")
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.root)
        with unittest.mock.patch.dict(
                os.environ, BUILD_WORKSPACE_DIRECTORY=self.root):
            for arguments, status, says in (
                    (["--check"], 1, "bazel run //conformance:readme_table"),
                    ([], 0, "is rewritten"),
                    (["--check"], 0, "is as it should be")):
                err = io.StringIO()
                with contextlib.redirect_stderr(err):
                    self.assertEqual(
                        readme_table.main([program, *arguments]), status)
                self.assertIn(says, err.getvalue())


class CheckedInTest(unittest.TestCase):

    def test_kill_matrix_md_is_as_the_sources_have_it(self):
        if not os.path.exists(sources.MUTANTS):
            self.skipTest("mutants.txt is there under Bazel only")
        self.assertIsNone(kill_matrix.check("."))


if __name__ == "__main__":
    unittest.main()
