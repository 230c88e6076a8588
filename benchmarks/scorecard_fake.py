# SPDX-License-Identifier: Apache-2.0
"""A program that pretends to be //benchmarks:compare, for tests."""

import json
import os
import stat
import tempfile
import unittest

# Takes what the scorecard passes, and answers from SPEC: name to seconds, or
# to what went wrong.
FAKE = """#!/usr/bin/env python3
import json, os, re, sys
SPEC = json.loads({spec!r})
flags = dict(a[2:].partition("=")[::2] for a in sys.argv[1:])
if "benchmark_list_tests" in flags:
    print("\\n".join(n + "/process_time/real_time" for n in SPEC))
elif "list_peers" in flags:
    print("onetbb pool -\\neigen pool runs_inline")
else:
    names = [n for n in SPEC if re.search(
        flags["benchmark_filter"], n + "/process_time/real_time")]
    if "crash" in [SPEC[n] for n in names]:
        os.abort()
    json.dump({{"benchmarks": [
        {{"name": n, "run_name": n + "/process_time/real_time",
          "run_type": "iteration", "error_occurred": True,
          "error_message": SPEC[n], "real_time": 0, "time_unit": "ns"}}
        if isinstance(SPEC[n], str) else
        {{"name": n, "run_name": n + "/process_time/real_time",
          "run_type": "iteration", "real_time": SPEC[n] * 1e9,
          "time_unit": "ns"}} for n in names]}},
        open(flags["benchmark_out"], "w"))
"""


class FakeProgram(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = directory.name

    def program(self, spec, name="compare"):
        path = os.path.join(self.root, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(FAKE.format(spec=json.dumps(spec)))
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return path
