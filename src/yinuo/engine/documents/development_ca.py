"""A certificate authority for development and demonstration: its signatures are sound, but nobody vouches for the
names.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from yinuo.engine.documents.signing import Signatory, SigningError

# Fixed, so that a demonstration's history can be signed at the days it tells of.
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2050, 1, 1, tzinfo=UTC)
ROOT_NAME = "一诺开发用根证书（不具法律效力）"
PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]+")


class DevelopmentCA:
    """Keeps a root and one certificate per signatory in a folder that only the service may read."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.directory.stat().st_mode & 0o077:
            raise SigningError(f"签名密钥目录可被他人访问，权限应为0700：{self.directory}")

    @property
    def seal_words(self) -> str:
        return "演示用章"

    def roots(self) -> Sequence[bytes]:
        certificate, _ = self._root()
        return [certificate.public_bytes(Encoding.DER)]

    def sign_pdf(self, pdf: bytes, signatory: Signatory, *, at: datetime, reason: str) -> bytes:
        if at.tzinfo is None:
            raise SigningError("签署时间须带时区")
        certificate, key = self._signatory(signatory)
        signer = SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            signing_key=keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
            embed_roots=False,
        )
        metadata = PdfSignatureMetadata(
            field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES,
            name=signatory.person or signatory.name, reason=reason, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES,
        )  # fmt: skip
        signed = _DatedSigner(metadata, signer, at).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
        return bytes(signed.getvalue())

    def _root(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        return self._kept(
            "root",
            lambda key: _certificate(
                _name(ROOT_NAME, "root"), key.public_key(), _name(ROOT_NAME, "root"), key, ca=True
            ),
        )

    def _signatory(self, signatory: Signatory) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        root, root_key = self._root()
        # A unit that is renamed gets a new certificate; both names stay provable.
        digest = hashlib.sha256(f"{signatory.id}\n{signatory.name}".encode()).hexdigest()[:32]
        name = _name(signatory.name, signatory.id)
        return self._kept(digest, lambda key: _certificate(name, key.public_key(), root.subject, root_key, ca=False))

    def _kept(
        self, stem: str, make: Callable[[ec.EllipticCurvePrivateKey], x509.Certificate]
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        path = self.directory / f"{stem}.pem"
        if not path.exists():
            with self._lock():
                if not path.exists():  # another process may have been first
                    key = ec.generate_private_key(ec.SECP256R1())
                    _write_private(
                        path,
                        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                        + make(key).public_bytes(Encoding.PEM),
                    )
        pem = path.read_bytes()
        kept = load_pem_private_key(pem, password=None)
        assert isinstance(kept, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(pem), kept

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with open(self.directory / "lock", "a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


class _DatedSigner(PdfSigner):
    """Signs at the instant it is told, not at the clock's."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: SimpleSigner, at: datetime) -> None:
        super().__init__(metadata, signer=signer)
        self.at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def _name(common_name: str, serial: str) -> x509.Name:
    # X.520 allows a common name 64 characters; the serial number identifies, the name is for reading.
    # A serial number takes only printable ASCII: an office without a code is identified by the digest of its name.
    if not PRINTABLE.fullmatch(serial):
        serial = hashlib.sha256(serial.encode()).hexdigest()[:32]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, serial[:64]),
        ]
    )


def _certificate(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER - timedelta(seconds=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )


def _write_private(path: Path, content: bytes) -> None:
    """Appears whole or not at all, readable by the service alone."""
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.rename(path)
