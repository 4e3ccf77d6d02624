"""Find the pictures in a folder, however deep it is and whatever else lies there.

    paths = find_pictures(Path("scans"))

Everything whose name ends as a picture's does is found, pipes and broken links among it:
whoever reads it says why it cannot be read. Links to folders are not followed, so that a
loop of them has an end.
"""

import os
from collections.abc import Collection
from pathlib import Path

PICTURE_ENDINGS = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
    | {".pgm", ".ppm", ".pbm", ".pnm"}
)


def find_pictures(folder: Path, endings: Collection[str] = PICTURE_ENDINGS) -> list[Path]:
    """List the pictures in a folder and all its folders, in a stable order.

    A folder that cannot be opened is listed as well: nothing is left out unsaid. `endings`
    says what else is looked for, in small letters.
    """
    found: list[Path] = []
    waiting = [folder]  # and no recursion: folders may be nested a thousand deep
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif path.suffix.lower() in endings and not os.path.isdir(path):
                        found.append(path)
        except OSError:
            found.append(folder)
    return sorted(found)
