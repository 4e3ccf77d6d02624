"""What one visitor said, saved and may do, for as long as the page is open.

visit = Visit(token)
visit.set_label("c0ffee", "7", prediction)
visit.save(store, "c0ffee", drawing)  # stored once, however often this is called
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from digits.app.kept.access import digest
from digits.app.kept.records import LabelledDrawing, is_right
from digits.app.kept.store import DrawingStore, StoreError
from digits.recognition.predictions import Prediction


@dataclass
class Visit:
    """State of one visitor's page.

    Attributes:
        token: the browser's cookie.
        is_operator: the visitor gave the operator's password or token.
        labels: what each drawing shows, by fingerprint, as the visitor said.
        right: whether the model had read it right, by fingerprint.
        saved: the drawings that were saved in this visit, by fingerprint.
        error: of a callback, which has no place of its own to show it.
    """

    token: str = field(repr=False)
    is_operator: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)
    saved: dict[str, LabelledDrawing] = field(default_factory=dict)
    error: StoreError | None = None

    @property
    def owner(self) -> str:
        """What the database calls this browser."""
        return digest(self.token)

    @property
    def visible_owner(self) -> str | None:
        """Whose drawings the visitor may list, export and delete; None for everybody's."""
        return None if self.is_operator else self.owner

    def set_label(self, name: str, label: str | None, prediction: Prediction) -> None:
        """Note what a drawing shows, and whether the prediction is correct; None takes it back."""
        if label is None:
            self.labels.pop(name, None)
            self.right.pop(name, None)
        else:
            self.labels[name] = label
            self.right[name] = is_right(label, prediction.label, prediction.status)

    def save(self, store: DrawingStore, name: str, drawing: LabelledDrawing | None) -> None:
        """Save a drawing once, with the label that was given last; None takes it back.

        Raises:
            StoreError: if the database cannot be written.
        """
        before = self.saved.get(name)
        if drawing is None:
            if before is not None:
                store.delete([before.number], owner=self.owner)
                del self.saved[name]
        elif before is None or before.label != drawing.label:
            number = before.number if before else 0
            number = store.save(replace(drawing, number=number), owner=self.owner)
            self.saved[name] = replace(drawing, number=number)

    def delete(self, store: DrawingStore, numbers: Collection[int] | None = None) -> None:
        """Delete drawings that the visitor may delete, by number or all.

        Raises:
            StoreError: if the database cannot be written.
        """
        store.delete(numbers, owner=self.visible_owner)
        self.saved = {
            name: saved
            for name, saved in self.saved.items()
            if numbers is not None and saved.number not in numbers
        }
