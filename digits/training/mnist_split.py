"""The validation part of MNIST, or of a set like it: the same in every run.

train, validation = split_mnist(mnist.train)
"""

import numpy as np
from sklearn.model_selection import train_test_split

from digits.data.dataset import DatasetError, LabelledImages

MNIST_VALIDATION_COUNT = 5000  # of MNIST's 60,000 training images
SPLIT_SEED = 0


def split_mnist(train: LabelledImages) -> tuple[LabelledImages, LabelledImages]:
    """Split the training part of MNIST or its like into training and validation, stratified.

    Returns:
        All but 5,000 digits, and those 5,000, or a fifth of a small set.

    Raises:
        DatasetError: if there are too few images of a class.
    """
    count = min(MNIST_VALIDATION_COUNT, len(train) // 5)
    kinds, counts = np.unique(train.labels, return_counts=True)
    if counts.min() < 2 or count < len(kinds):
        raise DatasetError(
            "Expected at least two training images of each class, and five times as many images"
            f" as classes. Received: {len(train)} images of {len(kinds)} classes."
        )
    chosen, held_out = train_test_split(
        np.arange(len(train)), test_size=count, stratify=train.labels, random_state=SPLIT_SEED
    )
    return train.take(chosen), train.take(held_out)
