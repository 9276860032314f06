"""How big a manifest may be, and why. Everything beyond is refused before it is interpreted.

A manifest of a machine with eight accelerators and four cameras has about 200 kB.
"""

from __future__ import annotations

_MIB = 1024 * 1024

#: Bytes of a manifest file. Keeps a verifier's memory bounded; 300 times a large manifest.
MAX_FILE = 64 * _MIB

#: Bytes of a decoded payload: what fits into ``MAX_FILE`` as base64.
MAX_PAYLOAD = 48 * _MIB

#: Levels of JSON nesting. The statement needs 9, free-form values at most 16 more.
MAX_NESTING = 64

#: JSON values in one document. A value costs up to 100 bytes of memory.
MAX_VALUES = 1_000_000

#: Characters of a number. The longest integer that equals a double has 309 digits.
MAX_NUMBER = 400

#: Signatures in one envelope. Each is tried with every trusted key over the whole payload.
MAX_SIGNATURES = 64

#: Bytes of one signature. A P-256 signature in DER has at most 72, an Ed25519 one 64.
MAX_SIGNATURE = 1024

#: Bytes of a key file in PEM. A public key has about 200, a private one about 300.
MAX_KEY_FILE = 16 * 1024
