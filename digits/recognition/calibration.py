"""From logits to honest numbers: which digit, and whether it is a digit at all.

    probabilities, in_distribution_probability = to_probabilities(
        logits, temperature=1.1, reject_logit=0.0
    )

A network taught with outliers gives ten logits, and "no digit" has an eleventh that is
held at a constant: softmax leaves one direction of its logits free, and their common
height says how much there is of a digit. So the ten outputs stay a plain softmax.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

Logits = npt.NDArray[np.floating]  # (n, classes)
Probabilities = npt.NDArray[np.float64]  # (n, classes), rows sum to 1
Shares = npt.NDArray[np.float64]  # (n,), in [0, 1]


def to_probabilities(
    logits: Logits, *, temperature: float, reject_logit: float | None
) -> tuple[Probabilities, Shares]:
    """Make calibrated probabilities of logits.

    Args:
        logits: of shape (n, classes).
        temperature: divides all logits, so that confidence is honest (Guo et al., "On
            Calibration of Modern Neural Networks", 2017).
        reject_logit: the logit of "no digit"; None for a network that never saw any.

    Returns:
        The probabilities of the classes, given that it is a digit, of shape
        (n, classes); and the probability that it is one, of shape (n,).
    """
    probabilities: Probabilities = softmax(logits.astype(np.float64) / temperature, axis=1)
    if reject_logit is None:
        return probabilities, np.ones(len(logits))
    nothing = np.full((len(logits), 1), reject_logit)
    together = softmax(np.hstack([logits, nothing]) / temperature, axis=1)
    return probabilities, 1 - together[:, -1]
