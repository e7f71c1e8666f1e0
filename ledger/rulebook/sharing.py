"""共享目录 (sharing catalogue): read and write who is given the records of an item, and hold it against the items.

海淀区创建社会信用体系建设示范城区工作方案 (2017): 共享类型 `type`, 条件 `condition`, 范围 `scope`, 方式 `method`;
以共享为原则，不共享为例外.

The definition is plain JSON without floats, fit for RFC 8785, because a ledger takes it over by committing it. It is
read strictly: what is not understood is refused, since a misspelt recipient must not open a record to everybody.

Errors: reading and comparing raise `DefinitionFault` and nothing else.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique
from importlib.resources import files
from typing import Final

from ledger.catalogue_item import CatalogueItem, Openness
from ledger.definition import read_choice, read_day, read_list, read_members, read_slug, read_text, read_whole, refuse
from verify.strict import JsonValue

# A city's catalogue has some hundreds of items; at about 300 bytes an entry this stays below half a megabyte.
MAX_ENTRIES: Final = 1_024

_NEEDED: Final = frozenset({"version", "zh", "basis", "effective_from", "entries"})
_ENTRY_NEEDED: Final = frozenset({"item", "type"})


@unique
class SharingType(StrEnum):
    """共享类型 (type of sharing), 国发〔2016〕51号."""

    UNCONDITIONAL = "unconditional"
    """无条件共享: the public fields, to every recipient of the scope."""
    CONDITIONAL = "conditional"
    """有条件共享: only where the condition holds."""
    WITHHELD = "withheld"
    """不予共享: the exception; the condition names the law or policy that says so."""


@unique
class Recipient(StrEnum):
    """范围 (scope): who may be given a record. The subject itself is no recipient: it always sees its own records."""

    CITY_DEPARTMENTS = "city-departments"
    """市级部门."""
    DISTRICT_DEPARTMENTS = "district-departments"
    """区级部门."""
    JUDICIAL_ORGANS = "judicial-organs"
    """司法机关."""
    NATIONAL_PLATFORM = "national-platform"
    """全国信用信息共享平台."""
    REGIONAL_PLATFORMS = "regional-platforms"
    """区域信用平台, 京津冀 first of all."""
    CREDIT_SERVICE_INSTITUTIONS = "credit-service-institutions"
    """信用服务机构."""
    FINANCIAL_INSTITUTIONS = "financial-institutions"
    """金融机构."""
    INDUSTRY_ASSOCIATIONS = "industry-associations"
    """行业协会商会."""
    PUBLIC = "public"
    """社会公众."""


@unique
class SharingMethod(StrEnum):
    """方式 (method): in which way a record is given."""

    INTERFACE = "interface"
    """数据接口."""
    BATCH = "batch"
    """批量交换."""
    QUERY = "query"
    """在线查询."""
    VERIFICATION = "verification"
    """核验: an answer of yes or no, no data (可用不可见)."""


@dataclass(frozen=True, slots=True)
class SharingEntry:
    """共享目录项 (entry): the four columns that 共享目录 prescribes, for one item of the collection catalogue."""

    item: str
    type: SharingType
    condition: str | None
    """None for unconditional sharing alone."""
    scope: tuple[Recipient, ...]
    """Empty for what is withheld alone, as `method` is."""
    method: tuple[SharingMethod, ...]


@dataclass(frozen=True, slots=True)
class SharingCatalogue:
    """共享目录 (sharing catalogue): one version of it."""

    version: int
    zh: str
    basis: str
    effective_from: str
    """The first day, YYYY-MM-DD, on which records are shared by this version."""
    entries: tuple[SharingEntry, ...]

    def entry(self, item: str) -> SharingEntry | None:
        """Find the entry of an item; None says that nobody has decided, and so that nothing may be shared."""
        return next((entry for entry in self.entries if entry.item == item), None)


def parse_sharing(definition: JsonValue) -> SharingCatalogue:
    """Read a definition strictly; raises `DefinitionFault` for what is unknown, missing, misplaced or there twice."""
    parts = read_members(definition, "$", _NEEDED)
    entries = read_list(parts["entries"], "$.entries", _entry, MAX_ENTRIES)
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.item in seen:
            refuse(f"$.entries[{index}].item", "This item has an entry already.", "Leave one of the two out.")
        seen.add(entry.item)
    return SharingCatalogue(
        version=read_whole(parts["version"], "$.version"),
        zh=read_text(parts["zh"], "$.zh"),
        basis=read_text(parts["basis"], "$.basis"),
        effective_from=read_day(parts["effective_from"], "$.effective_from").isoformat(),
        entries=entries,
    )


def sharing_definition(sharing: SharingCatalogue) -> dict[str, JsonValue]:
    """Write the catalogue as plain JSON, absent parts left out; the inverse of `parse_sharing`."""
    entries: list[JsonValue] = [_entry_definition(entry) for entry in sharing.entries]
    return {
        "version": sharing.version,
        "zh": sharing.zh,
        "basis": sharing.basis,
        "effective_from": sharing.effective_from,
        "entries": entries,
    }


def shipped_sharing() -> dict[str, JsonValue]:
    """Read the definition that comes with Kesu; `parse_sharing` has taken it."""
    source = files("ledger.rules") / "sharing" / "sharing.toml"
    return sharing_definition(parse_sharing(tomllib.loads(source.read_text("utf-8"))))


def require_covered(sharing: SharingCatalogue, items: Iterable[CatalogueItem]) -> None:
    """Require an entry for each item and for nothing else, and that no restricted item is open to everybody.

    以共享为原则，不共享为例外: that an item is not shared must be said. Raises `DefinitionFault` for the first fault.
    """
    known = {item.item: item for item in items}
    for index, entry in enumerate(sharing.entries):
        item, path = known.get(entry.item), f"$.entries[{index}]"
        if item is None:
            refuse(f"{path}.item", f"There is no item {entry.item}.", "Name an item of the collection catalogue.")
        if item.openness is Openness.RESTRICTED and Recipient.PUBLIC in entry.scope:
            refuse(f"{path}.scope", f"The item {entry.item} is restricted.", "Leave public out.")
        if item.openness is Openness.RESTRICTED and entry.type is SharingType.UNCONDITIONAL:
            refuse(f"{path}.type", f"The item {entry.item} is restricted.", "Name the condition, or withhold it.")
    missing = sorted(known.keys() - {entry.item for entry in sharing.entries})
    if missing:
        refuse("$.entries", f"The item {missing[0]} has no entry.", "Add one; withheld says that it is not shared.")


def _entry_definition(entry: SharingEntry) -> dict[str, JsonValue]:
    condition: dict[str, JsonValue] = {} if entry.condition is None else {"condition": entry.condition}
    scope: list[JsonValue] = [recipient.value for recipient in entry.scope]
    method: list[JsonValue] = [each.value for each in entry.method]
    given: dict[str, JsonValue] = {"scope": scope, "method": method} if scope else {}
    return {"item": entry.item, "type": entry.type.value, **condition, **given}


def _entry(value: JsonValue, path: str) -> SharingEntry:
    parts = read_members(value, path, _ENTRY_NEEDED, {"condition", "scope", "method"})
    item = read_slug(parts["item"], f"{path}.item")
    kind = read_choice(parts["type"], f"{path}.type", SharingType)
    withheld = kind is SharingType.WITHHELD
    for key, is_due in (
        ("condition", kind is not SharingType.UNCONDITIONAL),
        ("scope", not withheld),
        ("method", not withheld),
    ):
        if is_due is not (key in parts):
            fix = "Add it." if is_due else "Leave it out."
            need = "needs" if is_due else "has no"
            refuse(f"{path}.{key}", f"An entry of type {kind.value} {need} {key}.", fix)
    return SharingEntry(
        item=item,
        type=kind,
        condition=read_text(parts["condition"], f"{path}.condition") if "condition" in parts else None,
        scope=read_list(parts["scope"], f"{path}.scope", _recipient) if "scope" in parts else (),
        method=read_list(parts["method"], f"{path}.method", _method) if "method" in parts else (),
    )


def _recipient(value: JsonValue, path: str) -> Recipient:
    return read_choice(value, path, Recipient)


def _method(value: JsonValue, path: str) -> SharingMethod:
    return read_choice(value, path, SharingMethod)
