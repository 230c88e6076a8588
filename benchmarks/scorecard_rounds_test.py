#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scorecard_rounds.py."""

import os
import sys
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import scorecard_rounds
from scorecard_fake import FakeProgram
from scorecard_rounds import Race


class RoundsTest(FakeProgram):

    def race(self, spec, workload="submit", arguments=("producers:1",),
             floors=("spsc",)):
        program = (self.program(spec),)
        listing = scorecard_rounds.list_benchmarks(program)
        return scorecard_rounds.find_members(
            Race(workload, arguments), floors, [(program, listing)])

    def test_members_are_found_by_workload_and_arguments(self):
        race = self.race({
            "submit/tbb/producers:1/workers:2": 1,
            "submit/tbb/producers:2/workers:2": 1,
            "spawn/tbb/producers:1": 1, "floor/spsc": 1, "floor/mutex": 1})
        self.assertEqual(race.members, {
            "tbb": "submit/tbb/producers:1/workers:2",
            "floor/spsc": "floor/spsc"})

    def test_of_several_the_one_with_fewest_arguments_is_meant(self):
        race = self.race({"deferred/deferred/callbacks:1/debugging:1": 1,
                          "deferred/deferred/callbacks:1": 1,
                          "deferred/deferred/callbacks:1/x:2": 1},
                         "deferred", ())
        self.assertEqual(race.members,
                         {"deferred": "deferred/deferred/callbacks:1"})

    def test_a_workload_without_a_name_in_it_is_ours(self):
        self.assertEqual(self.race({"deferred": 1}, "deferred", ()).members,
                         {"": "deferred"})

    def test_a_round_has_every_members_time(self):
        race = self.race({"submit/tbb/producers:1": 2.5, "floor/spsc": 0.5})
        scorecard_rounds.measure(race, scorecard_rounds.Machine(0.01), 2)
        self.assertEqual(len(race.rounds), 2)
        measured = race.rounds[0]
        self.assertEqual(measured["floor/spsc"]["per_item"], 0.5)
        self.assertEqual(measured["submit/tbb/producers:1"]["per_item"], 2.5)

    def test_who_crashes_or_is_wrong_is_named_and_the_others_are_measured(self):
        race = self.race({"submit/tbb/producers:1": "crash",
                          "submit/asio/producers:1": "lost a task",
                          "submit/work_stealing/producers:1": 1.0})
        scorecard_rounds.measure(race, scorecard_rounds.Machine(0.01), 1)
        self.assertEqual(list(race.rounds[0]),
                         ["submit/work_stealing/producers:1"])
        self.assertEqual(len(race.problems), 2)
        self.assertIn("CRASHED submit/tbb/producers:1", race.problems[0])
        self.assertIn("lost a task", race.problems[1])

    def test_peers_come_with_their_flags(self):
        self.assertEqual(
            scorecard_rounds.list_peers((self.program({}),)),
            {"onetbb": set(), "eigen": {"runs_inline"}})


class DisturbanceTest(unittest.TestCase):

    def measure(self, *foreign, rounds=1, tries=3):
        """Rounds in which others had these shares, one try after the other."""
        shares = iter(foreign)
        machine = mock.Mock()
        machine.run.side_effect = lambda race, members: (
            lambda share: ({"m": {"share": share}}, [], share))(next(shares))
        race = Race("w", (), {"m": "m"})
        return scorecard_rounds.measure(race, machine, rounds, tries)

    def test_a_quiet_round_is_kept(self):
        race = self.measure(0.01)
        self.assertEqual((race.disturbed, race.dirty), (0, 0))

    def test_a_disturbed_round_is_repeated(self):
        race = self.measure(0.5, 0.01)
        self.assertEqual((race.disturbed, race.dirty), (1, 0))
        self.assertEqual(race.rounds, [{"m": {"share": 0.01}}])

    def test_the_least_disturbed_is_kept_and_called_dirty(self):
        race = self.measure(0.5, 0.2, 0.9)
        self.assertEqual((race.disturbed, race.dirty), (2, 1))
        self.assertEqual(race.rounds, [{"m": {"share": 0.2}}])

    def test_where_it_is_never_quiet_there_is_one_try_in_the_end(self):
        race = self.measure(*[0.5] * (3 * 3 + 4), rounds=7)
        self.assertEqual((race.disturbed, race.dirty), (6, 7))

    def test_busy_time_is_all_but_idle_and_waiting(self):
        ticks = os.sysconf("SC_CLK_TCK")
        text = "cpu  " + " ".join(
            str(n * ticks) for n in (1, 2, 4, 100, 200, 8, 16, 32, 7, 7))
        self.assertEqual(scorecard_rounds.busy_seconds(text), 63)


if __name__ == "__main__":
    unittest.main()
