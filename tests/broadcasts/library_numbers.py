"""Where every number of the library comes from: it is computed, or it stands in an article.

A number is written here as the Vietnamese text has it, with its unit. Days on which a cited
document took effect, and the five emergency numbers, need no entry.
"""

from collections.abc import Mapping
from decimal import Decimal

from tests.broadcasts import law_rates as law

EXAMPLE = "example"
"""What is only put in to be computed with."""
PRESS = "press"
"""What the page said that `source` of the text names."""

EMERGENCY = frozenset({"113", "114", "115", "111", "112"})

_AGE = law.retirement_age
_MILLION = law.MILLION


def _ages() -> dict[str, Decimal]:
    """The ages of 2026 and 2027, their last ones, and the years in which these are reached."""
    men, women = law.retirement_settled("men"), law.retirement_settled("women")
    found = {"2028": men, "2035": women}
    found["61 tuổi"], found["6 tháng"] = _AGE("men", 2026)
    found["57 tuổi"] = _AGE("women", 2026)[0]
    found["9 tháng"], found["4 tháng"] = _AGE("men", 2027)[1], _AGE("women", 2027)[1]
    found["62 tuổi"], found["60 tuổi"] = _AGE("men", men)[0], _AGE("women", women)[0]
    return {token: Decimal(value) for token, value in found.items()}


COMPUTED: Mapping[str, Mapping[str, Decimal]] = {
    "loan_interest": {
        "109,5%": law.percent_a_year(3_000),
        "182,5%": law.percent_a_year(5_000),
        "120%": law.percent_of_months(10),
        "548 đồng": law.dong_a_day(law.CIVIL_CEILING),
        "100%": law.usury_line(),
        "2.740 đồng": law.dong_a_day(law.usury_line()),
    },
    "usury_crime": {"100%": law.usury_line()},
    "minimum_wage": {
        "5.310.000 đồng": law.MINIMUM_MONTH["I"],
        "4.730.000 đồng": law.MINIMUM_MONTH["II"],
        "4.140.000 đồng": law.MINIMUM_MONTH["III"],
        "3.700.000 đồng": law.MINIMUM_MONTH["IV"],
    },
    "overtime_pay": {
        "150%": law.OVERTIME["weekday"],
        "200%": law.night_overtime("weekday"),
        "300%": law.OVERTIME["holiday"],
        "30%": law.NIGHT,
        "210%": law.night_overtime("weekday", after_daytime=True),
        "270%": law.night_overtime("rest_day"),
        "390%": law.night_overtime("holiday"),
    },
    "public_holidays": {
        "12 ngày": law.paid_holidays(),
        "1 ngày": Decimal(law.PAID_HOLIDAYS["new_year"]),
        "5 ngày": Decimal(law.PAID_HOLIDAYS["tet"]),
        "2 ngày": Decimal(law.PAID_HOLIDAYS["national_day"]),
    },
    "culture_day": {
        "12 ngày": law.paid_holidays(),
        "1 ngày": Decimal(law.PAID_HOLIDAYS["new_year"]),
        "5 ngày": Decimal(law.PAID_HOLIDAYS["tet"]),
        "2 ngày": Decimal(law.PAID_HOLIDAYS["national_day"]),
    },
    "retirement_age": {**_ages(), "40%": law.pension_of_men(15)},
    "unemployment_benefit": {"26,55 triệu": law.benefit_ceiling("I") / _MILLION},
    "work_accidents": {
        "1,5 tháng": law.injury_months(10),
        "0,4 tháng": law.injury_months(12) - law.injury_months(11),
        "30 tháng": law.injury_months(81),
    },
    "labour_fines": {
        "40": law.doubled(Decimal(20)),
        "50 triệu": law.doubled(Decimal(25)),
        "10": law.doubled(Decimal(5)),
        "150 triệu": law.doubled(Decimal(75)),
        "100": law.doubled(Decimal(50)),
    },
    "union_fees": {"40.000 đồng": 8 * _MILLION * Decimal("0.5") / 100},
    "birth_allowance": {
        "2,53 triệu": law.REFERENCE_LEVEL / _MILLION,
        "5,06 triệu": law.birth_allowance(1) / _MILLION,
        "10,12 triệu": law.birth_allowance(2) / _MILLION,
    },
}

QUOTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "loan_interest": {
        "468": ("20%",),
        EXAMPLE: ("3.000 đồng", "1 triệu", "5.000 đồng", "10%"),
    },
    "usury_crime": {"201": ("5 lần", "30 triệu", "50", "200 triệu", "100 triệu")},
    "online_fraud": {"174": ("2 triệu",)},
    "vneid_report": {PRESS: ("2",)},
    "personal_data": {PRESS: ("2025", "56", "110 triệu")},
    "tip_or_denunciation": {"147": ("20 ngày", "2 tháng")},
    "minimum_wage": {"3": ("2026", "25.500", "22.700", "20.000", "17.800 đồng")},
    "working_hours": {
        "105": ("8 giờ", "48 giờ", "10 giờ"),
        "106": ("22 giờ", "6 giờ"),
        "109": ("30 phút", "45 phút"),
        "110": ("12 giờ",),
        "111": ("24 giờ", "4 ngày"),
    },
    "overtime_limits": {"107": ("50%", "12 giờ", "40 giờ", "200 giờ", "300 giờ")},
    "annual_leave": {
        "113": ("12 tháng", "12 ngày", "18 tuổi", "14 ngày", "16 ngày"),
        "114": ("5 năm", "1 ngày"),
    },
    "public_holidays": {"112": ("30/4", "1/5"), PRESS: ("24/11",), EXAMPLE: ("2027",)},
    "personal_leave": {"115": ("3 ngày", "1 ngày")},
    "unpaid_wages": {
        "97": ("30 ngày", "15 ngày"),
        "48": ("14 ngày",),
        "190": ("6 tháng",),
    },
    "pay_deductions": {"102": ("30%",), "129": ("10 tháng", "3 tháng")},
    "stoppage_pay": {"99": ("14 ngày",)},
    "employment_contract": {"20": ("36 tháng", "30 ngày")},
    "probation": {
        "24": ("1 tháng",),
        "25": ("6 ngày", "30 ngày", "60 ngày", "180 ngày"),
        "26": ("85%",),
    },
    "discipline": {"124": ("6 tháng",), "122": ("12 tháng",)},
    "dismissal": {
        "36": ("45 ngày", "30 ngày", "3 ngày"),
        "37": ("12 tháng",),
        "41": ("2 tháng",),
    },
    "resigning": {"35": ("45 ngày", "12", "36 tháng", "30 ngày", "12 tháng", "3 ngày")},
    "social_insurance": {
        "2": ("1 tháng",),
        "28": ("30 ngày",),
        "33": ("8%",),
        "34": ("3%", "14%"),
        "64": ("15 năm",),
    },
    "insurance_evasion": {
        "39": ("60 ngày",),
        "40": ("0,03%",),
        "216": ("6 tháng", "50 triệu", "10"),
    },
    "insurance_withdrawal": {"64": ("15 năm",), "70": ("12 tháng", "20 năm")},
    "retirement_age": {
        "169": ("2026", "2027", "5 năm"),
        "66": ("15 năm", "45%", "75%"),
    },
    "unemployment_benefit": {
        "38": ("12 tháng", "24 tháng", "1", "36 tháng"),
        "39": ("60%", "6 tháng", "12", "3 tháng", "1 tháng"),
    },
    "sick_pay": {
        "43": ("15 năm", "15", "30 năm", "30 ngày", "40 ngày", "60 ngày", "40", "50", "70 ngày"),
        "45": ("75%",),
    },
    "maternity": {
        "139": ("6 tháng", "7 tháng"),
        "51": ("5 lần", "2 ngày"),
        "50": ("12 tháng",),
        "80": ("60 phút",),
    },
    "fathers_leave": {"53": ("5 ngày", "32", "7 ngày", "10 ngày", "14 ngày", "60 ngày")},
    "young_workers": {
        "143": ("18 tuổi", "13"),
        "3": ("15 tuổi",),
        "146": ("15", "8 giờ", "40 giờ", "4 giờ", "20 giờ"),
    },
    "forced_labour": {"297": ("31%", "50", "200 triệu")},
    "health_checks": {"21": ("18 tuổi", "6 tháng")},
    "work_accidents": {"38": ("5", "10%", "11%", "80%", "1%", "81%", "40%")},
    "gambling": {
        "36": ("200.000", "500.000 đồng", "1", "2 triệu", "2", "5 triệu"),
        "321": ("50 triệu",),
    },
    "drugs": {"249": ("0,1 gam",)},
    "drink_driving": {
        "6": (
            *("50 mg", "2", "3 triệu", "4 điểm", "50", "80 mg", "6", "8 triệu", "10 điểm", "8"),
            *("10 triệu", "22", "24 tháng", "18", "20", "30", "40 triệu", "100 ml"),
        ),
    },
    "temporary_residence": {
        "27": ("30 ngày", "2 năm"),
        "10": ("500.000", "1.000.000 đồng"),
    },
    "joining_union": {"5": ("12 tháng",)},
    "lawful_strike": {"201": ("1 ngày", "50%"), "202": ("5 ngày",)},
    "foreign_workers": {"151": ("18 tuổi",)},
    "culture_day": {"112": ("30/4", "1/5"), PRESS: ("24/11",)},
    "labour_fines": {"15": ("20", "25 triệu"), "17": ("50", "75 triệu"), PRESS: ("5",)},
    "union_fees": {"29": ("2%",), PRESS: ("0,5%",), EXAMPLE: ("8 triệu",)},
    "birth_allowance": {"58": ("2 lần",)},
}
