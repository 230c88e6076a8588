#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scorecard_statistics.py and scorecard_rows.py."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scorecard_rows
import scorecard_statistics
from scorecard_rows import Goal, Row

FLAGS = {"tbb": set(), "asio": set(), "eigen": {"runs_inline"},
         "greedy": {"starves"}}
NAMES = ("work_stealing", "tbb", "asio", "eigen", "greedy", "jthread")
MEMBERS = {**{name: name for name in NAMES}, "floor/spsc": "floor/spsc"}


def row(*goals, **rest):
    return Row("r", "a row", "w", "ns", tuple(goals), **rest)


def rounds(count=5, **figures):
    """As many rounds, in each of which a member took so many nanoseconds."""
    return [{name.replace("__", "/"): {"per_item": ns * 1e-9}
             for name, ns in figures.items()} for _ in range(count)]


def summarize(a_row, measured, flags=None):
    return scorecard_statistics.summarize(
        a_row, measured, MEMBERS, FLAGS if flags is None else flags)


class BestPeerTest(unittest.TestCase):

    def test_whoever_runs_tasks_inline_or_starves_is_not_the_best(self):
        result = summarize(row(Goal("peer", 0.5)), rounds(
            work_stealing=50, tbb=200, asio=160, eigen=20, greedy=30))
        self.assertEqual((result.peer, result.met), ("asio", True))
        self.assertAlmostEqual(result.best_peer, 160)
        self.assertAlmostEqual(result.ratio_to_peer, 50 / 160)

    def test_they_are_shown_all_the_same(self):
        result = summarize(row(Goal("peer", 0.5)), rounds(
            work_stealing=50, tbb=200, eigen=20))
        self.assertEqual(set(result.others), {"eigen"})

    def test_a_peer_that_the_goal_names_counts_whatever_its_flags(self):
        result = summarize(row(Goal("peer", 1.1), against=("eigen",)), rounds(
            work_stealing=30, tbb=10, eigen=20))
        self.assertEqual((result.peer, result.met), ("eigen", False))

    def test_a_wrapped_backend_is_no_peer(self):
        result = summarize(row(Goal("peer", 0.5)), rounds(
            work_stealing=50, jthread=300))
        self.assertEqual((result.peer, result.met), ("", None))

    def test_a_machine_that_becomes_slow_is_no_spread(self):
        # The machine was three times as slow in some rounds.
        measured = (rounds(3, work_stealing=10, tbb=40) +
                    rounds(4, work_stealing=30, tbb=120))
        result = summarize(row(Goal("peer", 0.3)), measured)
        self.assertAlmostEqual(result.ratio_to_peer, 0.25)
        self.assertAlmostEqual(result.spread, 0)
        self.assertFalse(result.close)


class UnknownTest(unittest.TestCase):

    def test_a_row_without_our_figure_is_unknown(self):
        result = summarize(row(Goal("peer", 0.5)), rounds(tbb=200))
        self.assertIsNone(result.met)
        self.assertIsNone(result.ours)
        self.assertTrue(result.why)

    def test_a_row_without_the_peer_is_unknown(self):
        result = summarize(row(Goal("peer", 0.5), against=("libuv",)),
                           rounds(work_stealing=1, tbb=200))
        self.assertIsNone(result.met)
        self.assertEqual(result.why, "no libuv")

    def test_a_row_without_its_floor_is_unknown(self):
        result = summarize(row(Goal("floor", 1.2), floor="spsc"),
                           rounds(work_stealing=1))
        self.assertIsNone(result.met)

    def test_a_row_without_rounds_is_unknown(self):
        result = summarize(row(Goal("figure", 60)), [])
        self.assertIsNone(result.met)
        self.assertEqual(result.repetitions, 0)

    def test_half_a_goal_that_is_missed_is_missed(self):
        result = summarize(row(Goal("figure", 60), Goal("floor", 2),
                               floor="spsc"), rounds(work_stealing=100))
        self.assertIs(result.met, False)

    def test_half_a_goal_that_is_met_is_unknown(self):
        result = summarize(row(Goal("figure", 60), Goal("floor", 2),
                               floor="spsc"), rounds(work_stealing=10))
        self.assertIsNone(result.met)


class VerdictTest(unittest.TestCase):

    def test_a_goal_for_the_figure_is_in_the_rows_unit(self):
        self.assertTrue(summarize(row(Goal("figure", 60)),
                                  rounds(work_stealing=59)).met)
        self.assertFalse(summarize(row(Goal("figure", 60)),
                                   rounds(work_stealing=61)).met)

    def test_zero_is_a_limit(self):
        self.assertTrue(summarize(row(Goal("figure", 0)),
                                  rounds(work_stealing=0)).met)
        self.assertFalse(summarize(row(Goal("figure", 0)),
                                   rounds(work_stealing=1)).met)

    def test_the_floor_is_a_ratio_too(self):
        result = summarize(row(Goal("floor", 1.2), floor="spsc"),
                           rounds(work_stealing=11, floor__spsc=10))
        self.assertTrue(result.met)
        self.assertAlmostEqual(result.ratio_to_floor, 1.1)
        self.assertAlmostEqual(result.floor, 10)

    def test_a_counter_is_compared_with_the_floors_time(self):
        measured = [{"work_stealing": {"p50": 12e-9, "per_item": 99e-9},
                     "floor/spsc": {"per_item": 10e-9}}] * 3
        result = summarize(row(Goal("floor", 1.3), floor="spsc",
                               counter=("p50", "per_item")), measured)
        self.assertAlmostEqual(result.ratio_to_floor, 1.2)

    def test_efficiency_is_the_better_the_larger(self):
        efficiency = Row("m", "m", "w", "", (Goal("figure", 0.9),
                                             Goal("floor", 0.95)),
                         counter=("efficiency",), floor="spsc",
                         larger_is_better=True)
        for ours, met in ((0.93, True), (0.91, False)):
            result = summarize(efficiency, [
                {"work_stealing": {"efficiency": ours, "per_item": 11e-9},
                 "floor/spsc": {"efficiency": 0.97, "per_item": 10e-9}}] * 3)
            self.assertAlmostEqual(result.ratio_to_floor, ours / 0.97)
            self.assertEqual(result.met, met)

    def test_a_floor_without_an_efficiency_is_unknown(self):
        efficiency = Row("m", "m", "w", "", (Goal("floor", 0.95),),
                         counter=("efficiency",), floor="spsc",
                         larger_is_better=True)
        result = summarize(efficiency, [
            {"work_stealing": {"efficiency": 0.93, "per_item": 11e-9},
             "floor/spsc": {"per_item": 10e-9}}])
        self.assertIsNone(result.met)

    def test_rounds_on_both_sides_of_the_limit_make_it_close(self):
        measured = [*rounds(4, work_stealing=40), *rounds(4, work_stealing=80)]
        self.assertTrue(summarize(row(Goal("figure", 60)), measured).close)

    def test_spread_is_that_of_the_middle_half(self):
        measured = [r for ns in (1, 90, 100, 110, 999)
                    for r in rounds(1, work_stealing=ns)]
        self.assertAlmostEqual(
            summarize(row(Goal("figure", 60)), measured).spread, 0.2)


class NeedsMoreTest(unittest.TestCase):

    def needs_more(self, ours, limit, peer=1000):
        return scorecard_statistics.needs_more(summarize(
            row(Goal("peer", limit)), rounds(work_stealing=ours, tbb=peer)))

    def test_close_to_the_limit(self):
        self.assertTrue(self.needs_more(250, 0.3))
        self.assertTrue(self.needs_more(400, 0.3))
        self.assertFalse(self.needs_more(100, 0.3))
        self.assertFalse(self.needs_more(600, 0.3))

    def test_ratios_of_less_than_one_and_a_half(self):
        self.assertTrue(self.needs_more(900, 0.3))
        self.assertTrue(self.needs_more(1400, 0.3))
        self.assertFalse(self.needs_more(1600, 0.3))

    def test_what_is_unknown_needs_no_more(self):
        self.assertFalse(scorecard_statistics.needs_more(
            summarize(row(Goal("peer", 0.3)), [])))


class RowsTest(unittest.TestCase):

    def test_every_row_has_a_key_and_a_title_of_its_own(self):
        for field in ("key", "title"):
            values = [getattr(r, field) for r in scorecard_rows.ROWS]
            self.assertEqual(len(values), len(set(values)))

    def test_rows_are_well_formed(self):
        for r in scorecard_rows.ROWS:
            with self.subTest(r.key):
                self.assertIn(r.unit, scorecard_rows.UNITS)
                self.assertTrue(r.goals)
                for goal in r.goals:
                    self.assertIn(goal.kind, ("peer", "floor", "figure"))
                    if goal.kind == "floor":
                        self.assertTrue(r.floor)

    def test_goals_can_be_read(self):
        texts = {r.key: scorecard_rows.goal_text(r)
                 for r in scorecard_rows.ROWS}
        self.assertEqual(texts["submit_1"], "<= 0.3 of the best peer")
        self.assertEqual(texts["one_parked"],
                         "<= 1.2 of futex_round_trip_parked")
        self.assertEqual(texts["busy_call"], "<= 100 ns")
        self.assertEqual(texts["memory_mallocs"], "0")
        self.assertEqual(texts["mixed_nested"],
                         ">= 0.9; >= 0.95 of static_split")


if __name__ == "__main__":
    unittest.main()
