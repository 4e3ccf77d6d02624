"""Shares as people read them, on the page, in the report and on the console."""


def format_percent(share: float, places: int = 2) -> str:
    """Write a share in per cent, as one word for line breaks: 0.9843 is "98.43 %"."""
    return f"{share * 100:.{places}f}\N{NO-BREAK SPACE}%"


def format_interval(interval: tuple[float, float], places: int = 2) -> str:
    """Write an interval in per cent, without a line break in it: "98.54–98.90 %"."""
    low, high = interval
    dash = "\N{WORD JOINER}–\N{WORD JOINER}"
    return f"{low * 100:.{places}f}{dash}{format_percent(high, places)}"


def format_confidence(confidence: float) -> str:
    """Write a probability in per cent, without ever claiming to be certain."""
    if confidence > 0.999:
        return f"over {format_percent(0.999, 1)}"
    if confidence < 0.001:
        return f"under {format_percent(0.001, 1)}"
    return format_percent(confidence, 1)
