#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scorecard.py and the modules that print for it."""

import contextlib
import io
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scorecard
import scorecard_printing
import scorecard_readme
import scorecard_rows
import scorecard_surroundings
from scorecard_fake import FakeProgram

class ProgramTest(FakeProgram):

    SPEC = {"submit/work_stealing/producers:1/workers:2": 1e-8,
            "submit/onetbb/producers:1/workers:2": 1e-7,
            "submit/eigen/producers:1/workers:2": 1e-9,
            "floor/spsc_handoff": 5e-9}

    def run_it(self, *arguments, spec=None):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = scorecard.main([
                "--compare=" + self.program(spec or self.SPEC), "--quick",
                "--repetitions=1", *arguments])
        return status, out.getvalue()

    def test_json_has_the_promised_form_and_every_row(self):
        status, text = self.run_it("--format=json")
        card = json.loads(text)
        self.assertEqual(status, 0)
        self.assertEqual(set(card), {"environment", "rows"})
        self.assertEqual([r["row"] for r in card["rows"]],
                         [r.title for r in scorecard_rows.ROWS])
        for row in card["rows"]:
            self.assertEqual(list(row), [
                "row", "unit", "ours", "backend", "best_peer", "peer", "floor",
                "ratio_to_peer", "ratio_to_floor", "goal", "met",
                "repetitions", "spread"])
        first = card["rows"][0]
        self.assertAlmostEqual(first["ours"], 10)
        self.assertEqual((first["peer"], first["met"]), ("onetbb", True))
        self.assertIsNone(card["rows"][1]["met"])

    def test_what_was_not_measured_is_unknown_in_the_table(self):
        status, text = self.run_it("--rows=submit_1,spawn")
        self.assertEqual(status, 0)
        self.assertIn("1 of 2 rows met, 0 missed, 1 unknown.", text)
        self.assertIn("eigen 1.00 ns (runs_inline)", text)

    def test_a_met_row_alone_ends_with_0_and_a_missed_one_too(self):
        self.assertEqual(self.run_it("--rows=submit_1")[0], 0)
        self.assertEqual(self.run_it("--rows=submit_1", spec={
            **self.SPEC, "submit/work_stealing/producers:1/workers:2": 1.0
        })[0], 0)

    def test_rows_that_are_none_end_with_2(self):
        self.assertEqual(self.run_it("--rows=nonsense")[0], 2)

    def test_a_wrong_result_ends_with_1(self):
        status, text = self.run_it("--rows=submit_1", spec={
            **self.SPEC, "submit/onetbb/producers:1/workers:2": "lost a task"})
        self.assertEqual(status, 1)
        self.assertIn("lost a task", text)

    def test_a_close_row_gets_15_rounds(self):
        _, text = self.run_it("--rows=submit_1", "--format=json", spec={
            **self.SPEC, "submit/work_stealing/producers:1/workers:2": 2.8e-8})
        self.assertEqual(json.loads(text)["rows"][0]["repetitions"], 15)

    def test_verdicts_come_from_the_report(self):
        def backend(name, *verdicts, filtered=False):
            return {"name": name, "problems": [], "filtered": filtered,
                    "verdicts": [{"own": True, "verdict": v}
                                 for v in verdicts]}
        verdicts = scorecard_surroundings.read_verdicts({"backends": [
            backend("work_stealing", "conforms", "not offered"),
            backend("reference", "conforms", "violates"),
            backend("tbb", "conforms", "not run"),
            backend("asio", "conforms", filtered=True), backend("jthread")]})
        self.assertEqual(verdicts, {
            "work_stealing": "conforms", "reference": "violates 1 rules",
            "reactor": "violates 1 rules", "deferred": "violates 1 rules",
            "heddle": "violates 1 rules", "tbb": "unknown", "asio": "unknown",
            "jthread": "unknown"})


class ReadmeTest(FakeProgram):

    def readme(self):
        results = [scorecard.scorecard_statistics.summarize(row, [], {}, {})
                   for row in scorecard_rows.ROWS]
        environment = {"cpu": "a cpu", "processors": 2, "date": "today",
                       "quick": False}
        return scorecard_readme.replaced(
            "before\n" + scorecard_readme.BEGIN + "old" + scorecard_readme.END +
            "\nafter", scorecard_readme.block(results, {}, [], environment))

    def test_what_the_tool_writes_has_no_faults(self):
        self.assertEqual(scorecard_readme.faults(self.readme()), [])

    def test_a_missing_row_and_another_goal_are_faults(self):
        lines = self.readme().splitlines(True)
        spawn = next(line for line in lines if "recursive spawn" in line)
        without = "".join(line for line in lines if line != spawn)
        self.assertIn("no row: recursive spawn",
                      scorecard_readme.faults(without)[0])
        easier = self.readme().replace("<= 0.3 of onetbb", "<= 3 of onetbb")
        self.assertEqual(len(scorecard_readme.faults(easier)), 2)

    def test_a_readme_without_marks_is_refused(self):
        with self.assertRaises(scorecard_readme.Unfit):
            scorecard_readme.replaced("nothing", "new")


class NumberTest(unittest.TestCase):

    def test_numbers_have_three_digits(self):
        for value, text in ((0, "0"), (0.000123, "0.00012"), (0.0234, "0.023"),
                            (5e-05, "0.00005"),
                            (0.5, "0.50"), (12.34, "12.3"), (1234.5, "1234"),
                            (None, "unknown")):
            self.assertEqual(scorecard_printing.number(value), text)


if __name__ == "__main__":
    unittest.main()
