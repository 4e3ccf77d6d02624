"""What a training run is made of: its numbers, and where its data lie.

TrainConfig()                                       # the shipped model
FINE_TUNE                                           # a few minutes on top of another model
DataSources(mnist=Path("mnist.npz"), use_pendigits=False)

Without TensorFlow, for the command line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digits.classes import ClassNames

ARCHITECTURES = ("classic", "three_conv", "batchnorm", "compact")
OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop")


@dataclass(frozen=True)
class TrainConfig:
    """What decides the result of a run, apart from the data."""

    architecture: str = "compact"
    epochs: int = 15
    batch_size: int = 128
    optimizer: str = "adamw"
    learning_rate: float = 5e-3  # peak of the one-cycle schedule
    mnist_images: int | None = None  # at most, of its training images; None takes them all
    renders_per_drawing: int = 3  # of each pen drawing, at different sizes and brushes
    own_drawings_fraction: float = 0.0  # of the digits: people's own are repeated to reach it
    stroke_augmentation: float = 0.25  # probability of each change to a pen digit's strokes
    elastic: float = 0.5  # pixels, by which images are bent
    outliers: float = 0.07  # fraction of non-digits, relative to the digits
    augmentation: bool = True
    weight_interpolation: float = 1.0  # of the way from the starting weights to the trained ones
    weak_augmentation_fraction: float = 0.25  # the last epochs, with half the augmentation
    seed: int = 0


# A trained network learns from a few drawings, mixed with earlier data so nothing is forgotten.
FINE_TUNE = TrainConfig(
    epochs=2,
    learning_rate=2e-4,
    mnist_images=10_000,
    renders_per_drawing=1,
    own_drawings_fraction=0.03,
    weight_interpolation=0.75,
    weak_augmentation_fraction=1.0,
)


@dataclass(frozen=True)
class DataSources:
    """The files that a run learns from.

    Attributes:
        mnist: npz file, folder of IDX files, or training images of an IDX set; None
            downloads MNIST, unless `strokes` take its place.
        strokes: stroke files whose labels are class names.
        pendigits: UCI's pen digits; None downloads them.
        use_pendigits: whether to learn from pen digits.
        drawings: people's own digits: stroke files, or folders of pictures by label.
        letters: stroke files of letters, to be refused.
        classes: to tell apart; None takes those that the data name.
    """

    mnist: Path | None = None
    strokes: tuple[Path, ...] = ()
    pendigits: Path | None = None
    use_pendigits: bool = True
    drawings: tuple[Path, ...] = ()
    letters: tuple[Path, ...] = ()
    classes: ClassNames | None = None

    @property
    def named(self) -> Iterator[tuple[str, tuple[Path, ...]]]:
        """Yield each kind of source that has files, by the name of its option."""
        for name in ("mnist", "strokes", "pendigits", "drawings", "letters"):
            value = getattr(self, name)
            if value:
                yield name, value if isinstance(value, tuple) else (value,)
