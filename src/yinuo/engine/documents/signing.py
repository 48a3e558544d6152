"""Electronic signatures on documents: who signs is a provider's business,
whether a file still stands is decided here.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext


class SigningError(Exception):
    """The document could not be signed."""


@dataclass(frozen=True)
class Signatory:
    """In whose name a document is signed: a unit with its credit code or a department with its number."""

    id: str
    name: str
    person: str = ""


class SigningProvider(Protocol):
    """What a certificate authority offers. The development authority stands in until a licensed one is contracted.

    Source: 商用密码管理条例第三十条（电子政务电子认证由依法设立的机构提供）
    """

    @property
    def seal_words(self) -> str:
        """What a drawn seal says below its star, so that nobody takes a trial's for a real one; "" = nothing."""

    def sign_pdf(self, pdf: bytes, signatory: Signatory, *, at: datetime, reason: str) -> bytes:
        """The document with one signature over all of it; what was there stays byte for byte a prefix."""

    def roots(self) -> Sequence[bytes]:
        """The certificates (DER) in which trust in these signatures ends."""


def load_provider(dotted_path: str, **options: Any) -> SigningProvider:
    """The provider that the settings name, e.g. `yinuo.engine.documents.development_ca.DevelopmentCA`."""
    module, _, name = dotted_path.rpartition(".")
    return cast(SigningProvider, getattr(import_module(module), name)(**options))


@dataclass(frozen=True)
class SignatureReport:
    """Whether a signed file still is what was signed, and every reason why not."""

    valid: bool
    reasons: tuple[str, ...]
    signer: str | None = None
    signer_id: str | None = None
    signed_at: datetime | None = None
    covers_entire_file: bool = False


def verify_pdf(data: bytes, expected_sha256: str | None, *, roots: Sequence[bytes], at: datetime) -> SignatureReport:
    """Judges a file by its signature, by the signature's reach to the last byte, and by the digest on the trail where
    one is given.

    The signature alone is not enough: a few bytes beside it and whatever follows it are outside its reach.
    """
    reasons = []
    if expected_sha256 is not None and not hmac.compare_digest(
        hashlib.sha256(data).hexdigest(), expected_sha256.lower()
    ):
        reasons.append("文件的SHA-256摘要与留痕记录不一致")
    try:
        report = _judge(data, roots, at)
    except (
        Exception
    ) as error:  # a damaged file makes the parser fail in any of its ways: none of them is a valid signature
        report = SignatureReport(False, (f"文件或者签名无法解析（{type(error).__name__}）",))
    reasons += report.reasons
    return SignatureReport(
        not reasons, tuple(reasons), report.signer, report.signer_id, report.signed_at, report.covers_entire_file
    )


def _judge(data: bytes, roots: Sequence[bytes], at: datetime) -> SignatureReport:
    signatures = PdfFileReader(io.BytesIO(data), strict=True).embedded_signatures
    if len(signatures) != 1:
        return SignatureReport(
            False, ("文件没有电子签名",) if not signatures else (f"文件有{len(signatures)}个电子签名，只应有一个",)
        )
    signature = signatures[0]
    trust = ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in roots], moment=at, allow_fetching=False
    )
    status = validate_pdf_signature(signature, signer_validation_context=trust)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    checks = (
        (status.intact, "签名后内容被改动"),
        (status.valid, "签名值无效"),
        (status.trusted, "签名证书不受信任"),
        (whole, "签名未覆盖整个文件，签名之后有追加内容"),
        (status.bottom_line, "签名未通过验证"),
        (_embedded_plainly(data, signature), "签名区不规范，可能被改动"),
    )
    reasons = tuple(reason for passed, reason in checks if not passed)
    subject = signature.signer_cert.subject.native
    return SignatureReport(
        not reasons,
        reasons,
        subject.get("common_name"),
        subject.get("serial_number"),
        signature.self_reported_timestamp,
        whole,
    )


def _embedded_plainly(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    """The gap that the signature leaves for itself holds its hexadecimal form and zeros, nothing else."""
    start, length, resume, _ = (int(number) for number in signature.byte_range)
    gap = data[start + length : resume]
    cms = bytes(signature.pkcs7_content)
    # pyHanko keeps the padding in pkcs7_content; the CMS proper ends where its outer length says.
    content = cms[: _der_length(cms)]
    digits = content.hex().encode().ljust(len(gap) - 2, b"0")
    return gap in (b"<" + digits + b">", b"<" + digits.upper() + b">")


def _der_length(der: bytes) -> int:
    if der[1] < 0x80:
        return 2 + der[1]
    count = der[1] & 0x7F
    return 2 + count + int.from_bytes(der[2 : 2 + count], "big")
