"""A peer: a pool or a loop that registers itself in programs that link it."""

load("//third_party:cc.bzl", "cc_library")

def peer(name, hdrs = [], copts = [], deps = [], available = True):
    """The library of one peer.

    Args:
      name: of the peer and of its source, `<name>.cc`.
      hdrs: what it shares with other peers.
      copts: compiler options beside ours.
      deps: among them its library, which need not exist if not `available`.
      available: whether the library was found; where not, the target is there
        and empty.
    """
    if available:
        cc_library(
            name = name,
            srcs = [name + ".cc"],
            hdrs = hdrs,
            copts = copts,
            deps = deps,
            alwayslink = True,
        )
    else:
        cc_library(name = name)
