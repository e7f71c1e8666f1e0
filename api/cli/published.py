"""Catalogue items as a ledger's server publishes them."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from api.cli.place import Usage
from api.client import LedgerClient, Refused, Unreachable
from api.templates.versions import in_force
from ledger.beijing import BEIJING
from ledger.catalogue import CatalogueItem, DefinitionFault, parse_item


def published_item(client: LedgerClient, item: str, version: int) -> CatalogueItem:
    """A version of an item; raises `Usage` where the ledger has none."""
    try:
        return parse_item(client.get_json(f"/v1/catalogue/{item}/{version}"))
    except DefinitionFault as error:
        raise Unreachable(f"the server answered with something else than a catalogue item: {error}") from None
    except Refused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise Usage(f"item: the ledger has no {item} version {version}: {error}") from None


def item_in_force(client: LedgerClient, item: str) -> CatalogueItem:
    """The version under which records are filed today; raises `Usage` where the ledger has no such item."""
    match client.get_json("/v1/ledger"):
        case {"items": {**items}}:
            newest = items.get(item)
            if newest is None:
                raise Usage(f"item: the ledger has no {item}; it has {', '.join(sorted(map(str, items)))}")
            if isinstance(newest, int):
                today = datetime.now(BEIJING).date()
                return in_force(newest, lambda version: published_item(client, item, version), today)
    raise Unreachable("the server does not say which items it has")
