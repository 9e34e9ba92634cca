"""An organisation's own colour, in the place of our green, made dark or light enough to be read.

WCAG 2.2 asks for 4.5:1 between text and what lies behind it; the grounds are those of the stylesheet.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache
from hashlib import sha256

from app.organisations.models import Organisation
from app.utils.colours import READABLE, contrast, read_colour, write_colour

STEP = 0.01
LIGHT_GROUNDS = ("#ffffff", "#fbfaf6", "#f3f1ea")
DARK_GROUNDS = ("#141815", "#1b201d", "#252b27")
DARK_ON = "#0e1a14"


def theme_version(colour: str) -> str:
    """What stands in the stylesheet's address, so that it can be kept for ever."""
    return sha256(colour.lower().encode()).hexdigest()[:12]


def theme_url(organisation: Organisation | None) -> str | None:
    """Where the organisation's stylesheet is; None when it uses our own colour."""
    if organisation is None or not organisation.colour:
        return None
    return f"/theme/{organisation.key}.{theme_version(organisation.colour)}.css"


@lru_cache(maxsize=256)
def make_stylesheet(colour: str) -> str:
    """The rules that put `colour` (#rrggbb) in the place of the leaf, in light and dark."""
    light, light_tint = _readable(colour, LIGHT_GROUNDS, "#ffffff", -STEP)
    dark, dark_tint = _readable(_calmed(colour), DARK_GROUNDS, "#141815", STEP)
    return (
        f":root{{--leaf:{light};--leaf-bg:{light_tint};--on:#fff;--bar-leaf:{dark};--bar-on:{DARK_ON}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--leaf:{dark};--leaf-bg:{dark_tint};--on:{DARK_ON}}}}}"
    )


def _calmed(colour: str) -> str:
    """The colour as dark pages show it: light and a little greyed, as their own green is; the hue stays."""
    hue, lightness, saturation = rgb_to_hls(*read_colour(colour))
    return write_colour(hls_to_rgb(hue, max(lightness, 0.62), min(saturation, 0.43)))


def _readable(colour: str, grounds: tuple[str, ...], base: str, step: float) -> tuple[str, str]:
    """The colour, moved in steps of lightness until it reads on all `grounds` and on its own tint of `base`."""
    hue, lightness, saturation = rgb_to_hls(*read_colour(colour))
    while True:
        candidate = write_colour(hls_to_rgb(hue, lightness, saturation))
        tint = _mix(candidate, base)
        if all(contrast(candidate, ground) >= READABLE for ground in (*grounds, tint)):
            return candidate, tint
        lightness = min(1.0, max(0.0, lightness + step))
        if lightness in (0.0, 1.0):
            candidate = write_colour(hls_to_rgb(hue, lightness, saturation))
            return candidate, _mix(candidate, base)


def _mix(colour: str, base: str) -> str:
    one, other = read_colour(colour), read_colour(base)
    share = 0.13 if base == "#ffffff" else 0.18
    red, green, blue = (share * a + (1 - share) * b for a, b in zip(one, other, strict=True))
    return write_colour((red, green, blue))
