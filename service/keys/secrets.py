"""Makes the secrets of API keys, recognises their form, and hashes them."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Final

PREFIX: Final = "clinic_"  # by which people, and programs that look for leaked secrets, know what it is
BYTES: Final = 32
SHOWN: Final = len(PREFIX) + 6  # letters by which a key is recognised in lists
FORM: Final = re.compile(PREFIX + r"[A-Za-z0-9_-]{43,128}")  # 43 letters of base64 hold 256 bits, and so do 64 of hex


def new_secret() -> str:
    """A fresh secret of 256 random bits.

    Example:
        >>> is_secret(new_secret()), is_secret("clinic_guess")
        (True, False)
    """
    return PREFIX + secrets.token_urlsafe(BYTES)


def is_secret(text: str) -> bool:
    """Whether ``text`` has the form of a secret."""
    return FORM.fullmatch(text) is not None


def digest_of(secret: str) -> str:
    """The SHA-256 of a secret in hex: all that is stored of it.

    A slow hash protects what people think of; nobody guesses 256 random bits, however fast. Nor does the time of a
    look-up tell anything: it depends on the digest, and who could choose a digest's first bits would have to invert it.
    """
    return sha256(secret.encode()).hexdigest()


def shown_of(secret: str) -> str:
    """The beginning of a secret, which tells people one key from another; the 220 bits behind it stay unknown."""
    return secret[:SHOWN]
