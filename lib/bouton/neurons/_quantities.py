"""What kinds of parameters neurons have: their units, families and bounds."""

from typing import Any

from ..init import ZeroInit

TIME: dict[str, Any] = {"unit": "ms", "family": "taus", "bounds": (0.0, None), "strict": True, "scale": "log"}
POTENTIAL: dict[str, Any] = {"unit": "mV", "family": "potentials"}
THRESHOLD: dict[str, Any] = {"unit": "mV", "family": "thresholds"}
RESISTANCE: dict[str, Any] = {"unit": "MΩ", "family": "resistances", "bounds": (0.0, None)}
# How sharp an upstroke is.
SLOPE: dict[str, Any] = {"unit": "mV", "family": "potentials", "bounds": (0.0, None), "strict": True}
UPSTROKE: dict[str, Any] = {"unit": "1/mV", "family": "shapes", "bounds": (0.0, None)}
RATE: dict[str, Any] = {"unit": "1/ms", "family": "rates", "bounds": (0.0, None)}
# Of adaptation; below 0 as well.
CONDUCTANCE_OF_CELL: dict[str, Any] = {"unit": "µS", "family": "adaptation"}
CURRENT: dict[str, Any] = {"unit": "nA", "family": "adaptation"}
# Of models for a square centimetre of membrane.
CONDUCTANCE: dict[str, Any] = {"unit": "mS/cm²", "family": "conductances", "bounds": (0.0, None)}
CAPACITANCE: dict[str, Any] = {"unit": "µF/cm²", "family": "capacitances", "bounds": (0.0, None), "strict": True}
# Of models that are without units.
NUMBER: dict[str, Any] = {"family": "shapes"}

# The usual initial value.
ZERO = ZeroInit()
