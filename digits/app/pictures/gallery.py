"""The pictures that a visitor brought, and what was read in them, for one visit.

    gallery = Gallery()
    gallery.add("bill.jpg", data)
    for picture in gallery.unread(options, model):
        gallery.keep(picture, options, model, read_picture(picture.data, ..., options))
    for picture, reading in gallery.ordered(options, model): ...

Files are kept as they came, so that other options can be tried; readings are small, and
known by the file's content, so that no file is read twice in the same way.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from digits.app.pictures.reading import PictureOptions, PictureReading, PictureStatus
from digits.recognition.result_rows import Row, number_rows

MAX_PICTURES = 200  # of a visit
MAX_TOTAL_BYTES = 128 * 1024 * 1024  # of a visit's files: some forty photos of a phone
MAX_READINGS = 600  # of a visit, thumbnails of some 50 kB: pictures read in three ways
FULL = (
    f"At most {MAX_PICTURES} pictures, of {MAX_TOTAL_BYTES >> 20} MB in all, are kept at once:"
    " remove some first."
)

# What wants a person's eye comes first.
ORDER: Sequence[PictureStatus] = ("unsure", "error", "blank", "digit")


@dataclass(frozen=True, eq=False)
class BroughtPicture:
    """A file that somebody brought.

    Attributes:
        index: what it is known by in this visit, growing.
        name: the file's name, or what the page calls it.
        data: the file.
        digest: SHA-256 of the file.
    """

    index: int
    name: str
    data: bytes
    digest: str


class Gallery:
    """Pictures in the order in which they came, and their readings."""

    def __init__(self) -> None:
        """Begin without pictures."""
        self.pictures: list[BroughtPicture] = []
        self._readings: dict[tuple[str, PictureOptions, str], PictureReading] = {}
        self._count = 0

    def add(self, name: str, data: bytes) -> BroughtPicture | None:
        """Take a file; None when there is no room for it.

        A file that is already here, of the same name and content, is not taken twice.
        """
        digest = hashlib.sha256(data).hexdigest()
        for picture in self.pictures:
            if (picture.name, picture.digest) == (name, digest):
                return picture
        total = sum(len(picture.data) for picture in self.pictures)
        if len(self.pictures) >= MAX_PICTURES or total + len(data) > MAX_TOTAL_BYTES:
            return None
        self._count += 1
        self.pictures.append(BroughtPicture(self._count, name, data, digest))
        return self.pictures[-1]

    def remove(self, index: int) -> None:
        """Let go of the picture of that index, if it is here."""
        self.pictures = [picture for picture in self.pictures if picture.index != index]
        digests = {picture.digest for picture in self.pictures}
        for key in [key for key in self._readings if key[0] not in digests]:
            del self._readings[key]

    def clear(self) -> None:
        """Let go of all pictures."""
        self.pictures.clear()
        self._readings.clear()

    def find(
        self, picture: BroughtPicture, options: PictureOptions, model: str
    ) -> PictureReading | None:
        """Return what was read with these options by this model, if it was."""
        return self._readings.get((picture.digest, options, model))

    @property
    def has_readings(self) -> bool:
        """Whether anything was read yet."""
        return bool(self._readings)

    def unread(self, options: PictureOptions, model: str) -> list[BroughtPicture]:
        """List the pictures that wait to be read, each content once."""
        waiting: dict[str, BroughtPicture] = {}
        for picture in self.pictures:
            if self.find(picture, options, model) is None:
                waiting.setdefault(picture.digest, picture)
        return list(waiting.values())

    def keep(
        self, picture: BroughtPicture, options: PictureOptions, model: str, reading: PictureReading
    ) -> None:
        """Keep a reading; of too many the oldest goes."""
        self._readings[picture.digest, options, model] = reading
        if len(self._readings) > MAX_READINGS:
            del self._readings[next(iter(self._readings))]

    def ordered(
        self, options: PictureOptions, model: str
    ) -> list[tuple[BroughtPicture, PictureReading]]:
        """List what was read: doubtful first, then what failed, then as it came.

        Of the doubtful the one with the lowest confidence is first.
        """
        found = [
            (picture, reading)
            for picture in self.pictures
            if (reading := self.find(picture, options, model)) is not None
        ]
        return sorted(found, key=lambda pair: urgency(pair[1]))


def urgency(reading: PictureReading) -> tuple[int, float]:
    """Order readings by how much they want a person's eye."""
    doubt = reading.confidence if reading.status == "unsure" else 0.0
    return ORDER.index(reading.status), doubt


def summarize(readings: Sequence[PictureReading], noun: str = "digit") -> str:
    """Count pictures by what came of them: "5 pictures: 3 read, 2 to check"."""
    counts = Counter(reading.status for reading in readings)
    words: dict[PictureStatus, str] = {
        "digit": "read",
        "unsure": "to check",
        "blank": f"without a {noun}",
        "error": "not readable",
    }
    parts = [f"{counts[status]} {said}" for status, said in words.items() if counts[status]]
    total = f"{len(readings)} picture{'' if len(readings) == 1 else 's'}"
    return f"{total}: {', '.join(parts)}" if parts else total


def to_rows(
    pairs: Sequence[tuple[BroughtPicture, PictureReading]], class_names: Sequence[str]
) -> list[Row]:
    """Flatten readings to the rows of `predict.py --several`, in the order they came."""
    return [
        row
        for picture, one in sorted(pairs, key=lambda pair: pair[0].index)
        for row in number_rows(
            picture.name, one.reading, class_names, one.message if one.status == "error" else ""
        )
    ]
