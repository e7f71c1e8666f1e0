"""Signing a made-up step: one or two keys of its office, with salts and an id that follow from the seed."""

from __future__ import annotations

from api.sampling.case import Say
from api.sampling.dice import Dice
from verify.commitment import Opening
from verify.note import VerifierKey
from verify.statement import Statement
from verify.statement_type import TWO_SIGN
from verify.strict import format_instant
from verify.submission import Draft, Submission, uuid7


class Secretary:
    """Signs the steps of one sample, in their order."""

    def __init__(self, seed: int) -> None:
        """`seed` is the sample's."""
        self._seed = seed
        self._signed = 0

    def sign(self, said: Say) -> Submission:
        """The step as it is submitted."""
        statement, openings, _signers = self.state(said)
        return Submission(statement.raw, openings)

    def state(self, said: Say) -> tuple[Statement, dict[str, Opening], frozenset[VerifierKey]]:
        """The step as a statement, with its openings and whoever signed it."""
        self._signed += 1
        dice = Dice(self._seed, "signed", self._signed)
        keys = said.by.keys if said.kind in TWO_SIGN else (dice.pick(said.by.keys),)
        statement, openings = Draft(said.kind.value, said.about, said.values).state(
            keys,
            identifier=uuid7(int(said.at.timestamp() * 1000), dice.bytes(10)),
            issuer=said.by.issuer,
            made_at=format_instant(said.at),
            random=dice.bytes,
        )
        return statement, openings, frozenset(key.verifier for key in keys)
