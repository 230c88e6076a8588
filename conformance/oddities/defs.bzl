"""One line for each legal but strange pool."""

load("//conformance:defs.bzl", "conformance_test")
load("//third_party:cc.bzl", "cc_library")

def oddity(name):
    """A pool that must conform.

    Defines the library `<name>`, from `<name>.cc`, and what conformance_test
    makes for it under the name `odd_<name>`.

    Args:
      name: of the file, without its ending.
    """
    cc_library(
        name = name,
        srcs = [name + ".cc"],
        deps = [
            ":odd_pool",
            "//reference:backend",
        ],
        alwayslink = True,
    )
    conformance_test(
        name = "odd_" + name,
        backend = ":" + name,
    )
