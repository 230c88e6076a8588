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
