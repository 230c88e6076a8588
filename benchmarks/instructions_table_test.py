#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of instructions.py, without valgrind."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import instructions  # pylint: disable=wrong-import-position

PROFILE = """version: 1
creator: callgrind-3.19.0
desc: Trigger: Client Request: a pool: submit|1000|2000
events: Ir
totals: 123400
"""


class ProfileTest(unittest.TestCase):

    def test_a_profile_has_a_path_and_its_instructions(self):
        self.assertEqual(instructions.read_profile(PROFILE),
                         ("a pool: submit", (123.4, 2.0)))

    def test_the_profile_of_the_programs_end_is_none_of_a_path(self):
        self.assertIsNone(instructions.read_profile(PROFILE.replace(
            "Client Request: a pool: submit|1000|2000", "Program termination")))


class TableTest(unittest.TestCase):

    def test_what_is_written_is_read(self):
        counts = {"a pool: submit": (123.4, 1.0), "a loop: post": (7.0, 0.0)}
        self.assertEqual(
            instructions.read_table(instructions.document("12.2.0", counts)),
            ("12.2.0", counts))


class CheckTest(unittest.TestCase):

    def check(self, new, old=None, compiler="12", allocations=1.0):
        old = {"a": 100.0, "b": 50.0} if old is None else old
        return instructions.check(
            ("12", {path: (number, 1.0) for path, number in old.items()}),
            compiler, {path: (number, allocations)
                       for path, number in new.items()})

    def test_within_5_percent_all_is_well(self):
        self.assertEqual(self.check({"a": 104.9, "b": 47.6})[0], 0)

    def test_growth_fails(self):
        status, text = self.check({"a": 105.1, "b": 50.0})
        self.assertEqual(status, 1)
        self.assertIn("grown: a: 100 to 105.1", text)
        self.assertIn("Make it faster", text)

    def test_one_allocation_more_fails(self):
        status, text = self.check({"a": 100.0, "b": 50.0}, allocations=1.1)
        self.assertEqual(status, 1)
        self.assertIn("grown: a: allocations 1 to 1.1", text)

    def test_shrinking_asks_for_a_new_table(self):
        status, text = self.check({"a": 94.9, "b": 50.0})
        self.assertEqual(status, 1)
        self.assertIn("shrunk: a", text)
        self.assertIn("is stale", text)
        self.assertNotIn("Make it faster", text)

    def test_paths_that_come_and_go_fail(self):
        self.assertIn("gone: b", self.check({"a": 100.0})[1])
        self.assertIn("new: c", self.check(
            {"a": 100.0, "b": 50.0, "c": 1.0})[1])

    def test_an_empty_table_fails(self):
        self.assertEqual(self.check({"a": 100.0}, old={})[0], 1)

    def test_another_compiler_is_not_compared_and_says_so(self):
        status, text = self.check({"a": 999.0, "b": 50.0}, compiler="14")
        self.assertEqual(status, 0)
        self.assertIn("NOT COMPARED", text)


if __name__ == "__main__":
    unittest.main()
