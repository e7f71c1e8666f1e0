"""Signed notes and verifier keys, against published vectors and the known traps."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.vectors import (
    VECTORS,
    WITNESS_LINE,
    WORKED_CHECKPOINT,
    WORKED_EMPTY_NOTE,
    WORKED_KEY,
    WORKED_SECRET,
    WORKED_VKEY,
    vector_key,
)
from verify.errors import Malformed, SignatureInvalid
from verify.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteSignature,
    SignedNote,
    SigningKey,
    VerifierKey,
    check_key_name,
)
from verify.strict import encode_base64

C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
ALICE = SigningKey.from_seed("alice.example/1", bytes(32))
BOB = SigningKey.from_seed("bob.example/1", b"\x01" * 32)

# Text of a note: no code point below U+0020 but LF; not empty; its last character is LF.
lines = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\n\x7f\x85\u2028\u2029—")
)
texts = lines.filter(lambda text: text.strip("\n") != "" and not text.startswith("\ufeff")).map(
    lambda text: text + "\n"
)


# ---- keys


@pytest.mark.parametrize("role", VECTORS["keys"])
def test_the_published_keys_come_out_byte_for_byte(role: str) -> None:
    """Seeds and vkeys of the format's worked example."""
    key = vector_key(role)

    assert str(key.verifier) == VECTORS["keys"][role]["vkey"]
    assert VerifierKey.parse(VECTORS["keys"][role]["vkey"]) == key.verifier


def test_the_c2sp_example_key_is_read() -> None:
    """The vkey of the signed-note specification."""
    key = VerifierKey.parse(C2SP_VKEY)

    assert key.name == "example.com/foo"
    assert key.key_id.hex() == "530d903a"
    assert str(key) == C2SP_VKEY


def test_the_worked_key_is_gos_key() -> None:
    """Public and private form as Go's note package writes them."""
    assert str(WORKED_KEY.verifier) == WORKED_VKEY
    assert WORKED_KEY.secret() == WORKED_SECRET + "\n"
    assert SigningKey.parse(WORKED_SECRET) == WORKED_KEY
    assert SigningKey.parse(WORKED_SECRET + "\n") == WORKED_KEY


@pytest.mark.parametrize("vkey", [C2SP_VKEY, WORKED_VKEY, *(key["vkey"] for key in VECTORS["keys"].values())])
def test_every_changed_character_of_a_vkey_is_refused(vkey: str) -> None:
    """The key ID covers name and key."""
    for position, character in enumerate(vkey):
        for other in ("A", "B", "+", "0", " "):
            if other != character:
                with pytest.raises(Malformed):
                    VerifierKey.parse(vkey[:position] + other + vkey[position + 1 :])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        C2SP_VKEY.upper(),
        C2SP_VKEY.replace("530d903a", "530D903A"),
        C2SP_VKEY + "\n",
        " " + C2SP_VKEY,
        C2SP_VKEY + "+x",
        C2SP_VKEY + "=",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
        "\udcff+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_other_vkeys_are_refused(vkey: str) -> None:
    """One spelling, one algorithm; a cosignature key (0x04) is no statement key."""
    with pytest.raises(Malformed):
        VerifierKey.parse(vkey)


def test_another_public_key_of_the_same_name_has_another_key_id() -> None:
    """The key ID is the hash of name and key."""
    wanted = hashlib.sha256(b"alice.example/1\n\x01" + ALICE.verifier.public_key).digest()[:4]

    assert ALICE.verifier.key_id == wanted
    assert SigningKey.from_seed("alice.example/1", b"\x02" * 32).verifier.key_id != wanted


PRIME = 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")


@pytest.mark.parametrize("y", [0, 1, PRIME - 1, PRIME, PRIME + 1, ORDER_8, PRIME - ORDER_8, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_small_order_and_non_canonical_points_are_no_keys(y: int, sign: int) -> None:
    """A signature under such a key can fit any message."""
    with pytest.raises(Malformed, match="small-order"):
        VerifierKey.of("name", (y | sign << 255).to_bytes(32, "little"))


def test_a_small_order_key_is_refused_in_a_vkey_too() -> None:
    """Also where the key ID is right."""
    public = bytes(32)
    key_id = hashlib.sha256(b"name\n\x01" + public).digest()[:4].hex()

    with pytest.raises(Malformed, match="small-order"):
        VerifierKey.parse(f"name+{key_id}+{encode_base64(bytes([1]) + public)}")


def test_a_key_that_is_no_point_verifies_nothing() -> None:
    """About half of all strings are not on the curve; they fail as a signature does."""
    with pytest.raises(SignatureInvalid):
        VerifierKey.of("name", (2).to_bytes(32, "little")).verify(b"text\n", bytes(64))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_and_seeds_have_32_bytes(length: int) -> None:
    """No padding, no cutting."""
    with pytest.raises(Malformed):
        VerifierKey.of("name", bytes(length))
    with pytest.raises(Malformed):
        SigningKey.from_seed("name", bytes(length))


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "a+b", "a\tb", "a\nb", "a\x00", "a\x85b", "a\xa0b", "a\u2003b", "a\u2028b", "a\u3000b", "\ud800"],
)
def test_key_names_have_no_space_and_no_plus(name: str) -> None:
    """Unicode spaces included: the name must be one word of its line."""
    with pytest.raises(Malformed):
        check_key_name(name)


def test_key_names_may_be_chinese() -> None:
    """Any other character may stand in a name."""
    assert check_key_name("信用.example/日志") == "信用.example/日志"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        WORKED_VKEY,
        WORKED_SECRET.replace("e424138f", "e424138e"),
        WORKED_SECRET.replace("PRIVATE", "private"),
        WORKED_SECRET[:-4],
        WORKED_SECRET.replace("+AQ", "+BA"),
        WORKED_SECRET + "\n\n",
    ],
)
def test_other_private_keys_are_refused(secret: str) -> None:
    """Also one whose key ID is another key's."""
    with pytest.raises(Malformed):
        SigningKey.parse(secret)


def test_a_private_key_is_not_printed_by_accident() -> None:
    """Its repr holds the public part only."""
    assert "AQABAgME" not in repr(WORKED_KEY)
    assert repr(bytes(range(32))) not in repr(WORKED_KEY)


# ---- notes


def test_signing_gives_the_published_note() -> None:
    """Ed25519 is deterministic: the bytes are those that Go's note.Sign made."""
    text = WORKED_EMPTY_NOTE.partition(b"\n\n")[0] + b"\n"

    assert SignedNote.sign(text, [WORKED_KEY]).to_bytes() == WORKED_EMPTY_NOTE


@given(texts, st.booleans())
def test_a_note_comes_back_as_it_was(text: str, both: bool) -> None:
    """Text with empty lines, dashes and U+2028 kept; all signatures verify over exactly these bytes."""
    keys = [ALICE, BOB] if both else [ALICE]
    raw = SignedNote.sign(text.encode(), keys).to_bytes()
    note = SignedNote.parse(raw)

    assert note.text == text.encode()
    assert note.to_bytes() == raw
    assert note.signers([BOB.verifier, ALICE.verifier]) == tuple(key.verifier for key in keys)


@given(st.binary(max_size=300) | texts.map(str.encode), st.binary(max_size=20))
def test_no_bytes_raise_anything_but_malformed(head: bytes, tail: bytes) -> None:
    """Whatever comes in is a note that comes out the same, or is refused."""
    try:
        note = SignedNote.parse(head + b"\n" + ALICE.sign(head).line().encode() + tail)
    except Malformed:
        return
    assert SignedNote.parse(note.to_bytes()) == note


@given(st.data())
def test_no_changed_byte_of_a_note_passes(data: st.DataObject) -> None:
    """Every byte is covered: text and signature by the key, name and key ID by their being known."""
    raw = bytearray(WORKED_CHECKPOINT)
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= data.draw(st.integers(1, 255))
    with suppress(Malformed, SignatureInvalid):
        assert SignedNote.parse(bytes(raw)).signers([WORKED_KEY.verifier]) == ()


def test_unicode_line_separators_do_not_end_a_line() -> None:
    """U+0085 and U+2028 stay inside the text; only LF ends a line."""
    text = "a\u2028\nb\u0085c\u2029\n".encode()
    note = SignedNote.parse(SignedNote.sign(text, [ALICE]).to_bytes())

    assert note.text == text
    assert note.signers([ALICE.verifier]) == (ALICE.verifier,)


def test_the_last_empty_line_ends_the_text() -> None:
    """A text may hold what looks like signatures."""
    inner = SignedNote.sign(b"inner\n", [BOB]).to_bytes()
    note = SignedNote.parse(SignedNote.sign(inner, [ALICE]).to_bytes())

    assert note.text == inner
    assert note.signers([ALICE.verifier, BOB.verifier]) == (ALICE.verifier,)


LINE = ALICE.sign(b"text\n").line()
SIGNATURE = LINE.split(" ")[2].rstrip("\n")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n" + LINE,
        "\n\n" + LINE,
        "\n" + LINE,
        "text\n\n" + LINE.rstrip("\n"),
        "text\n\n" + LINE + "\n",
        "text\n\n" + LINE + "more",
        "text\r\n\r\n" + LINE.replace("\n", "\r\n"),
        "text\n\n" + LINE.replace("\n", "\r\n"),
        "te\x00xt\n\n" + LINE,
        "te\txt\n\n" + LINE,
        "te\x1bxt\n\n" + LINE,
        "\ufefftext\n\n" + LINE,
        "text\n\n" + LINE + LINE,
        "text\n\n" + LINE + NoteSignature(ALICE.verifier.name, ALICE.verifier.key_id, bytes(64)).line(),
        "text\n\n" + LINE.replace("—", "-"),
        "text\n\n" + LINE.replace("— ", "—"),
        "text\n\n" + LINE.replace("— ", "—  "),
        "text\n\n" + LINE.replace("— ", "—\u00a0"),
        "text\n\n — " + LINE[2:],
        "text\n\n— alice.example/1\n",
        "text\n\n— alice.example/1 \n",
        "text\n\n— " + SIGNATURE + "\n",
        "text\n\n— alice+bob " + SIGNATURE + "\n",
        "text\n\n— alice\u2028x " + SIGNATURE + "\n",
        "text\n\n" + LINE.replace("\n", " \n"),
        "text\n\n" + LINE.replace("=\n", "\n"),
        "text\n\n— alice.example/1 AAAAAA==\n",
        "text\n\n— alice.example/1 AAAA\n",
        "text\n\n— alice.example/1 " + SIGNATURE[:-2] + "B=\n",
        "text\n\n— alice.example/1 " + SIGNATURE.replace("+", "-").replace("/", "_") + "-\n",
    ],
)
def test_the_known_traps_are_refused(raw: str) -> None:
    """Control characters, CRLF, marks, doubled keys, other dashes, spaces, non-canonical base64."""
    with pytest.raises(Malformed):
        SignedNote.parse(raw.encode())


def test_spare_bits_in_a_signature_line_are_refused() -> None:
    """68 bytes need four base64 digits of one byte at the end, whose last bits must be zero."""
    last = SIGNATURE[-2]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spare = alphabet[alphabet.index(last) | 1]

    assert SIGNATURE.endswith("=")
    assert spare != last
    with pytest.raises(Malformed, match="canonical base64"):
        SignedNote.parse(("text\n\n" + LINE.replace(SIGNATURE, SIGNATURE[:-2] + spare + "=")).encode())


def test_a_note_that_is_not_utf8_is_refused() -> None:
    """Notes are text."""
    with pytest.raises(Malformed):
        SignedNote.parse(b"te\xffxt\n\n" + LINE.encode())


def test_notes_are_capped_before_they_are_parsed() -> None:
    """A hostile note costs neither memory nor signature checks."""
    with pytest.raises(Malformed, match="more than"):
        SignedNote.parse(b"a" * (MAX_NOTE_BYTES + 1))
    many = [SigningKey.from_seed(f"key/{number}", number.to_bytes(32, "big")) for number in range(MAX_SIGNATURES + 1)]
    with pytest.raises(Malformed, match="more than 32 signatures"):
        SignedNote.parse(SignedNote.sign(b"text\n", many).to_bytes())
    assert len(SignedNote.parse(SignedNote.sign(b"text\n", many[:-1]).to_bytes()).signatures) == MAX_SIGNATURES


def test_lines_of_unknown_keys_are_ignored() -> None:
    """Witnesses and algorithms to come may sign along; 0x04 lines are longer than Ed25519 ones."""
    note = SignedNote.parse(WORKED_CHECKPOINT + WITNESS_LINE)

    assert [signature.name for signature in note.signatures] == ["log.example/credit", "witness.example/w1"]
    assert note.signers([WORKED_KEY.verifier]) == (WORKED_KEY.verifier,)
    assert note.signers([ALICE.verifier]) == ()


def test_one_bad_line_of_a_known_key_fails_the_note() -> None:
    """Though another known key signed rightly."""
    bad = NoteSignature(BOB.verifier.name, BOB.verifier.key_id, ALICE.sign(b"text\n").signature)
    note = SignedNote(b"text\n", (ALICE.sign(b"text\n"), bad))

    assert note.signers([ALICE.verifier]) == (ALICE.verifier,)
    with pytest.raises(SignatureInvalid) as caught:
        note.signers([ALICE.verifier, BOB.verifier])
    assert caught.value.key_name == "bob.example/1"


@pytest.mark.parametrize("length", [1, 63, 65, 72, 2428])
def test_a_known_keys_signature_of_another_length_is_invalid(length: int) -> None:
    """Nothing is cut to fit."""
    note = SignedNote(b"text\n", (NoteSignature(ALICE.verifier.name, ALICE.verifier.key_id, bytes(length)),))

    with pytest.raises(SignatureInvalid):
        note.signers([ALICE.verifier])


def test_a_signature_has_one_form() -> None:
    """S + L signs the same in lax implementations; it is refused here (RFC 8032 section 5.1.7)."""
    order = 2**252 + 27742317777372353535851937790883648493
    signature = ALICE.sign(b"text\n").signature
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")

    ALICE.verifier.verify(b"text\n", signature)
    with pytest.raises(SignatureInvalid):
        ALICE.verifier.verify(b"text\n", other)


def test_countersigning_adds_a_line_over_the_same_text() -> None:
    """Registrations and rotations carry two signatures."""
    note = SignedNote.sign(b"text\n", [ALICE]).countersign(BOB)

    assert SignedNote.parse(note.to_bytes()).signers([ALICE.verifier, BOB.verifier]) == (ALICE.verifier, BOB.verifier)
