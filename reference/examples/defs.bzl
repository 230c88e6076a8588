# SPDX-License-Identifier: Apache-2.0
"""A runnable example which is also a test of what it prints."""

load("//third_party:cc.bzl", "cc_binary")

def example(name, deps):
    """Builds NAME.cc, and NAME_test which compares its output with NAME.expected.

    Args:
      name: the program.
      deps: what it uses of heddle.
    """
    cc_binary(
        name = name,
        srcs = [name + ".cc"],
        deps = deps,
    )
    native.sh_test(
        name = name + "_test",
        size = "small",
        srcs = ["expect_output.sh"],
        args = [
            "$(location :%s)" % name,
            "$(location %s.expected)" % name,
        ],
        data = [
            name + ".expected",
            ":" + name,
        ],
    )
