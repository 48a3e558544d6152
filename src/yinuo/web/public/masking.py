"""Free text that companies and officials wrote, as a public page may show it: no telephone, identity number or mail address whole."""

from __future__ import annotations

import re

from yinuo.web.components.text import mask_id, mask_phone

# Neighbouring letters or digits would make it part of a code: project and credit codes stay readable.
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![0-9A-Za-z]|\.\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?![0-9A-Za-z])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def masked(text: object) -> str:
    """The text with every mobile number, identity number and mail address hidden in its middle.

    **Example**: 联系马先生 13600009999 → 联系马先生 136****9999. A name in running text cannot be told from other words.
    """
    found = _IDENTITY.sub(lambda hit: mask_id(hit[0]), str(text))
    found = _MOBILE.sub(lambda hit: mask_phone(re.sub(r"[- ]", "", hit[1])), found)
    return _MAIL.sub(lambda hit: f"{hit[0][:1]}***@{hit[0].rsplit('@', 1)[1]}", found)
