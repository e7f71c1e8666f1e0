"""The mapping file: what is declared, and how a fault names the TOML key."""

import pytest

from api.importer.mapping import FieldKind, MappingFault, parse_mapping

PLAIN = """
[item]
catalogue = "administrative-penalty"
version = 1
[record]
key = ["no"]
[subject]
scheme = "uscc"
code = "code"
name = "name"
[fields.CF_WSH]
column = "no"
"""


def test_a_plain_mapping_files_every_row_with_text_fields() -> None:
    """Without [action] and [made_at] nothing but the item, the key, the subject and the fields is needed."""
    mapping = parse_mapping(PLAIN.encode())

    assert (mapping.item, mapping.item_version, mapping.key) == ("administrative-penalty", 1, ("no",))
    assert mapping.action is None
    assert mapping.made_at is None
    assert [(field.code, field.kind) for field in mapping.fields] == [("CF_WSH", FieldKind.TEXT)]
    assert mapping.required_columns() == {"no": "record.key", "name": "subject.name", "code": "subject.code"}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("= 1", ""),
        (PLAIN.replace("[item]", "[itme]"), "item"),
        (PLAIN.replace("version = 1", "version = 0"), "item.version"),
        (PLAIN.replace("version = 1", "version = true"), "item.version"),
        (PLAIN.replace("version = 1", "version = 1\nedition = 2"), "item.edition"),
        (PLAIN.replace("administrative-penalty", "Administrative Penalty"), "item.catalogue"),
        (PLAIN.replace('key = ["no"]', "key = []"), "record.key"),
        (PLAIN.replace('key = ["no"]', 'key = ["no", "no"]'), "record.key"),
        (PLAIN.replace('scheme = "uscc"', ""), "subject"),
        (PLAIN.replace('scheme = "uscc"', 'scheme = "uscc"\nscheme_column = "s"'), "subject"),
        (PLAIN.replace('scheme = "uscc"', 'scheme = "uscc"\nschemes = { "a" = "uscc" }'), "subject.schemes"),
        (PLAIN.replace('scheme = "uscc"', 'scheme = "U S"'), "subject"),
        (PLAIN.replace("fields.CF_WSH", "fields.9"), "fields.9"),
        (PLAIN.replace("[fields.CF_WSH]\n", "[fields]\n"), "fields.column"),
        (PLAIN + 'colum = "x"', "fields.CF_WSH.colum"),
        (PLAIN + 'money = "圆"', "fields.CF_WSH.money"),
        (PLAIN + 'date = "%Y-%m"', "fields.CF_WSH.date"),
        (PLAIN + 'date = "%Y-%m-%d %H"', "fields.CF_WSH.date"),
        (PLAIN + 'date = "%Y-%m-%d"\nmoney = "元"', "fields.CF_WSH"),
        (PLAIN + 'money = "元"\nseparator = ";"', "fields.CF_WSH.separator"),
        (PLAIN + "labels = { A = 1 }", "fields.CF_WSH.labels"),
        (PLAIN + "integer = 1", "fields.CF_WSH.integer"),
        (PLAIN + "[fields.X]\nconst = 2026-11-20", "fields.X.const"),
        (PLAIN + "[fields.X]\nconst = 1.5", "fields.X.const"),
        (PLAIN + '[fields.X]\nconst = "a"\ncolumn = "b"', "fields.X.column"),
        (PLAIN + "[fields.X]\n", "fields.X.column"),
        (PLAIN + '[source]\nformat = "xlsx"', "source.format"),
        (PLAIN + '[source]\nencoding = "big5"', "source.encoding"),
        (PLAIN + '[source]\ndelimiter = ";;"', "source.delimiter"),
        (PLAIN + '[action]\ncolumn = "e"\nfile = ["a"]\nrevoke = ["a"]', "action"),
        (PLAIN + '[action]\ncolumn = "e"\nfile = ["a"]\nchanges_under = "r"', "action.changes_under"),
        (PLAIN + '[made_at]\ncolumn = "d"\ndate = "%Y%m%d"\ntime = "25:00:00"\noffset = "+08:00"', "made_at.time"),
        (PLAIN + '[made_at]\ncolumn = "d"\ndate = "%Y%m%d"\ntime = "08:00:00"\noffset = "+99:00"', "made_at.offset"),
        (PLAIN + '[made_at]\ncolumn = "d"\ndate = "%Y%m%d"\ntime = "08:00"\noffset = "+08:00"', "made_at.time"),
    ],
)
def test_a_fault_names_the_toml_key(text: str, path: str) -> None:
    """Whoever wrote the mapping learns which key to change, and how."""
    with pytest.raises(MappingFault) as caught:
        parse_mapping(text.encode())

    assert path == caught.value.path
    assert caught.value.rule
    assert caught.value.fix


def test_a_mapping_that_is_not_utf8_is_refused() -> None:
    """Chinese column names in another encoding would match nothing."""
    with pytest.raises(MappingFault) as caught:
        parse_mapping(PLAIN.replace("no", "文号").encode("gb18030"))

    assert caught.value.path == ""
