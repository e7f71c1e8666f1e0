"""Published values: the worked log of the format (docs/vectors.json) and three-entry log that other tools have opened.

The second was made once and opened by Go's note and tlog packages and two further implementations.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from verify.note import SigningKey

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "vectors.json").read_text("utf-8"))
MERKLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "transparency-dev-merkle.json").read_text("utf-8")
)


def vector_key(role: str) -> SigningKey:
    """The key of `role` in vectors.json: a seed of 32 consecutive bytes."""
    key = VECTORS["keys"][role]
    return SigningKey.from_seed(key["name"], bytes(range(key["seed_from"], key["seed_from"] + 32)))


WORKED_KEY = SigningKey.from_seed("log.example/credit", bytes(range(32)))
WORKED_VKEY = "log.example/credit+e424138f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
WORKED_SECRET = "PRIVATE+KEY+log.example/credit+e424138f+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
WORKED_ENTRIES = (b"hello", b"world", b"!")
WORKED_ROOTS = (
    "8a2a5c9b768827de5a9552c38a044c66959c68f6d2f21b5260af54d2f87db827",
    "24233339aadcedf287d262413f03c028eb8db397edd32a2878091151b99bf20f",
    "75eafc11ca3da5a7f80bca93aa3f8cc99bab13fecfb91e5665885393e3b78ea7",
)
WORKED_BUNDLE = bytes.fromhex("000568656c6c6f 0005776f726c64 000121")
WORKED_TILE = bytes.fromhex(
    "8a2a5c9b768827de5a9552c38a044c66959c68f6d2f21b5260af54d2f87db827"
    "aea3cbb336f4d494d8b5a157aedfc480a45a6de7c0968e085433b214f9b41ef7"
    "1321e1ca91757e8c23c934ff4047d69657e9caeed9ce5a29e5fcf94e7e648ca6"
)
WORKED_EMPTY_NOTE = """log.example/credit
0
47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

— log.example/credit 5CQTj1/fcMlS6tjW+WOZmLQJqb6uO8G0NSC3RIVGhceBKtzGSXQwiGIutk0ACFV4PF71X5ZCpmJSfM5U2R/pmNxwLAw=
""".encode()
WORKED_CHECKPOINT = """log.example/credit
3
der8Eco9paf4C8qTqj+MyZurE/7PuR5WZYhTk+O3jqc=

— log.example/credit 5CQTj7sHvgCjIKntgPPi6E2WXD9reUKmsYf69KKrEIOVd9uhEtsTe2OpssGandNP9TkODjfGL8jioo0kmfhK3TaNMQM=
""".encode()
WITNESS_LINE = (
    "— witness.example/w1 IDJKvgAAAABqsTuA8szwMnkk5RaJfE2EiGu626HvC+SByPHKmP7/vEeUe5UVrSlwBjhW3e0TYECdqIWN+GuaRul"
    "LbSXCKlZIsq3fCw==\n"
).encode()
WORKED_PROOF = (
    b"""c2sp.org/tlog-proof@v1
index 1
iipcm3aIJ95alVLDigRMZpWcaPbS8htSYK9U0vh9uCc=
EyHhypF1fowjyTT/QEfWllfpyu7Zzlop5fz5Tn5kjKY=

"""
    + WORKED_CHECKPOINT
    + WITNESS_LINE
)
