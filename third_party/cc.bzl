"""C++ rules with heddle's compiler options.

The options stand here and not in .bazelrc, because a workspace that depends on
heddle never reads our .bazelrc, and our headers need C++23 wherever they go.
"""

load(
    "@rules_cc//cc:defs.bzl",
    _cc_binary = "cc_binary",
    _cc_library = "cc_library",
    _cc_test = "cc_test",
)

_COPTS = [
    # gcc 12 and clang 14 both know this name of C++23.
    "-std=c++2b",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pthread",
]

_LINKOPTS = ["-pthread"]

def cc_library(name, copts = [], linkopts = [], **kwargs):
    """cc_library with heddle's options before the caller's."""
    _cc_library(
        name = name,
        copts = _COPTS + copts,
        linkopts = _LINKOPTS + linkopts,
        **kwargs
    )

def cc_binary(name, copts = [], linkopts = [], **kwargs):
    """cc_binary with heddle's options before the caller's."""
    _cc_binary(
        name = name,
        copts = _COPTS + copts,
        linkopts = _LINKOPTS + linkopts,
        **kwargs
    )

def cc_test(name, copts = [], linkopts = [], linkstatic = True, **kwargs):
    """cc_test with heddle's options before the caller's.

    Linked statically unless told otherwise: two definitions of one symbol are
    then an error, where dynamic linking would silently take either.
    """
    _cc_test(
        name = name,
        copts = _COPTS + copts,
        linkopts = _LINKOPTS + linkopts,
        linkstatic = linkstatic,
        **kwargs
    )
