"""Secrets: random tokens of which only the hash is kept, and keyed hashes with this directory's own key."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from api.settings import Settings

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored of a token. It is random and long, so a plain hash cannot be turned round."""
    return hashlib.sha256(token.encode()).digest()


def keyed_hash(settings: Settings, purpose: str, text: str) -> str:
    """A hash nobody can make or try out without this directory's key; each purpose has its own."""
    key = secret_key(settings).encode()
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def secret_key(settings: Settings) -> str:
    """HEREABOUTS_SECRET_KEY, or one made once and kept in the data folder for this user alone."""
    return settings.secret_key or _kept_key(settings.home_folder / "secret.key")


@lru_cache
def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(new_token(), encoding="ascii")
        with suppress(FileExistsError):  # another process was first: theirs is the key
            os.link(made, path)
        made.unlink()
    return path.read_text(encoding="ascii").strip()
