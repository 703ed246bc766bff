"""Reading what the harness sends, as strictly as a worker in C does: JSON, and the members of its objects."""

import json
import re

SETUP = "the packet 'setup'"
WHOLE_MOST = (1 << 63) - 1
U32_MOST = (1 << 32) - 1
# Of a length of time in seconds, and of operations a second.
NUMBER_MOST = 1e9

_MISSING = object()
# An escape, the first group where it stands for what no text may hold: NUL, and half of a surrogate pair.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u0000|u[dD][89a-fA-F])|.)", re.DOTALL
)


def parse(data):
    """Returns the object in bytes of JSON, a dict. Raises ValueError, in one sentence, when they are none.

    Python's own reader takes more than JSON: NaN, numbers of any size, UTF-16, text that no UTF-8 can hold.
    """
    try:
        text = data.decode()
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if "\\u" in text and any(found[1] for found in _ESCAPE.finditer(text)):
        raise ValueError("it is not JSON")
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value


def _whole(text):
    value = int(text)
    if not -WHOLE_MOST - 1 <= value <= WHOLE_MOST:
        raise ValueError
    return value


def _real(text):
    value = float(text)
    if value - value:
        raise ValueError
    return value


def _constant(text):
    raise ValueError


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=_constant)


def member(packet, name, kind, default=_MISSING, what=SETUP):
    """Returns a member of an object, or the default where it is missing or null.

    kind: str, dict, bool, int, or (int, float). what: names the object in the sentence. Raises ValueError, in
    one sentence without the value (it may be a secret), when it is missing and has no default, or is of
    another type.
    """
    value = packet.get(name)
    if value is None:
        if default is _MISSING:
            raise ValueError(f"{what} has no member '{name}'")
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{what}: member '{name}' is not {_NAMES[kind]}")
    return value


_NAMES = {
    str: "a string",
    dict: "an object",
    list: "a list",
    bool: "true or false",
    int: "a whole number",
    (int, float): "a number",
}


def whole(packet, name, default=_MISSING, least=0, most=WHOLE_MOST, what=SETUP):
    """As member(), for a whole number from least to most."""
    value = member(packet, name, int, default, what)
    if value is not None and not least <= value <= most:
        raise ValueError(f"{what}: member '{name}' is not a whole number from {least} to {most}")
    return value


def number(packet, name, default=_MISSING, or_zero=False):
    """As member(), for a number greater than 0 and at most 10^9; or_zero: 0 is one too."""
    value = member(packet, name, (int, float), default)
    if value is not None and not (0 < value <= NUMBER_MOST or (or_zero and value == 0)):
        least = "from 0" if or_zero else "greater than 0 and"
        raise ValueError(f"{SETUP}: member '{name}' is not {least} up to 1000000000")
    return value
