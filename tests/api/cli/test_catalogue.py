"""`kesu catalogue`: what an item is, before it is published."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from tests.commands import kesu_here


def test_an_item_is_checked_before_it_is_published() -> None:
    """Its nature and the day its clocks run from, as its author must have meant them."""
    with as_file(files("ledger.rules") / "catalogue" / "administrative-penalty.toml") as penalty:
        checked = kesu_here("catalogue", "check", penalty)

    assert checked.code == 0
    assert checked.out.startswith("administrative-penalty version 1: 行政处罚, 30 fields, ")
    assert checked.out.splitlines()[1] == "nature: adverse; decided on: CF_JDRQ"


def test_an_item_without_nature_and_day_says_so() -> None:
    """Definitions from before these members stay good."""
    older = Path(__file__).parents[2] / "data" / "tw-epa-penalty.item.toml"

    assert kesu_here("catalogue", "check", older).out.splitlines()[1] == "nature: not given; decided on: not given"


def test_an_adverse_item_without_a_day_is_refused(tmp_path: Path) -> None:
    """With the place in the definition and what to do."""
    shipped = (files("ledger.rules") / "catalogue" / "administrative-penalty.toml").read_text("utf-8")
    without = tmp_path / "item.toml"
    without.write_text(shipped.replace('decided_on = "CF_JDRQ"\n', ""), "utf-8")
    refused = kesu_here("catalogue", "check", without)

    assert refused.code == 2
    assert "$.decided_on: An adverse item has a day" in refused.err
