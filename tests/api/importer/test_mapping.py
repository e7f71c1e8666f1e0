"""The mapping file: what is declared, and how a fault names the TOML key."""

import re
from pathlib import Path

import pytest

from api.importer.declaration import ActRule, Day, PublicityRule, Text, Words
from api.importer.mapping import FieldKind, MappingFault, parse_mapping
from verify.statement_type import StatementType

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

SAID = """
[act]
operator = "clerk"
basis = "a law"
reason = "a reason"
"""
ACTION = """
[action]
column = "e"
file = ["a"]
"""
REVOKE = """
[action.revoke]
words = ["r"]
"""
OUTCOME = """
[[outcomes]]
when = { result = ["x", "y"], e = "z" }
unless = { other = "o" }
steps = [
  { event = "remedy.opened", kind = "litigation" },
  { event = "remedy.closed", outcome = "annulled" },
  { event = "record.revoked", superseded_by = ["new"] },
]
"""

CLASSES = """
[publicity]
class_column = "class"
class_labels = { "a" = "minor", "b" = "serious" }
"""
WITHHELD = """
[publicity]
withheld_column = "secret"
withheld_labels = { "s" = "state-secret" }
withheld_text = "a secret"
"""


def test_a_plain_mapping_files_every_row_with_text_fields() -> None:
    """Without [action] and [made_at] nothing but the item, the key, the subject and the fields is needed."""
    mapping = parse_mapping(PLAIN.encode())

    assert (mapping.item, mapping.item_version, mapping.key) == ("administrative-penalty", 1, ("no",))
    assert mapping.action is None
    assert mapping.made_at is None
    assert mapping.publicity is None
    assert [(field.code, field.kind) for field in mapping.fields] == [("CF_WSH", FieldKind.TEXT)]
    assert mapping.required_columns() == {"no": "record.key", "name": "subject.name", "code": "subject.code"}


def test_an_act_takes_what_it_does_not_say_from_the_tables_around_it() -> None:
    """The nearest word holds; what is a constant further out may be a column further in."""
    text = """
[act]
operator = "clerk"
basis_column = "law"
on_column = "day"
date = "%Y/%m/%d"
[[outcomes]]
when = { result = "x" }
reason_column = "result"
case = "court"
steps = [
  { event = "remedy.opened", kind = "litigation", on_column = "first" },
  { event = "record.changed", basis = "another law", superseded_by = ["new"] },
]
"""
    (outcome,) = parse_mapping((PLAIN + text).encode()).outcomes
    opened, changed = outcome.steps

    assert outcome.when == (("result", ("x",)),)
    assert opened == ActRule(
        event=StatementType.REMEDY_OPENED,
        texts=(
            ("basis", Text(column="law")),
            ("kind", Text("litigation")),
            ("operator", Text("clerk")),
            ("reason", Text(column="result")),
        ),
        on=Day("first", ("%Y/%m/%d",)),
        names=("remedy",),
        case="court",
    )
    assert dict(changed.texts)["basis"] == Text("another law")
    assert (changed.on, changed.superseded_by) == (Day("day", ("%Y/%m/%d",)), ("new",))


def test_the_examples_of_the_documentation_are_read() -> None:
    """docs/importing.md, as one mapping."""
    page = Path(__file__).parents[3] / "docs" / "importing.md"
    examples = re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    plain = PLAIN.replace('key = ["no"]', 'key = ["no", "code"]')
    mapping = parse_mapping("\n".join([plain, *examples]).encode())

    assert mapping.action is not None
    assert [word for word, _rule in mapping.action.acts] == ["更正", "变更", "废止", "撤销"]
    assert [len(outcome.steps) for outcome in mapping.outcomes] == [3, 0]
    assert mapping.publicity is not None
    assert mapping.publicity.gives_class


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        ('{ event = "record.revoked" }', [()]),
        ('{ event = "remedy.opened", kind = "litigation" }, { event = "record.revoked" }', [("remedy",), ("remedy",)]),
        ('{ event = "objection.raised" }, { event = "record.changed" }', [("objection",), ("objection",)]),
        (
            '{event = "review.requested"}, {event = "remedy.closed", outcome = "upheld"}, {event = "record.revoked"}',
            [("objection",), ("remedy",), ("objection", "remedy")],
        ),
    ],
)
def test_what_is_done_to_a_record_names_the_remedy_and_the_objection_of_its_outcome(
    steps: str, names: list[tuple[str, ...]]
) -> None:
    """Why it was done is in the log for ever, and not only in a text that may be erased."""
    said = SAID + 'claim = "c"\norigin = "subject"'
    (outcome,) = parse_mapping(
        f"{PLAIN}{said}\n[[outcomes]]\nwhen = {{ c = 'w' }}\nsteps = [{steps}]".encode()
    ).outcomes

    assert names == [step.names for step in outcome.steps]


def test_every_column_that_acts_are_read_from_must_be_there() -> None:
    """A table without one of them is the wrong table."""
    mapping = parse_mapping(
        (PLAIN + SAID + 'on_column = "day"\ndate = "%Y%m%d"\n' + ACTION + REVOKE + OUTCOME).encode()
    )

    assert mapping.required_columns() == {
        "no": "record.key",
        "name": "subject.name",
        "code": "subject.code",
        "day": "outcomes[1]",
        "e": "outcomes[1]",
        "result": "outcomes[1]",
        "other": "outcomes[1]",
        "new": "outcomes[1]",
    }


def test_what_was_determined_about_publicity_stands_in_columns_of_words() -> None:
    """Words beside the known ones may say as little as an empty cell; each column must be there."""
    text = """
[publicity]
class_column = "class"
class_labels = { "a" = "minor", "b" = "serious" }
class_empty = ["none"]
summary_column = "how"
summary_words = ["quick", "at once"]
summary_empty = "slow"
withheld_column = "secret"
withheld_labels = { "s" = "state-secret" }
withheld_text_column = "why"
"""
    mapping = parse_mapping((PLAIN + text).encode())

    assert mapping.publicity == PublicityRule(
        classes=Words("class", (("a", "minor"), ("b", "serious"), ("none", None))),
        summary=Words("how", (("quick", "summary"), ("at once", "summary"), ("slow", None))),
        withheld=Words("secret", (("s", "state-secret"),)),
        withheld_text=Text(column="why"),
    )
    assert mapping.required_columns() == {
        "no": "record.key",
        "name": "subject.name",
        "code": "subject.code",
        "class": "publicity.class_column",
        "how": "publicity.summary_column",
        "secret": "publicity.withheld_column",
        "why": "publicity.withheld_text_column",
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('class = "ordinary"', PublicityRule(given_class="ordinary")),
        (
            'summary_column = "how"\nsummary_words = "quick"',
            PublicityRule(summary=Words("how", (("quick", "summary"),))),
        ),
        (
            WITHHELD.replace("[publicity]", ""),
            PublicityRule(withheld=Words("secret", (("s", "state-secret"),)), withheld_text=Text("a secret")),
        ),
    ],
)
def test_each_part_of_publicity_may_stand_alone(text: str, rule: PublicityRule) -> None:
    """A class for the whole table, the procedure, or the secrecy gate."""
    assert parse_mapping(f"{PLAIN}\n[publicity]\n{text}".encode()).publicity == rule


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
        (PLAIN + '[action]\ncolumn = "e"\nfile = ["a"]\nchanges_under = "r"', "action.changes_under"),
        (PLAIN + SAID + ACTION + REVOKE.replace('"r"', '"a"'), "action"),
        (PLAIN + SAID, "act"),
        (PLAIN + SAID + ACTION + '[action.withdraw]\nwords = ["r"]', "action.withdraw"),
        (PLAIN + SAID + ACTION + REVOKE + 'kind = "litigation"', "action.revoke.kind"),
        (PLAIN + SAID + ACTION + REVOKE + 'claim = "c"', "action.revoke.claim"),
        (PLAIN + SAID + ACTION + REVOKE + 'superseded_by = ["new", "code"]', "action.revoke.superseded_by"),
        (
            PLAIN + SAID + ACTION + '[action.correct]\nwords = ["c"]\nsuperseded_by = ["n"]',
            "action.correct.superseded_by",
        ),
        (PLAIN + SAID + ACTION + "[action.change]", "action.change.words"),
        (PLAIN + ACTION + REVOKE, "action.revoke.basis"),
        (PLAIN + SAID.replace('operator = "clerk"', "") + ACTION + REVOKE, "action.revoke.operator"),
        (PLAIN + SAID.replace('reason = "a reason"', "") + ACTION + REVOKE, "action.revoke.reason"),
        (PLAIN + SAID.replace("clerk", "c" * 201) + ACTION + REVOKE, "action.revoke.operator"),
        (PLAIN + SAID + 'reason_column = "why"' + ACTION + REVOKE, "act.reason"),
        (PLAIN + SAID + 'kind = "litigation"' + ACTION, "act.kind"),
        (PLAIN + SAID + 'on_column = "day"' + ACTION + REVOKE, "action.revoke.date"),
        (PLAIN + SAID + 'on_column = "day"\ndate = "%Y"' + ACTION + REVOKE, "act.date"),
        (PLAIN + SAID + OUTCOME.replace('"x", "y"', ""), "outcomes[1].when.result"),
        (PLAIN + SAID + OUTCOME.replace("when", "where"), "outcomes[1].when"),
        (PLAIN + SAID + OUTCOME.replace("unless", "except"), "outcomes[1].except"),
        (PLAIN + SAID + OUTCOME.replace("steps", "step"), "outcomes[1].steps"),
        (PLAIN + SAID + OUTCOME.replace('event = "remedy.opened", ', ""), "outcomes[1].steps[1].event"),
        (PLAIN + SAID + OUTCOME.replace("remedy.opened", "mask.applied"), "outcomes[1].steps[1].event"),
        (PLAIN + SAID + OUTCOME.replace('"litigation"', '"petition"'), "outcomes[1].steps[1].kind"),
        (PLAIN + SAID + OUTCOME.replace(', outcome = "annulled"', ""), "outcomes[1].steps[2].outcome"),
        (PLAIN + SAID + OUTCOME.replace("outcome =", "outcome_column ="), "outcomes[1].steps[2].outcome"),
        (PLAIN + SAID + OUTCOME.replace('"annulled"', '"revoked"'), "outcomes[1].steps[2].outcome"),
        (PLAIN + SAID + OUTCOME.replace('["new"]', '["new", "code"]'), "outcomes[1].steps[3].superseded_by"),
        (PLAIN + SAID + "[outcomes]", "outcomes"),
        (PLAIN + "[publicity]", "publicity"),
        (PLAIN + '[publicity]\nclass = "grave"', "publicity.class"),
        (PLAIN + '[publicity]\nclazz = "minor"', "publicity.clazz"),
        (PLAIN + CLASSES + 'class = "minor"', "publicity.class"),
        (PLAIN + CLASSES.replace('class_column = "class"', 'class = "minor"'), "publicity.class_labels"),
        (PLAIN + '[publicity]\nclass_column = "class"', "publicity.class_labels"),
        (PLAIN + CLASSES.replace('"serious"', '"grave"'), "publicity.class_labels"),
        (PLAIN + CLASSES.replace('"b"', '" "'), "publicity.class_labels"),
        (PLAIN + CLASSES + 'class_empty = ["none", "a"]', "publicity.class_empty"),
        (PLAIN + '[publicity]\nclass = "minor"\nclass_empty = "none"', "publicity.class_empty"),
        (PLAIN + '[publicity]\nsummary_column = "how"', "publicity.summary_words"),
        (PLAIN + '[publicity]\nsummary_column = "how"\nsummary_words = []', "publicity.summary_words"),
        (PLAIN + CLASSES + 'summary_words = ["quick"]', "publicity.summary_words"),
        (PLAIN + WITHHELD.replace('"state-secret"', '"shame"'), "publicity.withheld_labels"),
        (PLAIN + WITHHELD.replace('withheld_text = "a secret"', ""), "publicity.withheld_text"),
        (PLAIN + WITHHELD.replace("a secret", "s" * 5001), "publicity.withheld_text"),
        (PLAIN + WITHHELD + 'withheld_text_column = "why"', "publicity.withheld_text"),
        (PLAIN + CLASSES + 'withheld_text = "a secret"', "publicity.withheld_text"),
        (PLAIN + CLASSES + 'withheld_text_column = "why"', "publicity.withheld_text_column"),
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
