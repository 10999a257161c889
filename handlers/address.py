"""How Vietnamese workers are addressed: "bạn", or "anh/chị" where the operator chose it."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Address(StrEnum):
    """The word for whoever reads."""

    BAN = "ban"
    ANH_CHI = "anh_chi"


OF_STAFF = frozenset(
    {"desk", "studio", "incident", "problem", "unit_flaw", "column", "run", "report"}
)
"""The families of texts that staff read; they stay as they are."""
APPROVED = frozenset({"mailing", "derived"})
"""The families that stand around the words of a bulletin, which two people approved."""

# "Bạn" is also a friend; then it has a word beside it that says so.
_YOU = re.compile(
    r"(?<!tình )(?<!kết )(?<!đám )(?<!một người )(?<!\w)(bạn|Bạn|BẠN)(?!\w)"
    r"(?! (?:bè|cùng (?:phòng|xưởng|tổ|ca|lớp|làm|trọ|quê|chuyền)|thân|trai|gái|đời|hàng"
    r"|đồng (?:nghiệp|hương)))"
)
_ELDERS = {"bạn": "anh/chị", "Bạn": "Anh/chị", "BẠN": "ANH/CHỊ"}


def addressed(words: str, address: Address) -> str:
    """Vietnamese words for a worker, as they read under that address."""
    if address is Address.BAN:
        return words
    return _YOU.sub(lambda found: _ELDERS[found.group()], words)


def of_screen(by_key: Mapping[str, str], address: Address) -> dict[str, str]:
    """The Vietnamese texts of the screen by key; those of staff and around bulletins stay."""
    return {
        key: words if is_kept(key) else addressed(words, address) for key, words in by_key.items()
    }


def is_kept(key: str) -> bool:
    """Whether the text of that key is the same under every address."""
    return key.partition(".")[0] in OF_STAFF | APPROVED
