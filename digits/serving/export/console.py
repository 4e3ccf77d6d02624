"""What export.py prints: the model and its exported files, a row each."""

from collections.abc import Mapping

import pandas as pd

from digits.evaluation.timing import Speed
from digits.serving.export.manifest import Entry


def make_table(measured_on: str, images: int, keras: Speed, entries: Mapping[str, Entry]) -> str:
    """Lay out sizes, differences and speeds in columns.

    Args:
        measured_on: name of the set.
        images: how many were read.
        keras: speed of the model itself.
        entries: the exported files, by format.
    """
    rows = {"keras": speed_columns(keras)}
    for name, entry in entries.items():
        difference = entry.comparison
        rows[name] = speed_columns(entry.speed) | {
            "other digits": str(difference.other_digits),
            "other statuses": str(difference.other_statuses),
            "largest difference": f"{difference.largest_difference:.1e}",
            "bytes": f"{entry.bytes:,}",
        }
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("")
    return str(table.rename_axis(columns=f"{images:,} of {measured_on}").to_string())


def speed_columns(speed: Speed) -> dict[str, str]:
    """Write a speed as two columns."""
    return {
        "ms an image": f"{speed.milliseconds:.2f}",
        "images a second": f"{speed.images_per_second:,.0f}",
    }
