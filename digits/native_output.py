"""Hide what C++ libraries write to standard error, past Python's `sys.stderr`.

with hide_native_output(b"XNNPACK"):
    interpreter.allocate_tensors()
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STDERR = 2  # the file descriptor, which belongs to the whole process

_descriptor_lock = threading.RLock()


@contextmanager
def hide_native_output(text: bytes = b"") -> Iterator[None]:
    """Hide lines that are written to file descriptor 2.

    All other lines, those of other threads included, appear when the block ends. Works
    where the descriptor is closed, as under some service managers.

    Args:
        text: hides the lines that contain it. Defaults to all lines.
    """
    with _descriptor_lock, tempfile.TemporaryFile() as written:
        try:
            saved = os.dup(STDERR)
        except OSError:  # closed
            saved = None
        os.dup2(written.fileno(), STDERR)
        try:
            yield
        finally:
            if saved is None:
                os.close(STDERR)
            else:
                os.dup2(saved, STDERR)
                os.close(saved)
                written.seek(0)
                shown = [line for line in written if text not in line]
                with suppress(OSError):
                    os.write(STDERR, b"".join(shown))
