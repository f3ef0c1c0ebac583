"""The Ed25519 key that this instance proves documents of the web by: made once, kept beside the signing key.

Only the worker and commands load this.
"""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.foundation import authority
from app.foundation.errors import AppError

FILE = Path("signing") / "proof.pem"
"""Where the file lies in the folder of the instance."""


class ProofKeyUnavailable(AppError):
    """There is no key to prove by now; the text says to an operator which and why, and never what is in it."""


def load(instance: Path, *, may_make: bool) -> bytes:
    """Return the private key (PEM), made first where there is none and it may be; raises ProofKeyUnavailable."""
    path = instance / FILE
    if may_make and not path.exists():
        authority.keep_first(path, _make())
    try:
        content = path.read_bytes()
        is_fit = isinstance(serialization.load_pem_private_key(content, None), Ed25519PrivateKey)
    except OSError as error:
        raise ProofKeyUnavailable(f"the key of badges {path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise ProofKeyUnavailable(f"the key of badges {path} cannot be opened: it is damaged") from error
    if not is_fit:
        raise ProofKeyUnavailable(f"the key of badges {path} is not of the kind Ed25519")
    return content


def _make() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
