"""Names for tips, by which a desk speaks of them: two words, drawn by lot, that say nothing."""

_PLANTS = (
    "Trúc", "Sen", "Mai", "Lan", "Cúc", "Tre", "Dừa", "Bưởi", "Nhãn", "Mận", "Ổi", "Khế", "Xoài",
    "Chanh", "Quế", "Bàng", "Phượng", "Đào", "Súng", "Lúa", "Mía", "Bông", "Gừng", "Nghệ", "Sả",
    "Bầu", "Bí", "Mướp", "Cải", "Lạc",
)  # fmt: skip
_COLOURS = (
    "Xanh", "Vàng", "Trắng", "Tím", "Hồng", "Nâu", "Cam", "Biếc", "Bạc", "Thắm", "Non", "Chín",
    "Sớm", "Muộn", "Nhỏ", "Lớn", "Thơm", "Ngọt", "Mát", "Ấm", "Sáng", "Êm", "Lành", "Bền", "Tươi",
)  # fmt: skip


def nickname(dice: int) -> str:
    """The nickname for a number drawn by lot; two tips may share one."""
    pair = dice % (len(_PLANTS) * len(_COLOURS))
    return f"{_PLANTS[pair // len(_COLOURS)]} {_COLOURS[pair % len(_COLOURS)]}"
