"""What a training run is made of: its numbers, and where its data lie.

TrainConfig()                                       # the shipped model
FINE_TUNE                                           # a few minutes on top of another model
DataSources(mnist=Path("mnist.npz"), use_pendigits=False)

Without TensorFlow, for the command line.
"""

from dataclasses import dataclass
from pathlib import Path

from digits.arguments import COUNT, MANY_PATHS, ONE_FILE, option, positive
from digits.classes import ClassNames

ARCHITECTURES = ("classic", "three_conv", "batchnorm", "compact")
OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop")


@dataclass(frozen=True)
class TrainConfig:
    """What decides the result of a run, apart from the data."""

    epochs: int = option(
        15, "passes over the training images (default: %(default)s; 2 with --from)", **COUNT
    )
    batch_size: int = option(128, "images a step (default: %(default)s)", **COUNT)
    learning_rate: float = option(
        5e-3,
        "peak of the one-cycle schedule (default: %(default)s; 0.0002 with --from)",
        type=positive,
        metavar="X",
    )
    optimizer: str = option("adamw", "(default: %(default)s)", choices=OPTIMIZERS)
    architecture: str = option("compact", "(default: %(default)s)", choices=ARCHITECTURES)
    renders_per_drawing: int = option(
        3,
        "how often each drawing of a stroke file is rendered, at different sizes and brushes"
        " (default: %(default)s; 1 with --from)",
        name="--pen-drawings",
        **COUNT,
    )
    augmentation: bool = option(True, "use the images as they are", name="--no-augmentation")
    seed: int = option(0, "(default: %(default)s)", type=int, metavar="N")
    rows_count: int = 80_000  # composed to train the row reader
    mnist_images: int | None = None  # at most, of its training images; None takes them all
    own_drawings_fraction: float = 0.0  # of the digits: people's own are repeated to reach it
    stroke_augmentation: float = 0.25  # probability of each change to a pen digit's strokes
    elastic: float = 0.5  # pixels, by which images are bent
    outliers: float = 0.07  # fraction of non-digits, relative to the digits
    weight_interpolation: float = 1.0  # of the way from the starting weights to the trained ones
    weak_augmentation_fraction: float = 0.25  # the last epochs, with half the augmentation


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


# The reader of rows: a network and a run of its own.
ROWS = TrainConfig(epochs=6, batch_size=64, learning_rate=4e-3)


@dataclass(frozen=True)
class DataSources:
    """The files that a run learns from."""

    mnist: Path | None = option(
        None,
        "MNIST as an npz file, or a folder of IDX files (default: download); or another set in its"
        " layout or EMNIST's, such as emnist-letters-train-images-idx3-ubyte.gz",
        **ONE_FILE | {"metavar": "PATH"},
    )
    classes: ClassNames | None = option(
        None,
        "the classes, in the order of the labels: several names, one word in which each character"
        " is a class, or EMNIST's mapping file (default: what the data say, else 0 to 9); a letter"
        " that is no class counts as its other case",
        nargs="+",
        metavar="NAME",
    )
    strokes: tuple[Path, ...] = option(
        (),
        "stroke files whose labels are class names, in place of MNIST or in addition to it: half"
        " of their writers are for training, a fifth of those for validation, the others for"
        " testing",
        **MANY_PATHS,
    )
    pendigits: Path | None = option(
        None,
        "UCI's pen digits: .tra, .tra.gz, .tra.Z or JSON lines (default: download)",
        group="pendigits",
        **ONE_FILE,
    )
    use_pendigits: bool = option(
        True, "train without pen digits", name="--no-pendigits", group="pendigits"
    )
    drawings: tuple[Path, ...] = option(
        (),
        "your own digits: stroke files, as the page exports them, or folders of pictures named by"
        " label",
        **MANY_PATHS | {"metavar": "PATH"},
    )
    letters: tuple[Path, ...] = option(
        (), "stroke files of letters, to be refused as non-digits", **MANY_PATHS
    )
