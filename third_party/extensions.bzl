"""What MODULE.bazel needs beside modules. Read by Bazel with Bzlmod only."""

load(
    ":dependencies.bzl",
    "PEER_HEADERS",
    "PEER_LIBRARIES",
    "SYSTEM_HEADERS",
    "SYSTEM_LIBRARIES",
)
load(":debian.bzl", "system_libraries")

def _heddle_impl(_module_ctx):
    system_libraries(
        name = "heddle_system",
        # Granted unseen: MODULE.bazel names them. Peers it does not name.
        absent = PEER_HEADERS.keys() + PEER_LIBRARIES.keys(),
        modules = {
            name: ""
            for name in SYSTEM_HEADERS.keys() + SYSTEM_LIBRARIES.keys()
        },
    )

heddle = module_extension(implementation = _heddle_impl)
