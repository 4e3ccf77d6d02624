"""Who may keep drawings here, and who may see and delete them.

    keeping = decide(address="localhost", headers={"Host": "localhost:8501"}, settings={})
    visit = Visit()
    visit.settle(store, "c0ffee", kept)   # stored, once, however often it is settled

On a computer of one's own, everything is allowed. Where others can reach the server,
its operator turns keeping on, visitors see what they kept in this visit, and the whole
is the operator's, behind a password.
"""

import hashlib
import hmac
import ipaddress
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from digits.app.canvas.drawing import Drawing
from digits.app.kept.store import DEFAULT_URL, DrawingStore, KeptDrawing
from digits.classes import REJECT_NAME
from digits.recognition.predictions import Prediction

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# What a proxy adds: behind one, an address of this machine says nothing.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
WRONG_SECONDS = 1.0  # that a wrong password costs, one after the other for all visitors
SETTINGS = ("keep", "database", "operator_password")  # of [drawings] in the secrets file


class SettingsError(Exception):
    """Settings that cannot be followed; the text is one sentence for the operator."""


@dataclass(frozen=True)
class Keeping:
    """What a visitor of this server may do with drawings.

    Attributes:
        is_on: drawings can be kept.
        is_public: others than the owner of this computer can reach the page.
        url: of the database.
        password: of the operator, "" where none is set and nobody is admitted.
    """

    is_on: bool
    is_public: bool
    url: str = DEFAULT_URL
    password: str = field(default="", repr=False)

    @property
    def is_in_a_file(self) -> bool:
        """Whether drawings lie in the file of this program's folder."""
        return self.url == DEFAULT_URL


def decide(
    *, address: str | None, headers: Mapping[str, str], settings: Mapping[str, Any]
) -> Keeping:
    """Decide from where the server listens, how the visitor came, and the settings.

    Args:
        address: that the server is bound to; None means all of the machine's.
        headers: of the visitor's request; without any it counts as a local one.
        settings: `keep`, `database` and `operator_password`, each of which may be missing.

    Raises:
        SettingsError: if a setting is unknown or of the wrong kind.
    """
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise SettingsError(
            f"Expected {', '.join(SETTINGS)} under [drawings] in the secrets file."
            f" Received: {', '.join(unknown)}."
        )
    is_public = not (is_loopback(address) and is_local_visit(headers))
    keep = settings.get("keep", not is_public)
    if not isinstance(keep, bool):
        raise SettingsError("Expected keep = true or keep = false under [drawings].")
    url, password = settings.get("database", DEFAULT_URL), settings.get("operator_password", "")
    if not isinstance(url, str) or not isinstance(password, str):
        raise SettingsError("Expected database and operator_password in quotes under [drawings].")
    return Keeping(keep, is_public, url, password)


def is_loopback(address: str | None) -> bool:
    """Whether an address is of this machine alone."""
    if not address:
        return False
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_local_visit(headers: Mapping[str, str]) -> bool:
    """Whether a request asked for this machine by its own name, and came through no proxy."""
    given = {name.lower(): value for name, value in headers.items()}
    if any(name.lower() in given for name in FORWARDED):
        return False
    host = given.get("host", "localhost")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower() in LOCAL_NAMES


class Door:
    """Lets the operator in; one a server, so that guessing is slow for all together."""

    def __init__(self, *, wrong_seconds: float = WRONG_SECONDS) -> None:
        self.wrong_seconds = wrong_seconds
        self.lock = threading.Lock()

    def admits(self, given: str, *, password: str) -> bool:
        """Compare a password in constant time; a wrong one holds up the next."""
        with self.lock:
            # Digests are of one length, and take any letters.
            same = hmac.compare_digest(digest(given), digest(password))
            if same and password:
                return True
            time.sleep(self.wrong_seconds)
            return False


def digest(text: str) -> bytes:
    """Compute a text's SHA-256."""
    return hashlib.sha256(text.encode()).digest()


def fingerprint(drawing: Drawing) -> str:
    """Name a drawing by its strokes and brushes, to a tenth of a pixel."""
    strokes = [np.round(stroke, 1).tolist() for stroke in drawing.strokes]
    return hashlib.sha256(repr((strokes, drawing.brushes)).encode()).hexdigest()[:16]


@dataclass
class Visit:
    """What one visitor said and kept, for as long as the page is open.

    Attributes:
        labels: what each drawing shows, by fingerprint, as the visitor said.
        right: whether it had been read so, by fingerprint.
        kept: the drawings that the visitor kept, by fingerprint.
    """

    labels: dict[str, str] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)
    kept: dict[str, KeptDrawing] = field(default_factory=dict)

    @property
    def own(self) -> set[int]:
        """Numbers of the drawings that the visitor kept."""
        return {kept.number for kept in self.kept.values()}

    def judge(self, name: str, label: str | None, prediction: "Prediction") -> None:
        """Note what a drawing shows, and whether it was read so; None takes it back."""
        if label is None:
            self.labels.pop(name, None)
            self.right.pop(name, None)
            return
        self.labels[name] = label
        is_refused = prediction.status == "unsure" and label == REJECT_NAME
        self.right[name] = label == prediction.label or is_refused

    def settle(self, store: DrawingStore, name: str, kept: KeptDrawing | None) -> None:
        """Keep a drawing once, with the label that was given last; None takes it back.

        Raises:
            StoreError: if the database cannot be written.
        """
        before = self.kept.get(name)
        if kept is None:
            if before is not None:
                store.delete([before.number])
                del self.kept[name]
        elif before is None or before.label != kept.label:
            number = store.keep(replace(kept, number=before.number if before else 0))
            self.kept[name] = replace(kept, number=number)

    def forget(self, numbers: Collection[int] | None = None) -> None:
        """Note that drawings were deleted, by number or all."""
        gone = self.own if numbers is None else set(numbers)
        self.kept = {name: kept for name, kept in self.kept.items() if kept.number not in gone}
