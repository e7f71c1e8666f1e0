"""Where an audit reads a log from: a folder in tlog-tiles layout or a server."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from verify.errors import Malformed, SourceMissing, SourceUnavailable
from verify.examine import ExaminedEntry
from verify.finding import Finding
from verify.merkle import HASH_BYTES
from verify.tiles import TILE_WIDTH, bundle_path, format_bundle, openings_path, parse_bundle, tile_path

MAX_RESOURCE_BYTES = TILE_WIDTH * (2 + 65_535)
"""The largest entry bundle there can be; more is not read from a server, packed or unpacked."""

_TIMEOUT_SECONDS = 30

_HEADERS = {"Accept-Encoding": "gzip, identity"}


class LogSource(Protocol):
    """The resources of one log. A method raises `SourceMissing` for what is not there.

    `SourceUnavailable` means that nothing is known (network, permission) and the audit cannot be finished.
    """

    def checkpoint(self) -> bytes:
        """The latest checkpoint."""

    def earlier_checkpoints(self) -> Iterable[bytes]:
        """Checkpoints signed before, ascending by size, where the source keeps them."""

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A hash tile of exactly `width` hashes."""

    def bundle(self, number: int, width: int) -> bytes:
        """An entry bundle of `width` entries."""

    def openings(self, number: int, width: int) -> bytes | None:
        """The openings of a bundle as JSON lines ``{"openings": {...}, "seq": N}``; None where there are none."""

    def own_findings(self, first: int, entries: Sequence[ExaminedEntry | None]) -> Iterable[Finding]:
        """Where a store contradicts the entries from number `first` on; nothing for a mere copy of the log."""

    def closing_findings(self) -> Iterable[Finding]:
        """What a store contradicts besides, asked when all entries were read."""


class _Copy:
    """A mere copy of a log: what it says beside the log is nothing."""

    def own_findings(
        self,
        first: int,  # noqa: ARG002 - the protocol's arguments
        entries: Sequence[ExaminedEntry | None],  # noqa: ARG002
    ) -> Iterable[Finding]:
        """None."""
        return ()

    def closing_findings(self) -> Iterable[Finding]:
        """None."""
        return ()


class FolderSource(_Copy):
    """A log archived as files."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds ``checkpoint`` and ``tile/``."""
        self._folder = folder

    def checkpoint(self) -> bytes:
        """The file ``checkpoint``."""
        return self._read("checkpoint")

    def earlier_checkpoints(self) -> Iterable[bytes]:
        """An archive keeps the latest only."""
        return ()

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A tile, cut from the full one where the partial is gone."""
        return _cut_tile(self._read(tile_path(level, number, width), tile_path(level, number)), width)

    def bundle(self, number: int, width: int) -> bytes:
        """A bundle, cut from the full one where the partial is gone."""
        path = bundle_path(number, width)
        if width != TILE_WIDTH and not (self._folder / path).exists():
            return _cut_bundle(self._read(path, bundle_path(number)), width)
        return self._read(path)

    def openings(self, number: int, width: int) -> bytes | None:
        """The file under ``openings/``, where the archive has that folder."""
        path = self._folder / openings_path(number, width)
        return self._read(openings_path(number, width)) if path.exists() else None

    def _read(self, path: str, instead: str | None = None) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            if instead is not None and instead != path:
                return self._read(instead)
            raise SourceMissing(path) from None
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise SourceUnavailable(message) from None


class HttpSource(_Copy):
    """A log served over HTTP; entry bundles may need a token (format.md section 4)."""

    def __init__(self, url: str, token: str | None = None) -> None:
        """`url` is the log's prefix; `token` is sent as a bearer token."""
        self._prefix = url.rstrip("/") + "/"
        self._token = token

    def checkpoint(self) -> bytes:
        """``GET checkpoint``."""
        return self._get("checkpoint")

    def earlier_checkpoints(self) -> Iterable[bytes]:
        """A server publishes the latest only."""
        return ()

    def tile(self, level: int, number: int, width: int) -> bytes:
        """``GET tile/<L>/<N>``."""
        return _cut_tile(self._get(tile_path(level, number, width), tile_path(level, number)), width)

    def bundle(self, number: int, width: int) -> bytes:
        """``GET tile/entries/<N>``."""
        path = bundle_path(number, width)
        try:
            return self._get(path)
        except SourceMissing:
            if width == TILE_WIDTH:
                raise
        return _cut_bundle(self._get(bundle_path(number)), width)

    def openings(self, number: int, width: int) -> bytes | None:  # noqa: ARG002 - the protocol's arguments
        """Openings do not travel over this interface."""
        return None

    def _get(self, path: str, instead: str | None = None) -> bytes:
        try:
            # S310: open_source lets only http and https pass, and a redirect leads nowhere else.
            request = urllib.request.Request(self._prefix + path, headers=_HEADERS)  # noqa: S310
            if self._token:
                # Unredirected: a server that sends us elsewhere must not hand our token to that place.
                request.add_unredirected_header("Authorization", f"Bearer {self._token}")
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
                data: bytes = response.read(MAX_RESOURCE_BYTES + 1)
                packed = response.headers.get("Content-Encoding") == "gzip"
                cut_short = bool(response.length) and len(data) <= MAX_RESOURCE_BYTES
        except urllib.error.HTTPError as error:
            if error.code in {404, 410}:
                if instead is not None and instead != path:
                    return self._get(instead)
                raise SourceMissing(path) from None
            hint = "; entry bundles need --token-file" if error.code in {401, 403} else ""
            message = f"{path}: the server answered {error.code}{hint}"
            raise SourceUnavailable(message) from None
        except (http.client.HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            message = f"{path}: {reason}"
            raise SourceUnavailable(message) from None
        if cut_short:
            message = f"{path}: the connection ended early"
            raise SourceUnavailable(message)
        if len(data) > MAX_RESOURCE_BYTES:
            raise SourceMissing(path, "larger than any resource of a log")
        return _unpack(data, path) if packed else data


def _unpack(data: bytes, path: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(data, MAX_RESOURCE_BYTES + 1)
    except zlib.error:
        raise SourceMissing(path, "not valid gzip") from None
    if len(unpacked) > MAX_RESOURCE_BYTES or not unpacker.eof or unpacker.unused_data:
        raise SourceMissing(path, "larger than any resource of a log, cut short or with something after its end")
    return unpacked


def _cut_tile(tile: bytes, width: int) -> bytes:
    return tile[: width * HASH_BYTES] if len(tile) == TILE_WIDTH * HASH_BYTES else tile


def _cut_bundle(bundle: bytes, width: int) -> bytes:
    try:
        return format_bundle(parse_bundle(bundle)[:width])
    except Malformed:
        return bundle  # whoever reads it will find what is wrong


def open_source(place: str, token: str | None = None) -> LogSource | None:
    """The source that `place` names: a URL or a folder with a ``checkpoint``; None for anything else."""
    if urllib.parse.urlsplit(place).scheme in {"http", "https"}:
        return HttpSource(place, token)
    folder = Path(place)
    return FolderSource(folder) if folder.is_dir() else None
