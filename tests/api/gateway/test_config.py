"""A configuration that does not say what to do is refused with field, rule and fix; no password ever comes near it."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.gateway.config import load_config
from api.gateway.errors import ConfigFault
from tests.api.gateway.office import Office
from tests.commands import kesu_here

VIEW = '[[view]]\nname = "v"\npath = "v"\nmapping = "penalties.toml"\n{}\ntable = "v"\nversion = "at"\nkey = ["id"]\n'
URL = "http://127.0.0.1:1"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "office", URL)
    office.penalties(1)
    return office


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("[ledger]", "[ledgre]", "ledger", "is missing; add a table [ledger]"),
        ('url = "http:', 'url = "ftp:', "ledger.url", "has the wrong shape; write an address such as"),
        ("[ledger]", '[ledger]\nvkey = "x"', "ledger.vkey", "is no verifier key"),
        ('"bureau.key"', '"gateway.toml"', "department.key", "names a file that is no private key; make one"),
        ('"bureau.key"', '"none.key"', "department.key", "cannot be read: No such file or directory"),
        ("[department]", "[department]\nkeys = 1", "department.keys", "is not known here"),
        ("[ledger]", "[gateway]\npoll_seconds = 0\n[ledger]", "gateway.poll_seconds", "must be a whole number from 1"),
        ('name = "penalties"', 'name = "A B"', "folder[1].name", "has the wrong shape"),
        ('"penalties.toml"', '"none.toml"', "folder[1].mapping", "cannot be read"),
        ('"penalties.toml"', '"gateway.toml"', "gateway.toml: item", "is missing"),
        ("[[folder]]", "[[folders]]", "folders", "is not known here"),
        ("[ledger]", "[ledger", "gateway.toml", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(office: Office, old: str, new: str, field: str, words: str) -> None:
    text = office.config.read_text("utf-8")
    assert old in text
    office.config.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ConfigFault) as raised:
        load_config(office.config)
    assert raised.value.field == field
    assert str(raised.value).startswith(f"{field} {words}")


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ('url = "postgresql://bureau:secret-word@db/x"', "view[1].url", "may hold a password"),
        ("", "view[1]", "needs either url_env or url_file"),
        ('url_env = "a b"', "view[1].url_env", "has the wrong shape"),
        ('url_env = "A"\nlimit = 1', "view[1].limit", "is not known here"),
    ],
)
def test_what_is_wrong_with_a_view_is_named(office: Office, said: str, field: str, words: str) -> None:
    text = office.penalties(1) and (office.folder / "penalties.toml")
    assert text
    text.write_text(text.read_text("utf-8").replace('format = "csv"\n', ""), "utf-8")
    office.config.write_text(office.config.read_text("utf-8") + VIEW.format(said), "utf-8")

    with pytest.raises(ConfigFault) as raised:
        load_config(office.config)
    assert (raised.value.field, raised.value.rule) == (field, raised.value.rule)
    assert str(raised.value).startswith(f"{field} {words}")
    assert "secret-word" not in str(raised.value)


def test_the_command_says_it_in_one_line(office: Office) -> None:
    office.config.write_text(office.config.read_text("utf-8").replace('key = "bureau.key"\n', ""), "utf-8")
    done = [kesu_here("gateway", what, "--config", office.config) for what in ("run", "status")]

    assert [(each.code, each.out) for each in done] == [(2, "")] * 2
    assert {each.err for each in done} == {'kesu: department.key is missing; add key = "..."\n'}
