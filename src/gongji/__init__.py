"""Gongji (共济): the open system for family sharing of a medical-insurance personal account."""

__version__ = "0.1.0"

if not __debug__:
    # Our own mistakes are assertions. Without them a wrong posting would go through in silence.
    raise SystemExit("gongji refuses to start under `python -O`: its assertions guard the books.")
