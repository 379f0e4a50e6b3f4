"""Certificates made at run time: those of an authority of the replica's own, and ones that a client must refuse."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.replica.plan import Certificate

_OTHER = "www.example.com"
_DAY = timedelta(days=1)


class Authority:
    """A certificate authority that nobody trusts who was not told to."""

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        return generate_private_key(SECP256R1())

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Its own certificate."""
        name = _name("Authority of the replica")
        builder = _builder(name, name, self._key, 365 * _DAY)
        return builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
            self._key, SHA256()
        )

    @property
    def pem(self) -> bytes:
        """What a file for SSL_CERT_FILE holds."""
        return self.certificate.public_bytes(Encoding.PEM)

    @cache  # noqa: B019 - one per replica, and it lives as long
    def context(self, kind: Certificate, hosts: tuple[str, ...]) -> ssl.SSLContext:
        """The server's side of a connection, with a certificate of a kind for some hosts."""
        key = generate_private_key(SECP256R1())
        names = (_OTHER,) if kind == "other_name" else hosts
        is_own = kind == "self_signed"
        name = _name(names[0])
        issuer = name if is_own else self.certificate.subject
        builder = _builder(name, issuer, key, -_DAY if kind == "expired" else 30 * _DAY)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in names]), False)
        return _context(builder.sign(key if is_own else self._key, SHA256()), key)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    """A certificate that ends some time from now."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * _DAY)
        .not_valid_after(now + life)
    )


def _context(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads files alone
        path = Path(folder) / "server.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context.load_cert_chain(path)
    return context
