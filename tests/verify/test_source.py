"""Where an audit reads from: folders, and servers over real sockets."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.verify.log_builder import LOG_KEY, Files, LogBuilder, write_files
from verify.archive import write_archive
from verify.audit import audit
from verify.checkpoint import Checkpoint
from verify.errors import Malformed, SourceMissing, SourceUnavailable
from verify.source import MAX_RESOURCE_BYTES, FolderSource, HttpSource, open_source
from verify.tiles import parse_bundle

VKEY = LOG_KEY.verifier


@cache
def files() -> Files:
    """An archive of two bundles; not to be changed."""
    return LogBuilder.ready(2).fill(300).archive()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves what `answer` gives: status, headers, body, or a body of another length than announced."""

    answer: Callable[[str, str | None], tuple[int, dict[str, str], bytes]]

    def do_GET(self) -> None:
        status, headers, body = type(self).answer(self.path, self.headers.get("Authorization"))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(answer: Callable[[str, str | None], tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    """A real server on the loopback interface; gives its URL."""
    handler = type("Answering", (Handler,), {"answer": staticmethod(answer)})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def plain(path: str, _token: str | None) -> tuple[int, dict[str, str], bytes]:
    """The archive below /log/."""
    name = path.removeprefix("/log/")
    return (200, {}, files()[name]) if name in files() else (404, {}, b"")


def packed(path: str, token: str | None) -> tuple[int, dict[str, str], bytes]:
    """The same, gzipped without having been asked."""
    status, headers, body = plain(path, token)
    return status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)


def guarded(path: str, token: str | None) -> tuple[int, dict[str, str], bytes]:
    """The same, with entries for the holder of a token only."""
    if "/entries/" in path and token != "Bearer secret":
        return 401, {}, b""
    return plain(path, token)


def always(
    status: int, headers: dict[str, str], body: bytes
) -> Callable[[str, str | None], tuple[int, dict[str, str], bytes]]:
    """One answer to everything."""
    return lambda _path, _token: (status, headers, body)


@pytest.mark.parametrize("answer", [plain, packed])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_served_log_can_be_audited(answer: Callable[..., tuple[int, dict[str, str], bytes]], slash: str) -> None:
    """Plain or gzipped; openings do not travel over this interface."""
    with served(answer) as url:
        report = audit(HttpSource(f"{url}/log{slash}"), log_key=VKEY)

    assert report.clean
    assert (report.entries, report.openings) == (300, 0)


def test_entry_bundles_may_need_a_token() -> None:
    """With it the log is read; without it nothing is known, and the way out is said."""
    with served(guarded) as url:
        assert audit(HttpSource(f"{url}/log", "secret"), log_key=VKEY).clean
        for token in (None, "wrong"):
            with pytest.raises(SourceUnavailable, match=r"401.*--token-file"):
                audit(HttpSource(f"{url}/log", token), log_key=VKEY)


def test_a_token_is_not_handed_on_to_where_a_server_redirects() -> None:
    """Another place must not learn it."""
    seen = []

    def other(path: str, token: str | None) -> tuple[int, dict[str, str], bytes]:
        seen.append(token)
        return plain(path, token)

    with served(other) as elsewhere, served(lambda path, _token: (302, {"Location": elsewhere + path}, b"")) as url:
        assert HttpSource(f"{url}/log", "secret").checkpoint() == files()["checkpoint"]

    assert seen == [None]


@pytest.mark.parametrize("status", [404, 410])
def test_what_a_server_does_not_have_is_missing(status: int) -> None:
    """A finding about the log."""
    with served(always(status, {}, b"")) as url, pytest.raises(SourceMissing):
        HttpSource(url).checkpoint()


@pytest.mark.parametrize("status", [301, 400, 403, 429, 500, 502, 503])
def test_a_server_in_trouble_says_nothing_about_the_log(status: int) -> None:
    """Nothing is known: try again."""
    with served(always(status, {}, b"")) as url, pytest.raises(SourceUnavailable, match=str(status)):
        HttpSource(url).checkpoint()


def test_a_dead_port_says_nothing_about_the_log() -> None:
    """Nobody listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnavailable):
            HttpSource(f"http://127.0.0.1:{unused.getsockname()[1]}").checkpoint()


def test_an_answer_that_ends_early_says_nothing_about_the_log() -> None:
    """A broken connection must not look like a shortened tile."""
    with (
        served(always(200, {"Content-Length": "100"}, b"x" * 50)) as url,
        pytest.raises(SourceUnavailable, match=r"ended early|IncompleteRead"),
    ):
        HttpSource(url).checkpoint()


@pytest.mark.parametrize("token", ["a\nb", "机密"])
def test_a_token_that_cannot_be_sent_is_an_error_in_order(token: str) -> None:
    """No traceback, and no header of somebody else's making."""
    with served(plain) as url, pytest.raises(SourceUnavailable):
        HttpSource(f"{url}/log", token).checkpoint()


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(files()["checkpoint"])[:-3],
        gzip.compress(files()["checkpoint"]) + b"more",
        gzip.compress(b"\x00" * (MAX_RESOURCE_BYTES + 1)),
        b"not gzip",
        b"",
    ],
    ids=["cut", "more", "bomb", "none", "empty"],
)
def test_wrong_gzip_is_no_resource(body: bytes) -> None:
    """Cut short, with something after it, larger than anything a log has, or none at all."""
    with served(always(200, {"Content-Encoding": "gzip"}, body)) as url, pytest.raises(SourceMissing):
        HttpSource(url).checkpoint()


def test_an_answer_larger_than_any_resource_is_not_read_to_its_end() -> None:
    """Memory is bounded."""
    with served(always(200, {}, bytes(MAX_RESOURCE_BYTES + 2))) as url, pytest.raises(SourceMissing, match="larger"):
        HttpSource(url).checkpoint()


def full(path: str, token: str | None) -> tuple[int, dict[str, str], bytes]:
    """The archive, but of the full leaf tile only the full one, with the checkpoint of an earlier size."""
    if path.endswith("/checkpoint"):
        return 200, {}, LogBuilder.ready(2).fill(300).checkpoint(200)
    return plain(path, token)


def test_a_partial_that_is_gone_is_cut_from_the_full_one() -> None:
    """tlog-tiles: a client may fall back."""
    with served(full) as url:
        source = HttpSource(f"{url}/log")
        assert audit(source, log_key=VKEY).clean
        assert parse_bundle(source.bundle(0, 200)) == parse_bundle(files()["tile/entries/000"])[:200]
        assert source.tile(0, 0, 200) == files()["tile/0/000"][: 200 * 32]
        with pytest.raises(SourceMissing):
            source.bundle(7, 256)


# ---- folders


def test_a_folder_is_a_log(tmp_path: Path) -> None:
    """With openings where it has them."""
    source = FolderSource(write_files(files(), tmp_path))

    assert source.checkpoint() == files()["checkpoint"]
    assert source.tile(0, 1, 44) == files()["tile/0/001.p/44"]
    assert source.openings(0, 256) == files()["openings/000"]
    assert source.openings(5, 256) is None
    assert list(source.earlier_checkpoints()) == []
    assert [*source.own_findings(0, [None]), *source.closing_findings()] == []


def test_what_a_folder_does_not_hold_is_missing(tmp_path: Path) -> None:
    """Also where a folder stands in a file's place, or a file in a folder's."""
    source = FolderSource(tmp_path)
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "tile").write_bytes(b"")

    for read in (source.checkpoint, lambda: source.tile(0, 0, 256), lambda: source.bundle(0, 3)):
        with pytest.raises(SourceMissing):
            read()


def test_a_name_too_long_for_the_disk_says_nothing_about_the_log(tmp_path: Path) -> None:
    """Any other error of the disk is not the log's."""
    with pytest.raises(SourceUnavailable):
        FolderSource(tmp_path / ("x" * 300)).checkpoint()


def test_an_archive_is_the_log_it_was_copied_from(tmp_path: Path) -> None:
    """Byte for byte, with and without openings, and never over another."""
    source = FolderSource(write_files(files(), tmp_path / "from"))

    assert write_archive(source, tmp_path / "to", with_openings=True) == 300
    assert {
        str(path.relative_to(tmp_path / "to")): path.read_bytes()
        for path in (tmp_path / "to").rglob("*")
        if path.is_file()
    } == files()
    write_archive(source, tmp_path / "public", with_openings=False)
    assert not (tmp_path / "public" / "openings").exists()
    with pytest.raises(Malformed, match="not empty"):
        write_archive(source, tmp_path / "to", with_openings=True)


def test_an_archive_of_a_claimed_size_is_refused_at_the_first_missing_file(tmp_path: Path) -> None:
    """Whatever a source claims, nothing is listed before it is read."""
    claimed = files() | {"checkpoint": Checkpoint.sign(LOG_KEY, 10**18, bytes(32)).raw}
    source = FolderSource(write_files(claimed, tmp_path / "from"))

    with pytest.raises(SourceMissing, match="tile/0/001"):
        write_archive(source, tmp_path / "to", with_openings=False)


def test_a_place_is_a_folder_or_a_url(tmp_path: Path) -> None:
    """Nothing else is opened: no file:, no ftp:."""
    assert isinstance(open_source(str(tmp_path)), FolderSource)
    assert isinstance(open_source("http://log.example/credit"), HttpSource)
    assert isinstance(open_source("HTTPS://log.example/credit"), HttpSource)
    for place in (str(tmp_path / "absent"), "ftp://log.example", f"file://{tmp_path}", "", "log.example"):
        if place:
            assert open_source(place) is None
