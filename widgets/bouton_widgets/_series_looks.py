"""What drawn time series look like, in light and in dark."""

from dataclasses import dataclass

from ._history_picture import PALETTE


@dataclass(frozen=True)
class Look:
    """Colours of the page, of names, of what stands beside them, of lines behind the data; of events, by how many."""

    ground: str
    ink: str
    quiet: str
    grid: str
    event: str

    def line(self, channel: int) -> str:
        """Colour of a channel."""
        return PALETTE[channel % len(PALETTE)]

    def shades(self, count: int) -> list[str]:
        """Colours of 0, 1, 2, 4, ... events, as #rrggbbaa."""
        alphas = [0, *(round(255 * (0.42 + 0.58 * k / max(1, count - 1))) for k in range(count))]
        return [f"{self.event}{alpha:02x}" for alpha in alphas]


LIGHT = Look("#ffffff", "#1c2024", "#5f6468", "#e3e5e7", "#1769c0")
DARK = Look("#16191d", "#eceef0", "#a4aab0", "#31363c", "#63a9f2")

VIRIDIS = ("#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6dcd59", "#b4de2c", "#fde725")


def heat(count: int = 256) -> list[str]:
    """Colours from the least to the largest value of a heat map."""
    stops = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in VIRIDIS]
    found = []
    for k in range(count):
        at = k / (count - 1) * (len(stops) - 1)
        i = min(int(at), len(stops) - 2)
        mixed = [round(a + (b - a) * (at - i)) for a, b in zip(stops[i], stops[i + 1], strict=True)]
        found.append("#" + "".join(f"{part:02x}" for part in mixed))
    return found
