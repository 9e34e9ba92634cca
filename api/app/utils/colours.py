"""Colours, written #rrggbb, and how well one can be read on another."""

# WCAG 2.2 asks for this contrast between text and what lies behind it.
READABLE = 4.5

Colour = tuple[float, float, float]


def read_colour(text: str) -> Colour:
    """Red, green and blue, each from 0 to 1."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def write_colour(colour: Colour) -> str:
    """The colour as stylesheets write it."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours after WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(text: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in read_colour(text)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
