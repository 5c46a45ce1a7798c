"""Whether the controllers' signatures in a journal hold: asked of ssh-keygen."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from egovnet.playbooks.journal.audit import Fault
from egovnet.playbooks.journal.record_statement import RecordStatement
from egovnet.playbooks.journal.signed_records import SignedRecord
from egovnet.playbooks.signatures.allowed_signers import AllowedSigners
from egovnet.playbooks.signatures.controller_key import JOURNAL
from egovnet.playbooks.signatures.errors import (
    OtherNamespaceError,
    SignatureError,
    SigningError,
    UnknownKeyError,
)
from egovnet.playbooks.signatures.ssh_signature import verify


def signature_faults(
    signed: Sequence[tuple[RecordStatement, SignedRecord]],
    controllers: AllowedSigners,
    *,
    only_newest: bool = False,
) -> Iterator[Fault]:
    """Which signatures do not hold; a few milliseconds each.

    `only_newest`: of the newest record, whose link is over all that came before it.
    """
    newest = sorted(signed, key=lambda each: each[0].at)[-1:]
    for statement, record in newest if only_newest else signed:
        try:
            signer = verify(
                statement.text().encode(),
                record.signature,
                controllers,
                JOURNAL,
                at=datetime.fromisoformat(statement.at),
            )
            if signer.fingerprint != statement.controller:
                raise OtherNamespaceError(
                    f"signed with {signer.fingerprint} as if with {statement.controller}"
                )
        except (SignatureError, ValueError) as error:
            words = f"{statement.record}: its signature does not hold: {error}"
            # nobody can say, for now: the key is not listed yet, or there is no ssh-keygen here
            unknown = isinstance(error, UnknownKeyError | SigningError)
            yield Fault(statement.kind, statement.number, words, unknown_signer=unknown)
