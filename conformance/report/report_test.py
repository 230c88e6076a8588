#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the report, on programs that are not real."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import fake_program
import known_violations
import programs
import report
from fake_program import CONFORMS, not_offered, violates

ONE = "TP_01_OneIsOne"
TWO = "TP_02_TwoIsTwo"
TIMER = "RL_01_TimersTick"


class ReportTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = directory.name
        patch = unittest.mock.patch.dict(
            os.environ, BUILD_WORKSPACE_DIRECTORY=self.root,
            BUILD_WORKING_DIRECTORY=self.root, GTEST_FILTER="-*",
            HEDDLE_CHAPTER="none")
        patch.start()
        self.addCleanup(patch.stop)
        self.programs = []

    def add(self, backend, rules, known=None, **rest):
        """A program, and its list's text if it has one."""
        path = fake_program.write(self.root, backend, rules, **rest)
        listed = f"{backend}.txt" if known is not None else ""
        if known is not None:
            self.write_list(backend, known)
        self.programs.append("--program=" + "=".join(
            [backend, f"//c:{backend}_rules", path, listed,
             listed and os.path.join(self.root, listed)]))

    def write_list(self, backend, text):
        with open(os.path.join(self.root, f"{backend}.txt"), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def read_list(self, backend):
        with open(os.path.join(self.root, f"{backend}.txt"),
                  encoding="utf-8") as file:
            return file.read()

    def run_report(self, *arguments):
        """(status, standard output, standard error)."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = report.main([*self.programs, *arguments])
        return status, out.getvalue(), err.getvalue()

    def verdicts(self, *arguments):
        """(status, {backend: {rule: its verdict's object}})."""
        status, out, _ = self.run_report("--format=json", *arguments)
        return status, {backend["name"]: {verdict["id"]: verdict for verdict
                                          in backend["verdicts"]}
                        for backend in json.loads(out)["backends"]}

    def test_json_tells_backends_and_environment(self):
        self.add("good", {ONE: CONFORMS | {"tries": "9", "seed": "4",
                                           "overlap": "2"}})
        status, out, _ = self.run_report("--format=json", "--mode=opt")
        self.assertEqual(status, 0)
        document = json.loads(out)
        self.assertEqual(document["environment"]["compiler"], "gcc 12.2")
        self.assertEqual(document["environment"]["compilation_mode"], "opt")
        self.assertGreater(document["environment"]["cpus"], 0)
        _, out, _ = self.run_report()
        self.assertIn("| TP_01_OneIsOne | good | 9 | 4 | overlap 2 |", out)
        [backend] = document["backends"]
        self.assertEqual((backend["name"], backend["version"]), ("good", "1.2"))
        [verdict] = backend["verdicts"]
        self.assertEqual(verdict["verdict"], "conforms")
        self.assertEqual(verdict["clause"], "TP-01")
        self.assertEqual(verdict["sentence"], "one is one")
        self.assertEqual(verdict["evidence"], {"overlap": "2"})
        self.assertEqual(
            verdict["replay"],
            "bazel run //c:good_rules -- --gtest_filter=TP.TP_01_OneIsOne "
            "--seed=4")

    def test_all_verdicts_are_told_apart(self):
        self.add("mixed", {
            ONE: CONFORMS,
            TWO: violates("it was three"),
            "TP_03_C": not_offered("no need"),
            "TP_04_D": {"verdict": "not_observable", "reason": "too dark"},
            "TP_05_E": {"result": "SKIPPED"},
            "TP_06_F": CONFORMS | {"failures": [{"failure": "x.cc:1"}]}})
        status, verdicts = self.verdicts()
        self.assertEqual(status, 1)
        self.assertEqual(
            [(v["verdict"], v["reason"]) for v in verdicts["mixed"].values()],
            [("conforms", ""), ("violates", "it was three"),
             ("not offered", "no need"), ("not observable", "too dark"),
             ("not run", "skipped without a verdict"), ("violates", "x.cc:1")])

    def test_what_others_ran_is_not_run(self):
        self.add("one", {ONE: CONFORMS, TWO: CONFORMS})
        self.add("other", {ONE: CONFORMS})
        status, verdicts = self.verdicts()
        self.assertEqual(status, 3)
        self.assertEqual(verdicts["other"][TWO]["verdict"], "not run")
        self.assertEqual(verdicts["other"][TWO]["reason"],
                         "no program of this backend holds the rule")

    def test_a_chapter_of_others_is_not_held_against_a_backend(self):
        self.add("one", {ONE: CONFORMS})
        self.add("one", {TIMER: CONFORMS}, chapter="timer")
        self.add("other", {ONE: CONFORMS})
        status, verdicts = self.verdicts()
        self.assertEqual(status, 0)
        self.assertEqual(len(verdicts["one"]), 2)
        self.assertEqual(verdicts["other"][TIMER]["verdict"], "not run")
        self.assertFalse(verdicts["other"][TIMER]["own"])

    def test_a_crash_leaves_the_rules_not_run(self):
        self.add("crashing", {ONE: CONFORMS}, dies=True)
        status, verdicts = self.verdicts()
        self.assertEqual(status, 3)
        self.assertEqual(verdicts["crashing"][ONE]["verdict"], "not run")
        _, out, _ = self.run_report()
        self.assertIn("//c:crashing_rules died of SIGSEGV", out)
        self.assertIn("**incomplete: open**", out)

    def test_a_program_that_cannot_be_asked_is_a_problem(self):
        self.programs.append("--program=absent=//c:absent_rules=/bin/false==")
        status, out, _ = self.run_report()
        self.assertEqual(status, 3)
        self.assertIn("ended with status 1 when asked for its rules", out)

    def test_a_filtered_run_never_says_conforms(self):
        self.add("good", {ONE: CONFORMS, TWO: CONFORMS})
        status, verdicts = self.verdicts("--gtest_filter=*TP_01_*")
        self.assertEqual(status, 3)
        self.assertEqual(verdicts["good"][ONE]["verdict"], "conforms")
        self.assertEqual(verdicts["good"][TWO]["reason"],
                         "left out by the filter")
        _, out, _ = self.run_report("--gtest_filter=*TP_01_*")
        self.assertIn("not run (left out by the filter): 1 clauses", out)
        self.assertNotIn("| two is two |", out)
        status, out, _ = self.run_report("--gtest_filter=*")
        self.assertIn("**filtered: open**", out)
        self.assertNotIn("**conforms**", out)

    def test_a_program_without_a_rule_for_the_filter_is_left_out(self):
        self.add("one", {ONE: CONFORMS})
        self.add("two", {TIMER: CONFORMS}, chapter="timer")
        _, verdicts = self.verdicts("--gtest_filter=*TP_01_*")
        self.assertEqual(list(verdicts), ["one"])
        self.assertEqual(list(verdicts["one"]), [ONE])
        status, _, err = self.run_report("--gtest_filter=nothing")
        self.assertEqual(status, 3)
        self.assertIn("the filter names no rule", err)

    def test_the_same_rule_twice_is_a_problem(self):
        self.add("twice", {ONE: CONFORMS})
        self.programs *= 2
        status, out, _ = self.run_report()
        self.assertEqual(status, 3)
        self.assertIn("checks TP_01_OneIsOne once more", out)

    def test_markdown_tells_findings(self):
        self.add("mixed", {
            ONE: not_offered("too slow; " + report.rendering.UNDECLARED),
            TWO: violates("expected 2\nseen 3")})
        status, out, _ = self.run_report()
        self.assertEqual(status, 1)
        self.assertIn("| violates | 1 |", out)
        self.assertIn("| TP-02 | two is two | **violates** |", out)
        self.assertIn("- mixed: works, but undeclared: TP_01_OneIsOne", out)
        self.assertIn("      expected 2\n      seen 3\n      again: bazel", out)
        self.assertIn("not offered (too slow): TP-01", out)

    def test_output_goes_to_a_file_where_the_user_is(self):
        self.add("good", {ONE: CONFORMS})
        status, out, err = self.run_report("--output=there.md")
        self.assertEqual((status, out), (0, ""))
        self.assertIn("good: conforms", err)
        with open(os.path.join(self.root, "there.md"),
                  encoding="utf-8") as file:
            self.assertIn("# Conformance report", file.read())

    def test_known_violations_are_shown_and_pass(self):
        self.add("known", {ONE: CONFORMS, TWO: violates("three")},
                 known=f"{TWO}  # arithmetic: #17\n")
        status, out, _ = self.run_report()
        self.assertEqual(status, 0)
        self.assertIn("**conforms, but for 1 known**", out)
        self.assertIn("violates (known: arithmetic: #17) TP-02", out)

    def test_a_stale_list_fails(self):
        for stale, why in ((ONE, "it conforms"),
                           ("TP_09_Nine", "there is no such rule")):
            self.programs = []
            self.add("stale", {ONE: CONFORMS}, known=f"{stale}  # why\n")
            status, out, _ = self.run_report()
            self.assertEqual(status, 1)
            self.assertIn(f"{stale} stands in the list of known violations, "
                          f"but {why}", out)

    def test_a_bad_list_is_refused(self):
        for text in (f"{ONE}\n", f"{ONE} # a\n{ONE} # b\n", "# a\nx y\n"):
            self.programs = []
            self.add("bad", {ONE: CONFORMS}, known=text)
            status, _, err = self.run_report()
            self.assertEqual(status, 2)
            self.assertRegex(err, r"bad.txt:\d: ")

    def test_fix_keeps_removes_and_adds(self):
        self.add("fixed", {
            ONE: CONFORMS, TWO: violates("three"), "TP_03_C": violates("c"),
            "TP_04_D": {"verdict": "not_observable", "reason": "dark"}},
                 known=f"# Our sins.\n\n{TWO}   # mine, kept\n{ONE} # gone\n"
                 "TP_04_D # by day\n# The end.")
        status, _, _ = self.run_report("--fix")
        self.assertEqual(status, 0)
        self.assertEqual(
            self.read_list("fixed"),
            f"# Our sins.\n\n{TWO}   # mine, kept\nTP_04_D # by day\n"
            "# The end.\nTP_03_C  # reason: write why\n")
        known_violations.parse(self.read_list("fixed"), "fixed.txt")
        status, _, err = self.run_report("--fix")
        self.assertIn("fixed.txt is as it should be", err)
        self.assertEqual(self.run_report()[0], 0)

    def test_fix_refuses_what_is_not_whole(self):
        stale = f"{ONE} # stale\n"
        self.add("fixed", {ONE: CONFORMS}, known=stale)
        for arguments in (["--gtest_filter=*"], ["--chapter=thread_pool"]):
            status, _, err = self.run_report("--fix", *arguments)
            self.assertEqual(status, 2)
            self.assertIn("without a filter", err)
        self.add("crashing", {ONE: CONFORMS}, dies=True)
        status, _, err = self.run_report("--fix")
        self.assertEqual(status, 2)
        self.assertIn("the run of crashing is incomplete", err)
        self.programs.pop()
        self.add("odd", {ONE: CONFORMS}, status=2)
        self.assertEqual(self.run_report("--fix")[0], 2)
        self.programs.pop()
        self.add("listless", {TWO: violates("x"), ONE: CONFORMS})
        self.assertEqual(self.run_report("--fix")[0], 2)
        self.assertEqual(self.read_list("fixed"), stale)

    def test_fix_needs_a_workspace(self):
        self.add("fixed", {ONE: CONFORMS}, known=f"{ONE} # stale\n")
        del os.environ["BUILD_WORKSPACE_DIRECTORY"]
        self.assertEqual(self.run_report("--fix")[0], 2)

    def test_a_program_that_hangs_is_ended(self):
        status, _ = programs.execute(["sleep", "1000"], 0.01)
        self.assertIsNone(status)
        self.assertEqual(programs.ending(status), "did not end in time")


if __name__ == "__main__":
    unittest.main()
