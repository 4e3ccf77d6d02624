"""Who may save drawings on this server, and who gets to the drawings of everybody.

    policy = access_policy(address="localhost", settings={})
    if policy.can_save: ...
    is_operator = login.verify(given, password=policy.password)

The server's own address and its secrets file decide; nothing that a visitor sends does. Each
browser owns what it saved (session.py). Everybody's drawings are the operator's, who enters a
password, or the token that the server prints when no password is set.
"""

import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digits.app.kept.store import DEFAULT_URL

WRONG_SECONDS = 1.0  # that a wrong password costs, one after the other for all visitors
SETTINGS = ("keep", "database", "operator_password")  # of [drawings] in the secrets file


class SettingsError(Exception):
    """Settings that cannot be followed; the text is one sentence for the operator."""


@dataclass(frozen=True)
class AccessPolicy:
    """What a server does with drawings.

    Attributes:
        can_save: visitors can save drawings.
        is_local: the server listens to its own computer alone, as far as Streamlit knows.
            It chooses what the page explains, never what a visitor may see.
        url: of the database.
        password: of the operator; "" where none is set, and a token takes its place.
    """

    can_save: bool = False
    is_local: bool = False
    url: str = DEFAULT_URL
    password: str = field(default="", repr=False)

    @property
    def has_login(self) -> bool:
        """Whether the page asks for a password or token: drawings are saved, or one is set."""
        return self.can_save or bool(self.password)


def access_policy(*, address: str | None, settings: Mapping[str, Any]) -> AccessPolicy:
    """Decide from where the server listens and from its settings.

    Args:
        address: that the server is bound to; None means all of the machine's.
        settings: `keep`, `database` and `operator_password`, each of which may be missing.
            Drawings are saved if `keep` says so; without it, on a loopback address alone.

    Raises:
        SettingsError: if a setting is unknown or of the wrong kind.
    """
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise SettingsError(
            f"Expected {', '.join(SETTINGS)} under [drawings] in the secrets file."
            f" Received: {', '.join(unknown)}."
        )
    is_local = is_loopback(address)
    keep = settings.get("keep", is_local)
    if not isinstance(keep, bool):
        raise SettingsError("Expected keep = true or keep = false under [drawings].")
    url, password = settings.get("database", DEFAULT_URL), settings.get("operator_password", "")
    if not isinstance(url, str) or not isinstance(password, str):
        raise SettingsError("Expected database and operator_password in quotes under [drawings].")
    return AccessPolicy(keep, is_local, url, password)


def is_loopback(address: str | None) -> bool:
    """Whether an address is of this machine alone."""
    try:
        return address == "localhost" or ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


class OperatorLogin:
    """Lets the operator in; one a server, so that guessing is slow for all together."""

    def __init__(self, *, wrong_seconds: float = WRONG_SECONDS) -> None:
        """Draw the token that counts where no password is set."""
        self.wrong_seconds = wrong_seconds
        self.token = secrets.token_urlsafe(16)
        self.is_announced = False
        self._lock = threading.Lock()

    def verify(self, given: str, *, password: str) -> bool:
        """Compare in constant time with the password, or the token if that is ""."""
        with self._lock:
            # Digests are of one length, and take any letters.
            if hmac.compare_digest(digest(given), digest(password or self.token)):
                return True
            time.sleep(self.wrong_seconds)
            return False

    def announce(self, policy: AccessPolicy) -> None:
        """Print the token and where to enter it, once, if a password does not replace it."""
        with self._lock:
            if self.is_announced or policy.password or not policy.has_login:
                return
            self.is_announced = True
        print(
            "To see what all browsers kept, enter this token on the page, under Kept drawings,"
            f" You run this server?  {self.token}",
            flush=True,
        )


def digest(text: str) -> str:
    """Compute a text's SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
