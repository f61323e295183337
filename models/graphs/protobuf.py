"""Encodes protocol buffers: numbered fields, with their length before those of variable size.

The messages of ONNX and TensorFlow that are written here are few and simple; this spares the service both packages.

References:
    https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct

VARINT, BYTES, FIXED32 = 0, 2, 5


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; negative numbers as 64 bits.

    Example:
        >>> varint(300).hex()
        'ac02'
    """
    value &= (1 << 64) - 1
    pieces = bytearray()
    while value > 0x7F:
        pieces.append(value & 0x7F | 0x80)
        value >>= 7
    pieces.append(value)
    return bytes(pieces)


def integer(number: int, value: int) -> bytes:
    """A field that holds a whole number, an enumeration or a truth value."""
    return varint(number << 3 | VARINT) + varint(value)


def single(number: int, value: float) -> bytes:
    """A field that holds a float32."""
    return varint(number << 3 | FIXED32) + struct.pack("<f", value)


def message(number: int, content: bytes | str) -> bytes:
    """A field that holds a text, bytes or a message."""
    encoded = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | BYTES) + varint(len(encoded)) + encoded


def entry(number: int, key: str, value: bytes) -> bytes:
    """One entry of a map from texts to messages."""
    return message(number, message(1, key) + message(2, value))
