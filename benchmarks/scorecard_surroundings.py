# SPDX-License-Identifier: Apache-2.0
"""What a scorecard must say beside its figures: where, when, how, and whether
the backends keep the contract.
"""

import datetime
import json
import os
import platform
import subprocess

from scorecard_printing import UNKNOWN


def in_users_directory(path):
    """`bazel run` changes the directory; what users type is relative to it."""
    return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), path)


def read_verdicts(report):
    """Backend to what its rules came to, from the report's JSON."""
    verdicts = {}
    for backend in report["backends"]:
        counts = {}
        for verdict in backend["verdicts"]:
            if verdict["own"]:
                counts[verdict["verdict"]] = counts.get(
                    verdict["verdict"], 0) + 1
        violated = counts.get("violates", 0)
        if violated:
            text = f"violates {violated} rules"
        elif (backend["problems"] or backend["filtered"] or
              counts.get("not run", 0) or not counts):
            text = UNKNOWN
        else:
            text = "conforms"
        # The reactor and its Deferreds are the reference's.
        for name in [backend["name"]] + (
                ["reactor", "deferred", "heddle"]
                if backend["name"] == "reference" else []):
            verdicts[name] = text
    return verdicts


def find_verdicts(how, programs, say):
    """As read_verdicts; {} if nothing was checked.

    how: "run" the programs, which are conformance reports; "skip" them; or a
      file that `bazel run //conformance:report -- --format=json` has written.
    """
    if how not in ("run", "skip"):
        with open(in_users_directory(how), encoding="utf-8") as file:
            return read_verdicts(json.load(file))
    verdicts = {}
    for program in programs if how == "run" else ():
        say(f"checking the rules of the contract: {program}")
        result = subprocess.run(
            [os.path.abspath(program), "--format=json", "--no_probe"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            check=False)
        try:
            verdicts.update(read_verdicts(json.loads(result.stdout)))
        except ValueError:
            say(f"{program} wrote no report (status {result.returncode})")
    return verdicts


def surroundings(races, verdicts, quick):
    """Where and how it was measured."""
    cpu = platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    return {
        "cpu": cpu,
        "processors": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load_average": os.getloadavg()[0],
        "date": datetime.datetime.now(datetime.timezone.utc).strftime(
            "%Y-%m-%d %H:%M UTC"),
        "rounds": sum(len(race.rounds) for race in races),
        "disturbed_rounds": sum(race.disturbed for race in races),
        "dirty_rounds": sum(race.dirty for race in races),
        "quick": quick,
        "conformance": verdicts,
    }
