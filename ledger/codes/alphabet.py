"""字符集 (alphabets): ASCII characters to their places in the alphabet of a standard."""

from typing import Final

DIGITS: Final = frozenset("0123456789")
"""The ASCII digits; `str.isdigit` takes hundreds of others too."""
FOREIGN: Final = 255
"""The value of a character that is not in the alphabet."""


def alphabet_values(alphabet: str) -> bytes:
    """Build a table for `bytes.translate`: ASCII to places in the alphabet, `FOREIGN` for whatever is not in it.

    Translating bytes is twice as fast as looking up characters, and a record holds three codes or more.
    """
    return bytes(alphabet.find(chr(byte)) % 256 for byte in range(256))
