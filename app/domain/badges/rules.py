"""Where the state of a badge stands: pure functions."""

LIST_SIZE = 131_072
"""Bits of a list: the least that W3C Bitstring Status List (section 5.1) allows, so that one hides among many."""
_STRIDE = 74_047
"""Odd, so that it shares no factor with the size, and each place of a list is given once."""


def place_of(certificate_id: int) -> tuple[int, int]:
    """Return the number of the list, and the place in it; neighbours in the register are none in the list."""
    return certificate_id // LIST_SIZE, certificate_id * _STRIDE % LIST_SIZE
