#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the program that runs rules, on rules that end in every way."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)

# What each of strange_rules.cc comes to, and a part of the reason.
VERDICTS = {
    "TP_01_Conforms": ("conforms", ""),
    "TP_02_Fails": ("violates", "planted"),
    "TP_03_IsNotOfferedAndIsNotThere": ("not_offered", "nobody wrote it"),
    "TP_04_IsNotOfferedButIsThere": ("not_offered", "it says so"),
    "TP_05_IsNotObservable": ("not_observable", "nobody can see it"),
    "TP_06_Crashes": ("violates", "crashes: its process ended with signal 11"),
    "TP_07_FailsAndCrashes": ("violates", "said before the crash"),
    "TP_08_Leaves": ("violates", "crashes: its process ended with status 0"),
    "TP_09_Hangs": ("violates", "hangs: its watchdog ended the process"),
    "TP_10_Throws": ("violates", "planted"),
    "TP_11_SpoilsTheExit": ("violates", "its process then ended with status 66"),
    "TP_12_IsProbabilistic": ("conforms", ""),
    "TP_13_LeavesAChildThatHoldsItsOutput": ("conforms", ""),
}


class Run:
    """One run of the program."""

    def __init__(self, *flags, **environment):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "results.json")
            env = {name: value for name, value in os.environ.items()
                   if not name.startswith(("HEDDLE_", "GTEST_", "TEST"))}
            # The one rule that waits in vain should not take long.
            env["HEDDLE_PATIENCE_SECONDS"] = "0.5"
            process = subprocess.run(
                [PROGRAM, f"--gtest_output=json:{file}", *flags],
                env={**env, **environment}, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, check=False)
            self.status, self.output = process.returncode, process.stdout
            self.root, self.tests = {}, {}
            if os.path.exists(file):
                with open(file, encoding="utf-8") as results:
                    self.root = json.load(results)
                self.tests = {
                    test["name"]: test for suite in self.root["testsuites"]
                    for test in suite["testsuite"] if test["status"] == "RUN"}

    def verdicts(self):
        return {name: test["verdict"] for name, test in self.tests.items()}


def known_violations(text):
    """The flag for a list with that text; the file goes with the test."""
    file = os.path.join(tempfile.mkdtemp(dir=os.environ["TEST_TMPDIR"]), "list")
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
    return f"--known_violations={file}"


class IsolatedRun(unittest.TestCase):
    """Every rule is judged, however the others end."""

    @classmethod
    def setUpClass(cls):
        cls.run_of_all = Run()

    def test_each_rule_has_its_verdict_and_reason(self):
        tests = self.run_of_all.tests
        self.assertEqual(sorted(tests), sorted(VERDICTS))
        for name, (verdict, reason) in VERDICTS.items():
            with self.subTest(rule=name):
                self.assertEqual(tests[name]["verdict"], verdict)
                self.assertIn(reason, tests[name]["reason"])

    def test_the_status_says_that_rules_are_violated(self):
        self.assertEqual(self.run_of_all.status, 1)

    def test_the_last_line_counts(self):
        self.assertIn(
            "backend strange: 3 conform, 7 violate, 2 not offered, "
            "1 not observable, 0 not run", self.run_of_all.output)

    def test_a_failure_says_which_rule_and_how_to_run_it_again(self):
        self.assertIn("TP-02: Fails\n  violated by backend: strange\n"
                      "  replay: ", self.run_of_all.output)
        replay = self.run_of_all.tests["TP_02_Fails"]["replay"]
        self.assertTrue(
            replay.endswith(" --gtest_filter=TP.TP_02_Fails"), replay)

    def test_what_a_violating_rule_printed_is_shown(self):
        self.assertIn("printed before the failure", self.run_of_all.output)
        self.assertNotIn("Failed\nFailed", self.run_of_all.output)

    def test_tries_and_seed_are_shown_and_the_seed_replays(self):
        self.assertIn("probabilistic: 7 tries, seed 5", self.run_of_all.output)
        again = Run("--gtest_filter=*TP_12*", "--seed=9")
        test = again.tests["TP_12_IsProbabilistic"]
        self.assertEqual(test["seed"], "9")
        self.assertTrue(test["replay"].endswith(" --seed=9"), test["replay"])

    def test_the_results_name_backend_and_version(self):
        self.assertEqual(self.run_of_all.root["backend"], "strange")
        self.assertEqual(self.run_of_all.root["backend_version"], "1.2")


class OtherRuns(unittest.TestCase):
    """Options."""

    def test_in_one_process_verdicts_are_the_same(self):
        gone = ("TP_06", "TP_07", "TP_08", "TP_09", "TP_11", "TP_13")
        run = Run("--in_process",
                  "--gtest_filter=-" + ":".join(f"*{rule}*" for rule in gone))
        self.assertEqual(run.verdicts(), {
            name: verdict for name, (verdict, _) in VERDICTS.items()
            if not name.startswith(gone)})

    def test_a_probe_finds_what_is_there_but_not_declared(self):
        run = Run("--probe", "--gtest_filter=*TP_03*:*TP_04*")
        self.assertEqual(run.status, 0, run.output)
        reasons = [test["reason"] for _, test in sorted(run.tests.items())]
        self.assertEqual(reasons, [
            "nobody wrote it; probed: was not seen to work",
            "it says so; probed: works, but undeclared"])

    def test_rules_run_in_any_number_at_a_time(self):
        for jobs in ("1", "16"):
            run = Run(f"--jobs={jobs}", "--gtest_filter=-*TP_09*",
                      "--gtest_shuffle")
            self.assertEqual(len(run.tests), len(VERDICTS) - 1)

    def test_each_repetition_runs_the_rules_again(self):
        run = Run("--gtest_repeat=3", "--gtest_filter=*TP_01*")
        self.assertEqual(run.output.count("[       OK ] TP.TP_01_Conforms"), 3)
        self.assertEqual(run.output.count("1 conform, 0 violate"), 3)

    def test_what_cannot_be_run_is_refused(self):
        for flags, status, words in (
                (["--jobs=0"], 2, "must be a number from 1 to 256"),
                (["--in_process=maybe"], 2, "must be 1 or 0"),
                (["--seed=-1"], 2, "must be a number"),
                (["--speed=5"], 2, "unknown flag --speed=5"),
                (["--chapter=none"], 3, "no rules of chapter 'none'"),
                (["--gtest_filter=*TP_99*"], 3, "names no rule"),
                (["--known_violations=/nowhere"], 2, "cannot read /nowhere")):
            with self.subTest(flags=flags):
                run = Run(*flags)
                self.assertEqual(run.status, status, run.output)
                self.assertIn(words, run.output)

    def test_variables_of_the_environment_serve_too(self):
        run = Run("--gtest_filter=*TP_12*", HEDDLE_SEED="11")
        self.assertEqual(run.tests["TP_12_IsProbabilistic"]["seed"], "11")
        run = Run(HEDDLE_JOBS="many")
        self.assertEqual(run.status, 2)
        self.assertIn("HEDDLE_JOBS=many", run.output)


class KnownViolations(unittest.TestCase):
    """The list of what a backend is known to break."""

    def test_a_listed_violation_is_shown_and_fails_nothing(self):
        for mode in ("--in_process=0", "--in_process"):
            run = Run("--gtest_filter=*TP_02*:*TP_06*", mode, known_violations(
                "# two\n\nTP_02_Fails  # wontfix\nTP_06_Crashes # too old\n"))
            self.assertEqual(run.status, 0, run.output)
            self.assertEqual(set(run.verdicts().values()), {"violates"})
            self.assertIn("known violation (wontfix)", run.output)
            self.assertIn("2 of the violations are known", run.output)

    def test_an_unlisted_violation_fails(self):
        run = Run("--gtest_filter=*TP_02*:*TP_06*",
                  known_violations("TP_02_Fails  # wontfix\n"))
        self.assertEqual(run.status, 1)

    def test_a_stale_entry_fails(self):
        for rule in ("TP_01_Conforms", "TP_04_IsNotOfferedButIsThere"):
            run = Run(f"--gtest_filter=*{rule}",
                      known_violations(f"{rule}  # once\n"))
            self.assertEqual(run.status, 1, run.output)
            self.assertIn("take it off the list", run.output)

    def test_a_list_that_is_wrong_is_refused(self):
        for text, words in (
                ("TP_02_Fails\n", "list:1: 'TP_02_Fails' must be a rule's name"),
                ("TP_02_Fails # a\nTP_02_Fails # b\n", "stands in the list twice"),
                ("TP_02_Falls  # a\n", "names TP_02_Falls, which is no rule")):
            run = Run(known_violations(text))
            self.assertEqual(run.status, 2, run.output)
            self.assertIn(words, run.output)


if __name__ == "__main__":
    unittest.main()
