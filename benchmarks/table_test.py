#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of table.py."""

import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import table  # pylint: disable=wrong-import-position


def run(name, real, cpu=None, **rest):
    """One repetition as Google Benchmark writes it; times in nanoseconds."""
    return {"name": name, "run_name": name + "/process_time/real_time",
            "run_type": "iteration", "iterations": 10, "threads": 1,
            "real_time": real, "cpu_time": real if cpu is None else cpu,
            "time_unit": "ns", **rest}


def document(*runs, backends="good bad", peers="other"):
    return {"context": {"backends": backends, "peers": peers},
            "benchmarks": list(runs)}


REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="TP">{}</testsuite></testsuites>"""
PASS = '<testcase name="TP_01_A" status="run" result="completed"/>'
FAIL = ('<testcase name="TP_02_B" status="run" result="completed">'
        '<failure message="x"/></testcase>')
CRASH = '<testcase name="t" status="run"><error message="exited"/></testcase>'
DISABLED = '<testcase name="TP_05_E" status="notrun" result="suppressed"/>'


def skip(message):
    return ('<testcase name="TP_03_C" status="run" result="skipped"><skipped '
            f'message="rules.cc:12&#x0A;{message}"/></testcase>')


class VerdictTest(unittest.TestCase):

    def judge_one(self, status, *cases, report=True):
        conformance = table.Conformance()
        reports = [REPORT.format("".join(cases))] if report else []
        complete = table.add_target(conformance, "//c:t", status, reports)
        return conformance, complete

    def test_every_verdict_is_told_from_the_others(self):
        conformance, complete = self.judge_one(
            "FAILED", PASS, PASS, FAIL, skip("not offered: no order"),
            skip("not observable: no threads"), skip("something else"),
            DISABLED)
        self.assertEqual(
            dict(conformance.counts),
            {"conforms": 2, "violates": 1, "not offered": 1,
             "not observable": 1, "not run": 2})
        self.assertTrue(complete)
        self.assertIn("violates: TP_02_B (//c:t)", conformance.notes)

    def test_a_skip_is_never_a_pass(self):
        for message in ("", "not", "it is not offered: here", "later"):
            conformance, _ = self.judge_one("PASSED", skip(message))
            self.assertEqual(dict(conformance.counts), {"not run": 1})

    def test_a_crash_violates_and_leaves_rules_unchecked(self):
        conformance, complete = self.judge_one("FAILED", CRASH)
        self.assertEqual(conformance.counts["violates"], 1)
        self.assertFalse(complete)

    def test_a_target_that_failed_violates_though_all_its_rules_pass(self):
        conformance, _ = self.judge_one("FAILED", PASS)
        self.assertEqual(conformance.counts["violates"], 1)

    def test_a_target_without_rules_or_report_is_not_run(self):
        for conformance, complete in (
                self.judge_one("FAILED"),
                self.judge_one("FAILED_TO_BUILD", report=False)):
            self.assertEqual(sum(conformance.counts.values()), 0)
            self.assertFalse(complete)
            self.assertTrue(conformance.notes)

    def test_the_longest_backend_name_that_fits_owns_a_target(self):
        backends = ["work", "work_stealing"]
        for label, backend in (
                ("//conformance:work_stealing_reactor_test", "work_stealing"),
                ("//conformance:work_threads_test", "work"),
                ("//conformance:other_test", None)):
            self.assertEqual(table.backend_of(label, backends), backend)


class EventsTest(unittest.TestCase):

    def test_targets_are_read_and_judged_from_bazels_events(self):
        with tempfile.NamedTemporaryFile("w", suffix=" x.xml") as report:
            report.write(REPORT.format(PASS))
            report.flush()
            configured = [
                {"id": {"targetConfigured": {"label": f"//c:{name}_test"}},
                 "configured": {"testSize": "SMALL"}}
                for name in ("good", "bad")]
            events = configured + [
                {"id": {"testResult": {"label": "//c:good_test", "run": 1,
                                       "shard": 1, "attempt": 1}},
                 "testResult": {"status": "PASSED", "testActionOutput": [
                     {"name": "test.log", "uri": "file:///nowhere"},
                     {"name": "test.xml", "uri":
                      "file://" + report.name.replace(" ", "%20")}]}},
                {"id": {"testSummary": {"label": "//c:good_test"}},
                 "testSummary": {"overallStatus": "PASSED"}}]
            lines = [json.dumps(event) for event in events] + ['{"id": {"tru']
            verdicts = table.judge(table.read_events(lines),
                                   ["good", "bad", "absent"])
        self.assertEqual(dict(verdicts["good"].counts), {"conforms": 1})
        self.assertEqual(verdicts["good"].mark(), "")
        self.assertEqual(verdicts["bad"].mark(), "?")
        self.assertEqual(verdicts["bad"].notes,
                         ["not run: //c:bad_test (did not run)"])
        self.assertEqual(verdicts["absent"].notes,
                         ["not run: no conformance test"])


class FigureTest(unittest.TestCase):

    def test_figures_are_medians_per_item(self):
        figures = table.read_figures([document(*[
            run("submit/good/workers:2", real, 2 * real, per_item=real * 1e-11,
                p50=real * 1e-9, label="floor:ring")
            for real in (300, 100, 200)])])
        figure = figures["submit", ("workers:2",)]["good"]
        self.assertAlmostEqual(figure.real, 2e-9)
        self.assertAlmostEqual(figure.cpu, 4e-9)
        self.assertEqual(figure.floor, "ring")
        self.assertEqual(list(figure.counters), ["p50"])
        self.assertAlmostEqual(figure.counters["p50"], 2e-7)
        self.assertTrue(figure.uneven)

    def test_numbers_that_are_no_times_have_no_unit(self):
        for value, text in ((0.95, "0.95"), (0, "0.00"), (80.04, "80.0"),
                            (0.00031, "0.0003")):
            self.assertEqual(table.as_number(value), text)

    def test_how_google_benchmark_measures_is_no_argument(self):
        self.assertEqual(
            table.split_name("idle/good/parked:1/iterations:9/real_time"),
            ("idle", "good", ("parked:1",)))

    def test_one_wrong_repetition_leaves_no_figure(self):
        figures = table.read_figures([document(
            run("submit/good", 100),
            run("submit/good", 0, error_occurred=True,
                error_message="lost one"))])
        self.assertEqual(figures["submit", ()]["good"].error, "lost one")

    def test_aggregates_of_google_benchmark_are_left_out(self):
        aggregate = run("submit/good", 999)
        aggregate["run_type"] = "aggregate"
        figures = table.read_figures([document(run("submit/good", 100),
                                               aggregate)])
        self.assertAlmostEqual(figures["submit", ()]["good"].real, 1e-7)

    def test_times_have_three_digits_and_a_unit(self):
        for seconds, text in ((1.234e-9, "1.23ns"), (9.996e-9, "10.0ns"),
                              (99.96e-9, "100ns"), (999.6e-9, "1.00us"),
                              (0.0125, "12.5ms"), (12.5, "12.5s")):
            self.assertEqual(table.in_units(seconds), text)


class TableTest(unittest.TestCase):

    def render(self, *runs, verdicts=None):
        if verdicts is None:
            verdicts = {}
        return table.render([document(*runs)], verdicts)

    def line(self, lines, start):
        found = [line for line in lines if line.startswith(start)]
        self.assertEqual(len(found), 1, lines)
        return found[0]

    def test_backends_stand_side_by_side_with_their_ratio_to_the_floor(self):
        lines = self.render(
            run("floor/ring", 10),
            run("submit/good/producers:1/workers:2", 50, label="floor:ring"),
            run("submit/bad/producers:1/workers:2", 200, label="floor:ring"))
        self.assertEqual(
            self.line(lines, "submit producers:1").split(),
            ["submit", "producers:1", "50.0ns", "5.0x", "50.0ns?", "200ns",
             "20x", "200ns?", "ring"])

    def test_a_violating_backend_is_marked_and_so_are_its_figures(self):
        bad = table.Conformance(complete=True)
        bad.counts.update({"conforms": 3, "violates": 1})
        bad.notes.append("violates: TP_02_B (//c:bad_test)")
        good = table.Conformance(complete=True)
        good.counts.update({"conforms": 4})
        lines = self.render(run("submit/good", 50), run("submit/bad", 20),
                            verdicts={"good": good, "bad": bad})
        self.assertEqual(self.line(lines, "violates ").split(),
                         ["violates", "0", "1"])
        self.assertEqual(self.line(lines, "submit").split(),
                         ["submit", "50.0ns", "50.0ns", "20.0ns", "20.0ns!"])
        self.assertIn("bad violates: TP_02_B (//c:bad_test)", lines)
        self.assertTrue(any(line.startswith("! ") for line in lines))

    def test_a_wrong_result_is_shown_as_such(self):
        lines = self.render(run("submit/good", 50),
                            run("submit/bad", 0, error_occurred=True,
                                error_message="lost one"))
        self.assertEqual(self.line(lines, "submit").split()[-1], "WRONG")
        self.assertIn("WRONG submit/bad: lost one", lines)

    def test_a_busy_machine_is_told_from_a_quiet_one(self):
        floors = ("clock_read", "mutex", "null_backend")
        busy = self.render(*[run("floor/" + name, 30, 10) for name in floors])
        quiet = self.render(*[run("floor/" + name, 11, 10) for name in floors])
        self.assertIn("3.0 times", self.line(busy, "THE MACHINE WAS BUSY"))
        self.assertNotIn("BUSY", "\n".join(quiet))

    def test_workloads_without_a_pool_have_rows_of_their_own(self):
        lines = self.render(run("floor/ring", 10),
                            run("post/reactor/producers:1", 30,
                                label="floor:ring"))
        self.assertEqual(self.line(lines, "post").split(),
                         ["post", "producers:1", "30.0ns", "3.0x", "30.0ns",
                          "ring"])
        self.assertEqual(self.line(lines, "ring").split(),
                         ["ring", "10.0ns", "10.0ns"])

    def test_peers_have_rows_with_their_name(self):
        lines = self.render(run("submit/good/workers:2", 50),
                            run("submit/other/workers:2", 30))
        self.assertEqual(self.line(lines, "submit other").split(),
                         ["submit", "other", "workers:2", "30.0ns", "30.0ns"])


if __name__ == "__main__":
    unittest.main()
