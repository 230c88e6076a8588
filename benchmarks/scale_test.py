#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scale.py."""

import contextlib
import io
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scale
from scorecard_fake import FakeProgram


class SeriesTest(unittest.TestCase):

    def test_what_grows_is_the_first_argument(self):
        found = scale.series_of([
            "scale_queued/a/tasks:1000/real_time",
            "scale_queued/a/tasks:100/real_time",
            "scale_x/a/n:1/m:2", "scale_x/a/n:10/m:2", "scale_x/a/n:1/m:3"])
        self.assertEqual([size for size, _, _ in found["scale_queued/a"]],
                         [100, 1000])
        self.assertEqual(len(found["scale_x/a/m:2"]), 2)
        self.assertEqual(len(found["scale_x/a/m:3"]), 1)

    def test_flat_looks_at_all_and_collapse_at_the_last(self):
        self.assertEqual(scale.change([2, 8, 4], "most to least"), 4)
        self.assertEqual(scale.change([2, 8, 4], "last to best"), 2)
        self.assertEqual(scale.change([0, 0], "most to least"), 1)
        self.assertEqual(scale.change([0, 65, 64], "most"), 65)

    def test_figures_are_written_between_the_marks_alone(self):
        text = f"a\n{scale.BEGIN}old\n{scale.END}\nb\n"
        self.assertEqual(scale.with_figures(text, ["new", "  1: 2"]),
                         f"a\n{scale.BEGIN}\n    new\n      1: 2\n\n"
                         f"{scale.END}\nb\n")
        with self.assertRaises(ValueError):
            scale.with_figures("a\nb\n", ["new"])

    def test_what_has_no_limit_is_shown_without_a_verdict(self):
        members = scale.series_of(["scale_padding/a/bytes:8",
                                   "scale_padding/a/bytes:64"])
        (series, members), = members.items()
        lines = scale.lines_of(series, members, [
            {member: {"per_item": size * 1e-9} for size, member, _ in members}])
        self.assertEqual(len(lines), 2)
        self.assertIn("64: 64", lines[1])


class ProgramTest(FakeProgram):

    def run_it(self, spec):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = scale.main([self.program(spec), "--rounds=1"])
        return status, out.getvalue()

    def test_a_flat_series_is_met_and_a_steep_one_is_not(self):
        status, text = self.run_it({
            "scale_readers/reactor/readers:10": 1e-6,
            "scale_readers/reactor/readers:100": 1.2e-6,
            "scale_timers/reactor/timers:10": 1e-7,
            "scale_timers/reactor/timers:100": 2e-7})
        self.assertEqual(status, 0)
        self.assertIn("most to least 1.20, at most 1.5: yes", text)
        self.assertIn("most to least 2.00, at most 1.5: no", text)

    def test_a_series_with_a_wrong_result_is_unknown(self):
        status, text = self.run_it({
            "scale_readers/reactor/readers:10": 1e-6,
            "scale_readers/reactor/readers:100": "no descriptors"})
        self.assertEqual(status, 1)
        self.assertIn("unknown", text)
        self.assertIn("no descriptors", text)


if __name__ == "__main__":
    unittest.main()
