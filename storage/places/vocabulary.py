"""The closed lists of the look-up: sorts of places, abbreviations, words around a name."""

from collections.abc import Mapping

from handlers.parks import ParkKind

TYPES: Mapping[str, str] = {
    "thanh pho": "thanh pho",
    "dac khu": "dac khu",
    "thi tran": "thi tran",
    "thi xa": "thi xa",
    "phuong": "phuong",
    "huyen": "huyen",
    "quan": "quan",
    "tinh": "tinh",
    "xa": "xa",
    "tp": "thanh pho",
    "dk": "dac khu",
    "ttr": "thi tran",
    "tt": "thi tran",
    "tx": "thi xa",
    "p": "phuong",
    "f": "phuong",
    "h": "huyen",
    "q": "quan",
    "t": "tinh",
    "x": "xa",
    "district": "quan",
    "dist": "quan",
    "ward": "phuong",
}
"""Folded type words of units, and what they stand for."""

PARKS: Mapping[str, str] = {
    "khu cong nghe cao": "kcnc",
    "khu cong nghiep": "kcn",
    "khu che xuat": "kcx",
    "khu kinh te": "kkt",
    "cum cong nghiep": "ccn",
    "khu nha tro": "khu_tro",
    "khu tro": "khu_tro",
    "nha tro": "khu_tro",
    "kcnc": "kcnc",
    "kcn": "kcn",
    "kcx": "kcx",
    "kkt": "kkt",
    "ccn": "ccn",
    "kcncao": "kcnc",
}
"""The same of parks and areas of boarding houses."""

PARK_WORDS: Mapping[ParkKind, str] = {
    ParkKind.KCN: "khu công nghiệp",
    ParkKind.KCX: "khu chế xuất",
    ParkKind.KCNC: "khu công nghệ cao",
    ParkKind.CCN: "cụm công nghiệp",
    ParkKind.KKT: "khu kinh tế",
    ParkKind.KHU_TRO: "khu trọ",
}

ENGLISH = frozenset("province city district ward commune town".split())
"""Type words of English, which follow the name."""

COMMUNE_TYPES = frozenset({"xa", "phuong", "thi tran", "dac khu"})
NUMBERED = frozenset({"quan", "phuong"})
LONGEST_TYPE = 4

PROVINCE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "hcm": ("hochiminh",),
    "hcmc": ("hochiminh",),
    "tphcm": ("hochiminh",),
    "hochiminhcity": ("hochiminh",),
    "saigon": ("hochiminh",),
    "sg": ("hochiminh",),
    "hn": ("hanoi",),
    "hanoicity": ("hanoi",),
    "dn": ("danang", "dongnai", "daknong"),
    "dnang": ("danang",),
    "dnai": ("dongnai",),
    "hp": ("haiphong",),
    "hd": ("haiduong",),
    "ct": ("cantho",),
    "bd": ("binhduong", "binhdinh"),
    "bdg": ("binhduong",),
    "bduong": ("binhduong",),
    "bp": ("binhphuoc",),
    "bn": ("bacninh",),
    "bg": ("bacgiang",),
    "bk": ("backan",),
    "bl": ("baclieu",),
    "bt": ("bentre", "binhthuan"),
    "bth": ("binhthuan",),
    "brvt": ("bariavungtau",),
    "vungtau": ("bariavungtau",),
    "vt": ("bariavungtau",),
    "ag": ("angiang",),
    "cm": ("camau",),
    "daclac": ("daklak",),
    "dt": ("dongthap",),
    "hg": ("haugiang", "hagiang"),
    "ht": ("hatinh",),
    "hy": ("hungyen",),
    "kg": ("kiengiang",),
    "kh": ("khanhhoa",),
    "la": ("longan",),
    "na": ("nghean",),
    "nb": ("ninhbinh",),
    "nd": ("namdinh",),
    "pt": ("phutho",),
    "qb": ("quangbinh",),
    "qn": ("quangninh", "quangnam", "quangngai"),
    "qnam": ("quangnam",),
    "qng": ("quangngai",),
    "qninh": ("quangninh",),
    "qt": ("quangtri",),
    "st": ("soctrang",),
    "tb": ("thaibinh",),
    "tg": ("tiengiang",),
    "th": ("thanhhoa",),
    "tn": ("thainguyen", "tayninh"),
    "tq": ("tuyenquang",),
    "tth": ("thuathienhue",),
    "tthue": ("thuathienhue",),
    "tv": ("travinh",),
    "vl": ("vinhlong",),
    "vp": ("vinhphuc",),
}
"""How provinces are called for short, likeliest meaning first. Letters without spaces."""

TOWN_ALIASES: Mapping[str, tuple[str, ...]] = {
    "bh": ("bienhoa",),
    "bmt": ("buonmathuot",),
    "btan": ("binhtan",),
    "bthanh": ("binhthanh",),
    "bt": ("binhthanh", "binhtan"),
    "dl": ("dalat",),
    "gv": ("govap",),
    "hm": ("hocmon",),
    "nt": ("nhatrang",),
    "pn": ("phunhuan",),
    "tb": ("tanbinh",),
    "tdm": ("thudaumot",),
    "td": ("thuduc",),
    "tdt": ("thuduc",),
    "tp": ("tanphu",),
    "nga5": ("nganam",),
    "nga7": ("ngabay",),
    "thudau1": ("thudaumot",),
}
"""The same of towns and districts."""

PLAIN_ALIASES = frozenset({"hcm", "hcmc", "tphcm", "hochiminhcity", "brvt", "tdm", "bmt"})
"""Those that mean one place to everybody."""
FIRST_ALIASES = frozenset({"saigon", "sg"})
"""Those that mean it more often than a place that is really called so."""

OWNERS = frozenset(
    "cty cti cong ty xi nghiep xn nha may xuong tnhh cp ctcp mtv may giay det go duong pho ngo hem"
    " kiet ap thon khom kp xom buon to cho cau chung cu truong benh vien tap doan nha tro khu"
    " sieu thi tram chua dinh so".split()
)
"""Words after which a name is first of all that of a company, a street, a hamlet, a market."""

LEADS = frozenset("o tai gan thuoc ben ve den tu cua trong ngay sat canh doi dien qua".split())
"""Words after which a place is named; between two names they say nothing."""

TAILS = ("viet nam", "vietnam", "vn", "cu", "moi")
"""What may follow a name and changes nothing."""

WORDS = frozenset(
    "an toan|an ninh|cong doan|tu do|doan ket|thanh nien|dong y|tien phong|lao dong|cong nhan"
    "|quan ly|bao ve|tang ca|ca dem|hai thang|ba thang|hom qua|hom nay|hang thang|an com|phu cap"
    "|ban dem|ban an|cho em|cho cong|sinh con|chu quan|dai han|hop dong|bao hiem|tam ung".split("|")
)
"""Names that are words of every day: never certain without their type word, and in a longer text no
places where something else stands beside them.
"""

ABROAD = (
    "campuchia", "cambodia", "phnom penh", "lao", "laos", "vientiane", "thai lan", "thailand",
    "bangkok", "trung quoc", "china", "han quoc", "korea", "seoul", "trieu tien", "nhat ban",
    "japan", "tokyo", "dai loan", "taiwan", "malaysia", "singapore", "indonesia", "philippines",
    "myanmar", "usa", "america", "australia", "germany", "france", "russia", "india", "an do",
    "hoa ky",
)  # fmt: skip
"""Countries and capitals that workers of here go to or come from. Who ends with one of these means
no place of ours.
"""

BUSY = (
    "79", "75", "24", "31", "01", "80", "25", "33", "37", "38", "19", "82", "92", "48", "86", "40",
    "22", "96", "91", "52", "51", "56", "68", "66", "46", "42",
)  # fmt: skip
"""Codes of provinces, those with most factory workers first (our estimate): of namesakes, those
there are meant more often.
"""

NUMBERS: Mapping[str, int] = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7,
    "tam": 8, "chin": 9,
}  # fmt: skip
ROMAN: Mapping[str, str] = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8",
    "ix": "9", "x": "10",
}  # fmt: skip
