"""The verb of the catalogue: `items`, a bill's lines under the scenario's own catalogue."""

from typing import Any

from gongji.catalogue.adjudicate import UNIT_E4
from gongji.catalogue.item import Item, Kind, ListClass
from gongji.catalogue.shelf import Shelf
from gongji.catalogue.treatment import Unclear
from gongji.desk.adjudicating import Decided, FeeBill, FeeLine, GivenPlan, adjudicate
from gongji.lab.forms import Place, fields, share, text, whole, yuan
from gongji.lab.verbs import Answer, Money, Stage, verb
from gongji.policy.refusal import Refusal
from gongji.terms import Category, Scheme

_CLASSES = {"A": ListClass.A, "B": ListClass.B}
_KINDS = {
    Category.DRUG: Kind.DRUG,
    Category.DEVICE: Kind.DEVICE,
    Category.CONSUMABLE: Kind.CONSUMABLE,
}


@verb("items")
def items(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Decide a bill's lines: a name that the scenario's catalogue does not have is not listed."""
    given = fields(raw, at, required={"at", "patient", "lines"}, optional={"plan"})
    lines = given["lines"]
    if not isinstance(lines, list) or not lines:
        raise at.of("lines").wrong("a list of lines is needed")
    bill = FeeBill(
        patient=stage.person(given["patient"]),
        institution=stage.institution(given["at"]),
        lines=tuple(_line(one, at.of(f"lines[{n}]")) for n, one in enumerate(lines, start=1)),
        plan=_plan(given["plan"], at.of("plan")) if "plan" in given else None,
    )
    shelf = Shelf(_items(stage))
    found = stage.office.ask(lambda session: adjudicate(session, bill, shelf))
    if isinstance(found, Refusal):
        return stage.refused(found)
    if isinstance(found, Unclear):
        return {"refused": "not_configured", "cites": [], "lack": found.lack.value}
    return _answer(stage, found)


def _items(stage: Stage) -> list[Item]:
    """The scenario's catalogue; what it calls unlisted is on no shelf."""
    return [
        Item(
            code=str(number),
            name=name,
            listed=_CLASSES[item.listed],
            kind=_KINDS.get(item.kind, Kind.DRUG),
            shares_bp=dict.fromkeys(Scheme, item.first_share),
        )
        for number, (name, item) in enumerate(stage.catalogue.items(), start=1)
        if item.listed in _CLASSES
    ]


def _line(raw: object, at: Place) -> FeeLine:
    given = fields(raw, at, required={"name", "price"}, optional={"count"})
    count = whole(given.get("count", "1"), at.of("count"))
    if not count:
        raise at.of("count").wrong("one at least")
    return FeeLine(
        name=text(given["name"], at.of("name")),
        total_fen=yuan(given["price"], at.of("price")) * count,
        count_e4=count * UNIT_E4,
    )


def _plan(raw: object, at: Place) -> GivenPlan:
    given = fields(raw, at, required={"deductible", "ratio"})
    return GivenPlan(
        deductible_left_fen=yuan(given["deductible"], at.of("deductible")),
        ratio_bp=share(given["ratio"], at.of("ratio")),
    )


def _answer(stage: Stage, found: Decided) -> Answer:
    bill = found.result.bill
    return {
        "total": Money(bill.total_fen),
        "fund_paid": Money(bill.fund_paid_fen),
        "self_paid": Money(bill.self_paid_fen),
        "uncovered": Money(bill.uncovered_fen),
        "lines": [
            {
                "name": part.name,
                "total": Money(part.total_fen),
                "fund_paid": Money(part.fund_paid_fen),
                "self_paid": Money(part.self_paid_fen),
                "uncovered": Money(part.uncovered_fen),
                "class": part.treatment.listed.value if part.treatment.listed else "unlisted",
                "reason": part.treatment.why.value,
            }
            for part in found.result.lines
        ],
        "cites": stage.rules(found.cites),
    }
