"""收件: bytes from outside → a form of `shapes`, or the field that is wrong and how to mend it.

Bodies are decoded once and strictly. The framework would take "100" for a number; money may not be
guessed, so the decoding is done here.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, TypeVar, cast

import msgspec
from litestar.dto import AbstractDTO
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from gongji.desk.identity import wrong_number
from gongji.policy.pack import NoProvision, UnknownRegion
from gongji.policy.questions import DayLaw
from gongji.policy.reading import Law
from gongji.web.forms import IN_WORDS, MOMENT, BadInput, explain, form_of, pattern_of, wrong_field
from gongji.web.shapes import IdentityNumber
from gongji.words import Words

T = TypeVar("T")

BODY_LIMIT = 64 * 1024
"""The largest body in bytes, but for the lines of a bill. The largest honest one, a pool of fifty
members, is a tenth of it."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""A bill may come from a clock that runs ahead of ours by so much, and no more."""


def read_body(body: bytes, model: type[T]) -> T:
    """The body as a struct, or BadInput. Nothing that was sent is repeated in the words."""
    if not body.strip():
        raise BadInput(
            "",
            Words("请求正文为空。", "The body is empty."),
            form_of(model),
            Words(
                "以 JSON 对象提交所需字段。", "Send a JSON object with the fields that are needed."
            ),
        )
    try:
        decoder: msgspec.json.Decoder[T] = _decoder(cast(Any, model))
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise explain(str(error), model) from None
    except UnicodeDecodeError:
        raise _not_json("正文不是有效的 UTF-8。", "The body is not valid UTF-8.") from None
    except RecursionError:
        raise _not_json("正文嵌套过深。", "The body is nested too deeply.") from None
    except msgspec.DecodeError as error:
        raise _not_json("正文不是有效的 JSON。", f"The body is not JSON: {error}.") from None


@lru_cache(maxsize=128)
def _decoder(model: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(model)


def _not_json(zh: str, en: str) -> BadInput:
    return BadInput(
        "",
        Words(zh, en),
        Words("UTF-8 编码的 JSON 对象", "a JSON object in UTF-8"),
        Words("改正后重新提交。", "Correct the body and send it again."),
    )


class Strict(AbstractDTO[T]):
    """How a route takes its body: by `read_body`, with the struct itself as the documented form."""

    _models: ClassVar[dict[str, Any]] = {}

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        """Nothing is transformed: the struct is the form."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        """Nothing is nested for the framework; msgspec reads the whole."""
        return False

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Remember which struct a route takes."""
        cls._models[handler_id] = field_definition.annotation

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        """The struct's own schema."""
        found: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return found

    def decode_bytes(self, value: bytes) -> Any:
        """The body, read strictly."""
        handler: Any = self.asgi_connection.route_handler
        return read_body(value, self._models[handler.handler_id])


# What a query may say ────────────────────────────────────────────────────────────────────────────

_MEND_MOMENT = Words("按此格式填写，并写明时区偏移。", "Write it in this form, with the offset.")


def known_queries_only(sent: set[str], known: frozenset[str]) -> None:
    """Refuse a query that the route does not know: `?om=` would be answered as of today."""
    if unknown := sorted(sent - known):
        names = ", ".join(sorted(known))
        raise BadInput(
            unknown[0][:80],
            Words(f"没有参数 {unknown[0][:80]}。", f"There is no parameter {unknown[0][:80]}."),
            Words(f"可用参数：{names or '无'}", f"known parameters: {names or 'none'}"),
            Words("删去或改正这个参数。", "Leave the parameter out or correct its name."),
        )


def read_moment(field: str, text: str | None, now: datetime) -> datetime | None:
    """An instant of the past from a query, where a bare `+` has arrived as a space."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise wrong_field(
            field, "不是时刻。", "This is no instant.", MOMENT, _MEND_MOMENT
        ) from None
    return past_moment(field, found, now)


def past_moment(field: str, found: datetime, now: datetime) -> datetime:
    """The instant itself, if it has an offset and does not lie ahead."""
    if found.tzinfo is None:
        raise wrong_field(
            field, "时刻没有时区偏移。", "The instant has no offset.", MOMENT, _MEND_MOMENT
        )
    # The years at the ends of the calendar cannot be brought into local time at all.
    if not 1949 <= found.year <= now.year + 1 or found > now + CLOCKS_DIFFER:
        raise wrong_field(
            field,
            "时刻在将来，或早于1949年。",
            "The instant lies ahead, or before 1949.",
            MOMENT,
            Words("填写不晚于现在的时刻。", f"Name an instant not after {now.isoformat()}."),
        )
    return found


def past_day(field: str, found: date | None, today: date) -> None:
    """Refuse a day that has not come."""
    if found is not None and not date(1949, 10, 1) <= found <= today:
        raise wrong_field(
            field,
            "日期在将来，或早于1949年。",
            "The day lies ahead, or before 1949.",
            Words("日期，如 2025-11-10", "a day such as 2025-11-10"),
            Words("填写不晚于今天的日期。", f"Name a day not after {today}."),
        )


def right_number(field: str, number: str, today: date) -> None:
    """Refuse an identity number that cannot be one. The number itself is not repeated."""
    wrong = wrong_number(number, today)
    if wrong is not None:
        raise wrong_field(
            field,
            "身份证号有误：省份、出生日期或校验码不符。",
            f"The identity number cannot be right: {wrong}.",
            IN_WORDS[pattern_of(IdentityNumber)],
            Words("请逐位核对证件后重新提交。", "Compare it with the card, digit by digit."),
        )


def law_on(law: Law, region: str, day: date, *, field: str, region_field: str) -> DayLaw:
    """The law of a region on a day, or the field that names a region or a day without one."""
    try:
        return law.on(region, day)
    except UnknownRegion:
        raise no_pack(region, sorted(law.packs), region_field) from None
    except NoProvision as error:
        raise no_law(error, field) from None


def no_pack(region: str, known: Sequence[str], field: str) -> BadInput:
    """A region without a pack."""
    names = ", ".join(known)
    return BadInput(
        field,
        Words(f"没有统筹区 {region} 的政策包。", f"There is no pack for region {region}."),
        Words(f"以下之一：{names}", f"one of {names}"),
        Words("使用已有政策包的统筹区。", "Name a region that has a pack."),
        code="unknown_region",
        status=422,
    )


def no_law(error: NoProvision, field: str) -> BadInput:
    """A day on which no pack answers: a guessed rule would spend someone's money."""
    begins = error.earliest
    return BadInput(
        field,
        Words(
            f"统筹区 {error.region} 在 {error.day} 没有关于 {error.question} 的规定。",
            f"Region {error.region} has no provision for {error.question} on {error.day}.",
        ),
        Words(f"{begins} 或以后的日期" if begins else "", f"{begins} or later" if begins else ""),
        Words(
            f"使用 {begins} 或以后的日期。" if begins else "先为该统筹区补充规定。",
            f"Use {begins} or a later day." if begins else "A provision has to be added first.",
        ),
        code="no_provision",
        status=422,
    )
