"""The log over HTTP: checkpoint, tiles and bundles, each under one spelling and never beyond what was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.api.service import Service, body_of, running
from tests.commands import kesu_here
from tests.ledger.harness import ORIGIN, execute, query
from verify.checkpoint import Checkpoint
from verify.merkle import leaf_hash, tree_root
from verify.tiles import bundle_path, parse_bundle, split_hashes, tile_path, tiles_of

ENTRIES = 300
"""One full tile, one partial one, and a level above."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server on a log of exactly so many entries."""
    with running(tmp_path_factory.mktemp("log") / "ledger") as started:
        size = int(started.server.get("/v1/ledger").json()["size"])
        lines = b"\n".join(body_of(started.desk.file()) for _ in range(ENTRIES - size))
        assert started.server.post("/v1/statements:batch", lines).status == 200
        yield started


def test_the_checkpoint_is_signed_and_of_the_log_that_is_named(service: Service) -> None:
    """Text, fresh for two seconds, under the key that /v1/ledger gives."""
    answer, ledger = service.server.get("/checkpoint"), service.server.get("/v1/ledger").json()
    checkpoint = Checkpoint.open(answer.body, service.log_key)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=2"
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, ENTRIES)
    assert ledger == {
        "origin": ORIGIN,
        "vkey": str(service.log_key),
        "size": ENTRIES,
        "simulated_clock": False,
        "items": {"administrative-licence": 1, "administrative-penalty": 1},
    }


def test_bundles_and_tiles_together_are_the_tree_that_was_signed(service: Service) -> None:
    """Leaf by leaf, up to the root of the checkpoint."""
    root = Checkpoint.open(service.server.get("/checkpoint").body, service.log_key).root
    leaves: list[bytes] = []
    for level, number, width in tiles_of(ENTRIES):
        tile = split_hashes(service.server.get(f"/{tile_path(level, number, width)}").body)
        if level == 0:
            bundle = service.server.get(f"/{bundle_path(number, width)}", token=service.token)
            assert [leaf_hash(entry) for entry in parse_bundle(bundle.body)] == tile
            leaves += tile
        else:
            assert tile == [tree_root(leaves[at * 256 : at * 256 + 256]) for at in range(width)]

    assert tree_root(leaves) == root


def test_entries_are_chained_and_numbered(service: Service) -> None:
    """Each bundle continues the one before."""
    entries = []
    for number, width in ((0, 256), (1, ENTRIES - 256)):
        entries += parse_bundle(service.server.get(f"/{bundle_path(number, width)}", token=service.token).body)
    previous = "0" * 64
    for seq, raw in enumerate(entries):
        assert f'"previous":"{previous}"'.encode() in raw
        assert f'"seq":{seq},'.encode() in raw
        previous = hashlib.sha256(raw).hexdigest()


def test_a_partial_tile_of_every_width_is_a_prefix_of_the_full_one(service: Service) -> None:
    """A reader of any earlier checkpoint still gets its tile."""
    full = service.server.get("/tile/0/000").body
    for width in range(1, 256):
        assert service.server.get(f"/tile/0/000.p/{width}").body == full[: 32 * width]
    last = service.server.get(f"/tile/0/001.p/{ENTRIES - 256}").body
    for width in range(1, ENTRIES - 256):
        assert service.server.get(f"/tile/0/001.p/{width}").body == last[: 32 * width]

    assert len(full) == 32 * 256
    assert len(last) == 32 * (ENTRIES - 256)


def test_a_partial_bundle_of_every_width_is_a_prefix_of_the_full_one(service: Service) -> None:
    """The same for the entries."""
    full = parse_bundle(service.server.get("/tile/entries/000", token=service.token).body)
    assert len(full) == 256
    for width in range(1, 256, 5):
        answer = service.server.get(f"/tile/entries/000.p/{width}", token=service.token)
        assert parse_bundle(answer.body) == full[:width]


def test_tiles_may_be_kept_for_ever_and_bundles_by_their_reader_alone(service: Service) -> None:
    """A partial tile never changes either; what needs a token is in no shared cache."""
    full, partial = service.server.get("/tile/0/000"), service.server.get("/tile/0/001.p/7")
    bundle = service.server.get("/tile/entries/000", token=service.token)

    assert full.headers["cache-control"] == partial.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert bundle.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert {answer.headers["content-type"] for answer in (full, partial, bundle)} == {"application/octet-stream"}


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "00",
        "0000",
        "000.p",
        "000.p/",
        "000.p/0",
        "000.p/05",
        "000.p/+5",
        "000.p/256",
        "000.p/257",
        "000.p/1000",
        "000.p/5/",
        "000/",
        "/000",
        "x000/000",
        "x000/x000/000",
        "000/000",
        "x00/000",
        "X000/000",
        "-01",
        "００0",
        "%D9%A0%D9%A0%D9%A0",
        "000%0A",
        "000.p/5%0A",
        "000.P/5",
        "x999/" * 6 + "999",
        "x999/" * 7 + "999",
        "x999/" * 1500 + "999",
        "..%2F..%2Fcheckpoint",
    ],
)
def test_a_tile_has_one_spelling(service: Service, number: str) -> None:
    """Two paths for one resource would be two objects in every cache, and one of them unchecked."""
    for kind, token in (("0", None), ("entries", service.token)):
        path = f"/tile/{kind}/{quote(number, safe='/%')}"
        answer = service.server.get(path, token=token)

        assert (answer.status, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("level", ["00", "01", "-1", "64", "063", "x", "256", "１", "9" * 5000])
def test_a_level_is_a_number_from_0_to_63(service: Service, level: str) -> None:
    """Without a leading zero."""
    answer = service.server.get(f"/tile/{quote(level)}/000.p/1")

    assert (answer.status, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    "path",
    [
        "/tile/0/001",
        f"/tile/0/001.p/{ENTRIES - 255}",
        "/tile/0/002.p/1",
        "/tile/0/x001/000",
        "/tile/1/000",
        "/tile/1/000.p/2",
        "/tile/1/001.p/1",
        "/tile/2/000.p/1",
        "/tile/63/000.p/1",
        "/tile/entries/001",
        f"/tile/entries/001.p/{ENTRIES - 255}",
        "/tile/entries/002.p/1",
    ],
)
def test_nothing_is_there_beyond_the_tree(service: Service, path: str) -> None:
    """A tile that is not full has no full path."""
    answer = service.server.get(path, token=service.token)

    service.problem(answer, 404, "not-found", path)


def test_entry_bundles_are_for_auditors(service: Service) -> None:
    """Whatever the bundle, there or not: without the token nothing is learnt from asking."""
    for number in ("000", "000.p/5", "999", "nonsense"):
        path = f"/tile/entries/{number}"

        service.problem(service.server.get(path), 401, "token-missing", path)
        service.problem(service.server.get(path, token="wrong"), 401, "token-missing", path)


def test_the_process_says_that_it_works(service: Service) -> None:
    """For a load balancer and for people."""
    answer = service.server.get("/healthz")

    assert (answer.status, answer.json()) == (200, {"status": "ok", "size": ENTRIES, "waiting": 0})


def test_an_auditor_verifies_the_server_with_the_token(service: Service) -> None:
    """Over HTTP, all of it, under the published key."""
    done = kesu_here("verify", service.server.address, "--token-file", service.token_file, "--vkey", service.log_key)

    assert (done.code, done.err) == (0, "")
    assert "CLEAN" in done.out
    assert f"{ENTRIES} entries" in done.out


def test_an_audit_without_the_token_cannot_finish(service: Service) -> None:
    """That is no finding, and the way out is named."""
    done = kesu_here("verify", service.server.address)

    assert (done.code, done.out) == (3, "")
    assert done.err.count("\n") == 1
    assert "--token-file" in done.err


def test_nothing_beyond_the_published_checkpoint_is_served(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither tile nor bundle nor receipt of an entry that is written but not signed for."""
    with running(tmp_path_factory.mktemp("unsigned") / "ledger") as service:
        sent = service.desk.file(identifier=service.desk.new_id())
        seq = service.put(sent)["seq"]
        identifier = str(sent.statement.partition(b'"id":"')[2][:36], "ascii")
        paths = [f"/tile/0/000.p/{seq + 1}", f"/tile/entries/000.p/{seq + 1}", f"/v1/receipts/{identifier}"]
        before = [service.server.get(path, token=service.token).status for path in paths]
        database = service.desk.home.database
        (signed,) = query(database, "SELECT max(size) FROM checkpoints")[0]
        execute(database, "DELETE FROM checkpoints WHERE size = ?", signed)
        older = Checkpoint.open(service.server.get("/checkpoint").body, service.log_key)

        assert (signed, older.size, before) == (seq + 1, seq, [200, 200, 200])
        for path in paths:
            service.problem(service.server.get(path, token=service.token), 404, "not-found", path)
        service.restart()
        assert [service.server.get(path, token=service.token).status for path in paths] == before
