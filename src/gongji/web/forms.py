"""格式: what a field must look like, said in words, and what is wrong with one that does not."""

import difflib
import re
from collections.abc import Mapping
from typing import Any, get_args

from msgspec import inspect

from gongji.settlement.bill import AskerId, InstitutionId, PersonId
from gongji.terms import RegionCode
from gongji.web.shapes import Card, IdentityNumber, Name, Phone
from gongji.words import Words

MOMENT = Words(
    "ISO 8601 时刻，带时区偏移，如 2025-11-10T09:00:00+08:00",
    "an instant in ISO 8601 with its offset, such as 2025-11-10T09:00:00+08:00",
)


class BadInput(Exception):
    """What came in cannot be taken: the field, what is wrong, the form it must have, the remedy."""

    def __init__(
        self,
        field: str,
        wrong: Words,
        form: Words,
        remedy: Words,
        *,
        code: str = "bad_input",
        status: int = 400,
    ) -> None:
        super().__init__(f"{field}: {wrong.en}")
        self.field, self.wrong, self.form, self.remedy = field, wrong, form, remedy
        self.code, self.status = code, status


def wrong_field(field: str, zh: str, en: str, form: Words, remedy: Words) -> BadInput:
    """A field whose form is right and whose content is not."""
    return BadInput(field, Words(zh, en), form, remedy)


# From msgspec's words to ours ────────────────────────────────────────────────────────────────────

_AT = re.compile(r"^(?P<wrong>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]*)`$")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[[^\]]*\]")


def explain(message: str, model: Any) -> BadInput:
    """A validation message of msgspec as the field, its form and the remedy."""
    found = _AT.match(message)
    assert found is not None
    wrong, path = found["wrong"], (found["path"] or "$")[1:].lstrip(".")
    holder = _type_at(model, path)
    if missing := _MISSING.match(wrong):
        name = missing["name"]
        field = f"{path}.{name}" if path else name
        form = describe(_type_at(model, field), name)
        return BadInput(
            field,
            Words(f"缺少字段 {name}。", f"The field {name} is missing."),
            form,
            Words(f"补上 {name}：{form.zh}。", f"Add {name}: {form.en}."),
        )
    if unknown := _UNKNOWN.match(wrong):
        return _unknown_field(unknown["name"][:80], path, holder)
    name = re.sub(r"\[[^\]]*\]", "", path).rpartition(".")[2]
    form = describe(holder, name)
    shown = path or "正文"
    said = wrong.replace("`", "")
    # An unknown value is not repeated: it may be anything, a number of identity too.
    said = "The value is not one of those allowed" if said.startswith("Invalid enum") else said
    if "regex" in said or len(said) > 200:
        said = "The value does not have the form asked for"
    return BadInput(
        path,
        Words(f"{shown} 的值不合要求。", f"{path or 'The body'}: {said}."),
        form,
        Words(f"改为：{form.zh}。", f"Send {form.en}."),
    )


def _unknown_field(name: str, path: str, holder: Any) -> BadInput:
    known = _fields_of(holder)
    near = difflib.get_close_matches(name, known, n=1)
    names = "、".join(known)
    hint_zh = f"是否指 {near[0]}？" if near else ""
    hint_en = f"Did you mean {near[0]}? " if near else ""
    return BadInput(
        f"{path}.{name}" if path else name,
        Words(f"没有字段 {name}。", f"There is no field {name}."),
        Words(f"可用字段：{names}", f"known fields: {', '.join(known)}"),
        Words(
            f"{hint_zh}删去或改正这个字段。", f"{hint_en}Leave the field out or correct its name."
        ),
    )


def _type_at(model: Any, path: str) -> Any:
    """The type that the path leads to, as far as it can be followed."""
    found = _bare(inspect.type_info(model))
    for step in _STEP.finditer("." + path if path and not path.startswith("[") else path):
        if step[1] is not None:
            fields = getattr(found, "fields", ())
            inner = next((field.type for field in fields if field.encode_name == step[1]), None)
        else:
            inner = getattr(found, "item_type", None)
        if inner is None:
            return found
        found = _bare(inner)
    return found


def _bare(found: Any) -> Any:
    """A type without its annotations and without the null that may stand for it."""
    while isinstance(found, inspect.Metadata):
        found = found.type
    if isinstance(found, inspect.UnionType):
        some = [one for one in found.types if not isinstance(one, inspect.NoneType)]
        return _bare(some[0]) if len(some) == 1 else found
    return found


def _fields_of(found: Any) -> list[str]:
    return [field.encode_name for field in getattr(found, "fields", ())]


def described(model: Any) -> list[tuple[str, bool, Words]]:
    """The fields of a form: name, whether it must be there, and what it must look like."""
    fields: Any = getattr(_bare(inspect.type_info(model)), "fields", ())
    return [
        (field.encode_name, field.required, describe(_bare(field.type), field.encode_name))
        for field in fields
    ]


def form_of(model: Any) -> Words:
    """The form of a whole body, in words."""
    return describe(_bare(inspect.type_info(model)), "")


_SIMPLE: Mapping[type, Words] = {
    inspect.BoolType: Words("true 或 false", "true or false"),
    inspect.DateType: Words("日期，如 2025-11-10", "a day such as 2025-11-10"),
    inspect.DateTimeType: MOMENT,
}


def describe(found: Any, name: str) -> Words:
    """The form that a value must have, in words for whoever sends it."""
    if (simple := _SIMPLE.get(type(found))) is not None:
        return simple
    if isinstance(found, inspect.IntType):
        unit = Words("（分）", " (fen)") if name.endswith("_fen") else Words("", "")
        low, high = found.ge, found.le
        return Words(
            f"{low} 到 {high} 的整数{unit.zh}，不加引号，不带小数点",
            f"a whole number from {low} to {high}{unit.en}, without quotes or a decimal point",
        )
    if isinstance(found, inspect.EnumType):
        values = [str(member.value) for member in found.cls]
        return Words(f"以下之一：{'、'.join(values)}", f"one of {', '.join(values)}")
    if isinstance(found, inspect.StrType):
        return _text_form(found)
    if isinstance(found, inspect.StructType):
        fields = _fields_of(found)
        return Words(
            f"JSON 对象，字段为 {'、'.join(fields)}",
            f"a JSON object with the fields {', '.join(fields)}",
        )
    if (item := getattr(found, "item_type", None)) is not None:
        inner = describe(_bare(item), name)
        most = getattr(found, "max_length", None)
        return Words(
            f"数组{f'，最多 {most} 项' if most else ''}，每项为{inner.zh}",
            f"an array{f' of {most} at most' if most else ''}, each item {inner.en}",
        )
    return Words("见接口文档", "as the documents at /docs have it")


def _text_form(found: inspect.StrType) -> Words:
    low, high = found.min_length or 0, found.max_length
    length = Words(
        f"{low} 到 {high} 个字符的文字" if low != high else f"{high} 个字符的文字",
        f"text of {low} to {high} characters" if low != high else f"text of {high} characters",
    )
    if found.pattern is None:
        return length
    return IN_WORDS.get(found.pattern) or Words(
        f"{length.zh}，形如 {found.pattern}", f"{length.en} of the form {found.pattern}"
    )


def pattern_of(form: Any) -> str:
    """The pattern of an annotated text, by which its words are found."""
    return str(get_args(form)[1].pattern)


IN_WORDS: Mapping[str, Words] = {
    pattern_of(PersonId): Words(
        "参保人编号，如 P310000-3f2a91c04b7d", "a person's id such as P310000-3f2a91c04b7d"
    ),
    pattern_of(InstitutionId): Words(
        "机构编号，如 H310000-3f2a91c04b7d（药店以 Y 开头）",
        "an institution's id such as H310000-3f2a91c04b7d (Y for a pharmacy)",
    ),
    pattern_of(AskerId): Words(
        "1 到 64 个字符的编号，由字母、数字和 . _ : - 组成，以字母或数字开头",
        "an id of 1 to 64 letters, digits and . _ : - that begins with a letter or digit",
    ),
    pattern_of(RegionCode): Words(
        "六位统筹区代码，如 310000", "the region's code of six digits such as 310000"
    ),
    pattern_of(Name): Words(
        "1 到 100 个字符的名称，首尾无空格，不含控制字符",
        "a name of 1 to 100 characters, no spaces at its ends, no control characters",
    ),
    pattern_of(IdentityNumber): Words(
        "18 位身份证号：17 位数字加一位校验码（数字或大写 X）",
        "an identity number of 18: 17 digits and a check character (a digit or a capital X)",
    ),
    pattern_of(Card): Words(
        "社会保障卡号，由数字和大写字母组成，6 至 32 位",
        "a social-security card number of 6 to 32 digits and capital letters",
    ),
    pattern_of(Phone): Words(
        "电话号码，由数字、+ 和 - 组成，最多 20 个字符",
        "a telephone number of digits, + and -, 20 characters at most",
    ),
}
"""Forms that have a pattern, in words that can be read aloud."""
