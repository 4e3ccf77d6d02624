"""Why a database of kept drawings failed, in words for a person.

    f"The database cannot be opened: {explain_fault(error)}."

The codes decide: SQLite's result codes (sqlite.org/rescode.html), and the SQLSTATE of
PostgreSQL (appendix A of its manual).
"""

import sqlite3

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from digits.files import first_line

# Reasons that a person understands, and the codes of SQLite and PostgreSQL for each.
ALL_TAKEN = "all its connections are taken; try again in a moment"
STARTING = "its server is starting or stopping; try again in a moment"
REASONS: dict[str, tuple[int | str, ...]] = {
    "its folder is missing, or closed to this program": (sqlite3.SQLITE_CANTOPEN,),
    "this program may not write to it": (sqlite3.SQLITE_READONLY, "25006"),
    "this program may not do that there": ("42501",),
    "another program holds it; try again in a moment": (
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, "55P03"),
    ),
    "the disk is full": (sqlite3.SQLITE_FULL, "53100"),
    "that file is something else": (sqlite3.SQLITE_NOTADB,),
    "the file is damaged": (sqlite3.SQLITE_CORRUPT,),
    # Our statements give SQLite's plain error only without the table or a column.
    "its table is gone; start the program again to make a new one": (
        *(sqlite3.SQLITE_ERROR, "42P01", "42703"),
    ),
    ALL_TAKEN: ("53300",),
    STARTING: ("57P01", "57P02", "57P03"),
}
# A connection that PostgreSQL refuses comes without a code: its client library keeps that back.
REFUSALS = {
    "password authentication failed": "its server does not know this user and password; correct"
    " the address in the settings",
    "does not exist": "its server has none of that name; make it, or correct the address in the"
    " settings",
    "failed to resolve host": "there is no machine of that name; correct the address in the"
    " settings",
    "too many": ALL_TAKEN,
    "connection slots": ALL_TAKEN,
    "the database system is": STARTING,
    "": "its server cannot be reached; try again in a moment",
}


def explain_fault(error: Exception) -> str:
    """Say why a database failed, by the code that its driver gives.

    Args:
        error: what SQLAlchemy raised.

    Returns:
        The reason, as the end of a sentence.
    """
    if isinstance(error, NoConnectionLeft):
        return "too many visitors wait for it; try again in a moment"
    cause = getattr(error, "orig", None) or error
    # The lowest byte of SQLite's code is the kind of fault, the others detail it.
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorcode", 0) & 0xFF
    for reason, codes in REASONS.items():
        if code in codes:
            return reason
    if isinstance(error, OperationalError) and getattr(cause, "sqlstate", "") is None:
        return next(reason for words, reason in REFUSALS.items() if words in str(cause))
    return first_line(cause)  # the statement, with what was to be stored, stands behind it
