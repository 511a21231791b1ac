"""A self-signed certificate for the names of this machine: browsers need https for the microphone."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FOR = timedelta(days=397)
RENEW_BEFORE = timedelta(days=7)


class Certificate(NamedTuple):
    """Two PEM files."""

    key: Path
    certificate: Path


def self_signed(folder: Path, hosts: Iterable[str] = ()) -> Certificate:
    """The certificate in `folder`, created when missing, about to expire, or without one of the names.

    Names are `hosts`, localhost, this machine's names and addresses. Only the owner can read the files.
    """
    files = Certificate(folder / "tls-key.pem", folder / "tls-certificate.pem")
    names = sorted({*(host.strip("[]") for host in hosts), *_own_names()} - {"", "0.0.0.0", "::"})
    if not _is_valid(files, names):
        _create(files, names)
    return files


def _own_names() -> set[str]:
    name = socket.gethostname()
    names = {"localhost", "127.0.0.1", "::1", name, f"{name.partition('.')[0]}.local"}
    with contextlib.suppress(OSError):
        names |= {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(name, None)}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting UDP sends nothing; the address is one of those reserved for examples.
        probe.connect(("192.0.2.1", 9))
        names.add(probe.getsockname()[0])
    return names


def _is_valid(files: Certificate, names: list[str]) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
        covered_names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    covered = {str(alternative.value) for alternative in covered_names}
    return (
        certificate.public_key() == key.public_key()
        and certificate.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC)
        and covered.issuperset(names)
    )


def _create(files: Certificate, names: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Polyphony")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_private(files.key, encoded)
    _write_private(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    scratch.replace(path)
