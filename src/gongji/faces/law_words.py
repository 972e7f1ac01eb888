"""条文的值: what a provision lays down, as a reader takes it in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

import msgspec
from msgspec.structs import fields

from gongji.faces.language import written_day
from gongji.faces.money import yuan
from gongji.policy.questions.benefits import ExcludedKind
from gongji.words import NAMES, Lang, Words

CHOICES: Mapping[str, Words] = {
    "B": Words("乙类", "class B"),
    "application_day": Words("申报当日", "the day of application"),
    "at_once": Words("即时", "at once"),
    "cash": Words("现金", "cash"),
    "category": Words("类别", "category"),
    "class": Words("甲类或乙类", "class A or B"),
    "commercial_plan": Words("商业健康保险", "commercial health insurance"),
    "cut_off": Words("统一的截止时间", "the season's cut-off"),
    "enough": Words("等于即可", "as much is enough"),
    "first_share": Words("先行自付比例", "the share paid first"),
    "greater": Words("须大于", "must be greater"),
    "last_closed": Words("最近已结束的月份", "the last month that has ended"),
    "listed": Words("是否在目录内", "whether it is listed"),
    "members": Words("共济成员", "the members"),
    "new_year": Words("新年度第一日", "the new year's first day"),
    "next_day": Words("次日", "the next day"),
    "none": Words("无", "none"),
    "one_collection": Words("集中划扣", "in one collection"),
    "own_payments": Words("本人的使用记录", "one's own payments"),
    "payment": Words("缴费之日", "the day of payment"),
    "payments": Words("使用记录", "the payments"),
    "resident_premium": Words("居民医保缴费", "the resident scheme's premium"),
    "restriction": Words("限定支付范围", "restrictions"),
    "scan": Words("扫码", "by scan"),
    "school": Words("由学校代收", "by the school"),
    "self": Words("本人", "oneself"),
    "self_paid": Words("自负", "self-paid"),
    "sponsor": Words("授权人", "the sponsor"),
    "stated": Words("有明文规定", "laid down"),
    "unclassed": Words("未分甲乙类", "without a class"),
    "uncovered": Words("自费", "uncovered"),
    "way_it_came": Words("原路退回", "the way it came"),
}
"""The closed answers of questions that no kind of ours lists."""

PARTS: Mapping[str, Words] = {
    "at": Words("时间", "moment"),
    "at_least": Words("至少（月）", "months at least"),
    "at_most": Words("至多（月）", "months at most"),
    "base_fen": Words("基准", "base"),
    "below_age": Words("不满（岁）", "below the age of"),
    "care": Words("就医类别", "care"),
    "contains": Words("名称含", "name contains"),
    "continuous_step_fen": Words("连续参保每年提高", "raised each continuous year"),
    "day": Words("日期", "day"),
    "deductible_fen": Words("起付标准", "deductible"),
    "each_back_paid": Words("每补缴一年减少（月）", "months less for each year paid back"),
    "each_further_year": Words("每多断保一年增加（月）", "months more for each further year"),
    "ends": Words("名称以此结尾", "name ends with"),
    "english": Words("英文名含", "English words"),
    "fen": Words("金额", "amount"),
    "fixed": Words("固定（月）", "fixed months"),
    "forms": Words("剂型", "forms"),
    "from_age": Words("年满（岁）", "from the age of"),
    "in_period": Words("集中参保期内", "within the enrolment period"),
    "in_region": Words("限本统筹区", "only in the region"),
    "kind": Words("种类", "kind"),
    "levels": Words("等级", "levels"),
    "listed": Words("目录类别", "listed as"),
    "long_gap_months": Words("断保较久的不少于（月）", "months at least after a long gap"),
    "long_gap_years": Words("断保较久指（年）", "years that are a long gap"),
    "lowered_each_year_fen": Words("断保每年降低", "lowered each year missed"),
    "name": Words("名称", "name"),
    "otherwise": Words("其他时间", "otherwise"),
    "quote": Words("原文", "words"),
    "raised_at_most_bp": Words("累计提高不超过", "raised at most"),
    "ratio_bp": Words("支付比例", "ratio"),
    "real_name_from_age": Words("实名激活（岁起）", "by real name from the age of"),
    "relatives_at_most": Words("代为激活的亲属至多（人）", "relatives at most"),
    "retired": Words("退休人员", "retired"),
    "scheme": Words("险种", "scheme"),
    "schemes": Words("险种", "schemes"),
    "share_bp": Words("先行自付比例", "share paid first"),
    "taken": Words("扣款方式", "taken"),
    "year": Words("参保年度", "enrolment year"),
    "years_free": Words("不加月数的断保年数", "missed years that add none"),
    "zero_claim_step_fen": Words("当年零报销提高", "raised for a year without a claim"),
}
"""The parts of values that have several."""

_CODES = {(ExcludedKind, "kind")}
"""What a pack names for the program alone: the text's own words stand beside it."""


def told(value: object, lang: Lang, part: str = "") -> str:
    """A provision's value in words: names for kinds, yuan for fen, per cent for basis points.

    `part`: the question, or the part of a value, to which this is the answer; its end names the
    unit. What is none of ours, a phrase of the text itself for instance, stays as it is.
    """
    match value:
        case None:
            return "–"
        case bool():
            return (Words("是", "yes") if value else Words("否", "no")).say(lang)
        case StrEnum():
            known = NAMES.get(type(value), {}).get(value.value)
            return known.say(lang) if known else value.value
        case str():
            return CHOICES[value].say(lang) if value in CHOICES else value
        case int():
            return _number(value, part)
        case datetime():
            return f"{written_day(value.date(), lang)} {value:%H:%M}"
        case date():
            return written_day(value, lang)
        case frozenset():
            return _row([told(one, lang, part) for one in sorted(value, key=_place)], lang)
        case list() | tuple():
            words = [told(one, lang, part) for one in value]
            return "\n".join(words) if _are_sentences(value) else _row(words, lang)
        case dict():
            pairs = ((told(key, lang), told(one, lang, part)) for key, one in value.items())
            return _listed(pairs, lang)
        case msgspec.Struct():
            return _listed(
                (
                    (PARTS[field.name].say(lang), told(held, lang, field.name))
                    for field in fields(value)
                    if (held := getattr(value, field.name)) != field.default  # left out: no limit
                    and (type(value), field.name) not in _CODES
                ),
                lang,
            )
    raise AssertionError(f"no provision holds a {type(value).__name__}")


def _place(one: str) -> tuple[int, str]:
    """Kinds in the order in which they are declared, anything else by its letters."""
    return (list(type(one)).index(one) if isinstance(one, StrEnum) else 0, one)


def _are_sentences(values: Sequence[object]) -> bool:
    """Whether each of them has a line of its own."""
    return any(isinstance(one, msgspec.Struct) or str(one)[-1:] in "；。" for one in values)


def _number(value: int, part: str) -> str:
    if part.endswith("fen"):
        return yuan(value)
    if part.endswith("_bp"):
        return f"{value / 100:g}%"
    return str(value)


def _row(words: Iterable[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(words) or "–"


def _listed(pairs: Iterable[tuple[str, str]], lang: Lang) -> str:
    colon, stop = ("：", "；") if lang == "zh" else (": ", "; ")
    return stop.join(f"{name}{colon}{one}" for name, one in pairs) or "–"
