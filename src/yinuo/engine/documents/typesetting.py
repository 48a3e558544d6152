"""The bytes of an issued paper: typeset by the version it was issued with, with its proof attached, signed by who
issues it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from django.db import DatabaseError

from yinuo.chain.verifier import Proof
from yinuo.engine.base import Refused
from yinuo.engine.documents.embedding import embed_file
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.render import ATTACHED, PaperError, render_pdf
from yinuo.engine.documents.signing import Signatory, SigningProvider
from yinuo.engine.infochain import queries as infochain
from yinuo.engine.infochain.books import MAIN, TWIN
from yinuo.engine.register import paper_names


def paper_bytes(document: Document, provider: SigningProvider, at: datetime) -> tuple[bytes, str]:
    """The paper and who signed it, "" = nobody.

    It is dated by the issue, its signature by `at`, the moment of signing.
    """
    issuer = str(document.data.get("department") or document.data.get("issuer") or document.data.get("hall") or "")
    if not issuer:
        return render_pdf(document.kind, document.data, document.issued_at, version=document.template_version), ""
    # The seal is drawn only on what is signed in the next breath: a paper without a signature has none.
    pdf = _with_proof(document, provider.seal_words)
    return provider.sign_pdf(pdf, Signatory(id=issuer, name=issuer), at=at, reason=paper_names()[document.kind]), issuer


def _with_proof(document: Document, seal: str | None) -> bytes:
    """The paper with the proof of the record it names (附件7·第十三条), attached and on its back: whoever has it can
    check it without a server.

    Where the log has a twin its proof is attached after the log's own.
    """
    found = list(_proofs_of(document))
    back = infochain.printed(found[0][1], infochain.policy()) if found else None
    printed = asdict(back) if back else None
    version = document.template_version
    pdf = render_pdf(document.kind, document.data, document.issued_at, version=version, seal=seal, printed=printed)
    for name, proof, told in found:
        pdf = embed_file(pdf, f"{document.project_code}.{name}", bytes(proof), told)
    return pdf


def _proofs_of(document: Document) -> Iterator[tuple[str, Proof, str]]:
    leaf = document.data.get(ATTACHED)
    if leaf is None:
        return
    for book, name, told in ((MAIN, "tlog-proof", "信息链证明"), (TWIN, "sm3.tlog-proof", "信息链国密并行树证明")):
        try:
            yield name, infochain.prove_leaf(document.project_code, leaf, infochain.policy(), book), told
        except infochain.NotYet:
            return


@contextmanager
def as_paper_error() -> Iterator[None]:
    """Whatever typesetting and signing fail with, a provider's network included, is one error that tells what to do."""
    try:
        yield
    except (Refused, DatabaseError):
        raise
    except Exception as error:
        raise PaperError(f"{type(error).__name__}：{error}") from error
