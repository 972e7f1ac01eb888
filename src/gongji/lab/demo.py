"""演示: a family's bill in the terminal, from the pool to the proof of the books."""

from collections.abc import Mapping
from typing import cast

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gongji.desk.identity import Identity, mask_name
from gongji.desk.office import Office, Session
from gongji.desk.proving import walk
from gongji.desk.settling import Answered, Replayed, replay, settle_batch
from gongji.lab.city import add_institution, add_people, example, form_pool
from gongji.lab.folk import Family, institutions_of, li_ming
from gongji.policy.reading import QUESTIONS
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import Decision
from gongji.settlement.outcome import Outcome
from gongji.terms import Care, Kinship, Use, yuan_text
from gongji.words import Lang, Words, name_of, outcome

REGION = "310000"
_WIDTH = 60  # of the bar, in columns


def run_demo(office: Office, console: Console, lang: str = "zh") -> None:
    """Show it all: pool, bill, split, reasons, a bill that is not pooled, replay, proof.

    It works in a fresh office and in one that has the sample city already.
    """
    said = cast(Lang, lang)
    family = li_ming(REGION)
    names = {person.id: person.name for person in family.people}
    names |= {place.id: place.name for place in institutions_of(REGION)}

    console.rule(f"[bold]{_TITLE.say(said)}")
    office.do(lambda session: _move_in(session, family))
    console.print(Panel(_pool_text(family, said), title=_POOL.say(said), border_style="cyan"))

    console.print(f"\n[bold]{_FIRST.say(said)}")
    paid = _settle(office, example(REGION).request)
    _show(console, office, paid, names, said)

    console.print(f"\n[bold]{_SECOND.say(said)}")
    unpaid = _settle(office, _not_pooled(family))
    _show(console, office, unpaid, names, said)

    console.print()
    for each in (paid, unpaid):
        _show_replay(console, each, said)
    _show_proof(console, office, said)


def print_decision(console: Console, office: Office, replayed: Replayed, lang: str = "zh") -> None:
    """Print a stored decision: the split, the reasons, the rules with their words. Names are
    masked, because whoever explains a decision need not know whose it is."""
    patient, sponsor = replayed.answer.patient, replayed.answer.sponsor
    wanted = [patient, *([sponsor] if sponsor else [])]
    place = replayed.request.institution

    def ask(session: Session) -> tuple[Mapping[str, Identity], Mapping[str, str]]:
        return session.unit.identities(wanted), session.unit.institution_names([place])

    people, places = office.ask(ask)
    names = {person: mask_name(identity.name) for person, identity in people.items()}
    _show(console, office, replayed, {**names, **places}, cast(Lang, lang))


def _move_in(session: Session, family: Family) -> None:
    """The family registers and forms its pool, unless it has done so before."""
    if session.unit.find_person(REGION, family.sponsor.number) is not None:
        return
    for place in institutions_of(REGION):
        add_institution(session, place)
    add_people(session, family)
    form_pool(session, family)


def _settle(office: Office, request: SettlementRequest) -> Replayed:
    (settled,) = office.do(lambda session: settle_batch(session, [request]))
    assert isinstance(settled, Answered), settled
    return replay(office, settled.answer)


def _not_pooled(family: Family) -> SettlementRequest:
    """The grandmother's bill: she is not bound, there is no prescription, it is not listed."""
    return SettlementRequest(
        id="zhou-guilan-1",
        patient=family.people[1].id,
        institution=f"Y{REGION}-001",
        care=Care.PHARMACY,
        listed=False,
        total_fen=63_800,
        fund_paid_fen=0,
        self_paid_fen=60_000,
        uncovered_fen=3_800,
    )


def _pool_text(family: Family, lang: Lang) -> Text:
    text = Text()
    sponsor = family.sponsor
    fen = sum(sponsor.sums.values())
    text.append(f"{sponsor.name} ", "bold")
    text.append(f"{_SPONSOR.say(lang)} · {_CARRIED.say(lang)} {_yuan(fen)}\n")
    for person in family.people[1:]:
        kinship = family.kinship.get(person.id)
        if kinship is None:
            text.append(f"   {person.name} ", "dim")
            text.append(f"{name_of(Kinship.PARENT).say(lang)} · {_NOT_BOUND.say(lang)}\n", "dim")
        else:
            text.append(" └─ ", "cyan")
            text.append(f"{person.name} ", "bold")
            text.append(f"{name_of(kinship).say(lang)} · {name_of(person.scheme).say(lang)}\n")
    uses = [name_of(use).say(lang) for use in Use if use in family.uses]
    text.append(f"{_USES.say(lang)}: {' + '.join(uses)}")
    return text


def _show(
    console: Console, office: Office, shown: Replayed, names: Mapping[str, str], lang: Lang
) -> None:
    """One bill with its decision."""
    bill, decision = shown.request, shown.decision
    patient = names.get(bill.patient, bill.patient)
    place = names.get(bill.institution, bill.institution)
    care = name_of(bill.care).say(lang)
    console.print(f"{patient} · {place} · {care} · {_yuan(bill.total_fen)}")
    console.print(_bar(bill, decision, names, lang))
    _print_reasons(console, decision, lang)
    _print_rules(console, office, shown, lang)


def _bar(bill: SettlementRequest, decision: Decision, names: Mapping[str, str], lang: Lang) -> Text:
    """The split as one bar and its legend; a part that is not nothing has a column at least."""
    sponsor = names.get(decision.sponsor or "", decision.sponsor or "")
    parts = [
        (_FUND.say(lang), bill.fund_paid_fen, "blue"),
        (_OWN.say(lang), decision.own_fen, "green"),
        (f"{_POOLED.say(lang)} ({sponsor})", decision.pooled_fen, "magenta"),
        (_CASH.say(lang), decision.cash_fen, "yellow"),
    ]
    parts = [part for part in parts if part[1]]
    bar = Text()
    for _, fen, colour in parts:
        bar.append("█" * max(round(_WIDTH * fen / bill.total_fen), 1), colour)
    bar.append("\n")
    for n, (name, fen, colour) in enumerate(parts):
        bar.append("   " if n else "")
        bar.append("■ ", colour)
        bar.append(f"{name} ")
        bar.append(_yuan(fen), f"bold {colour}")
    return bar


def _print_reasons(console: Console, decision: Decision, lang: Lang) -> None:
    """The outcome, or every cause that holds with its remedy (SET-13)."""
    good = decision.outcome in (Outcome.POOLED, Outcome.OWN_FUNDS)
    if good:
        console.print(f"[green]✓[/] {outcome(decision.outcome).says.say(lang)}")
        return
    for cause in decision.reasons:
        saying = outcome(cause)
        console.print(f"[red]✗[/] {saying.says.say(lang)} [dim]{cause.value}[/]")
        console.print(f"  [cyan]→[/] {saying.remedy.say(lang)}")


def _print_rules(console: Console, office: Office, shown: Replayed, lang: Lang) -> None:
    """Every provision that was cited: rule, day, the question it answers, and its own words."""
    law = office.law_of(shown.answer.law)
    table = Table(box=None, padding=(0, 1), header_style="dim", show_edge=False)
    for head in (_RULE, _SINCE, _WORDS):
        table.add_column(head.say(lang), overflow="fold")
    for key in shown.decision.cites:
        provision = law.provision(key)
        asks = QUESTIONS[provision.question].asks
        words = Text(f"「{provision.quote}」")
        words.append(f"  {asks.zh if lang == 'zh' else asks.en}", "dim")
        table.add_row(" ".join(provision.rules), provision.day.isoformat(), words)
    console.print(table)


def _show_replay(console: Console, shown: Replayed, lang: Lang) -> None:
    mark = "[green]✓[/]" if shown.same else "[bold red]✗[/]"
    said = (_SAME if shown.same else _OTHER).say(lang)
    console.print(f"{mark} {shown.answer.key.asker}/{shown.answer.key.id}: {said}")


def _show_proof(console: Console, office: Office, lang: Lang) -> None:
    found = office.ask(walk)
    for account, wrong in found.wrong:
        console.print(f"[bold red]✗[/] {account}: {wrong}")
    if not found.failed:
        sums = found.sums
        counts = f"{sums.accounts} {_ACCOUNTS.say(lang)}, {sums.entries} {_ENTRIES.say(lang)}"
        console.print(f"[green]✓[/] {_PROOF.say(lang)}: {counts}, Σ = {_yuan(sums.total_fen)}")


def _yuan(fen: int) -> str:
    return f"¥{yuan_text(fen, ',')}"


_TITLE = Words("共济 · 李明的儿子李小明", "Gongji 共济 · Li Ming's son Li Xiaoming")
_POOL = Words("家庭共济网", "Family pool")
_SPONSOR = Words("组建人", "sponsor")
_CARRIED = Words("历年结余", "carried money")
_NOT_BOUND = Words("未登记为共济成员", "not registered as a member")
_USES = Words("共济方式", "Uses")
_FIRST = Words("一、儿子的账单：自负 100 元", "1. The son's bill: 100 yuan self-paid")
_SECOND = Words("二、奶奶的账单：为什么不能共济？", "2. The grandmother's bill: why not pooled?")
_FUND = Words("统筹支付", "fund")
_OWN = Words("本人账户", "own account")
_POOLED = Words("共济资金", "pooled money")
_CASH = Words("现金", "cash")
_RULE = Words("规则", "Rule")
_SINCE = Words("自", "Since")
_WORDS = Words("依据原文", "Its words")
_SAME = Words(
    "按存下的事实与政策复核，结果相同", "replayed from the stored facts and law: the same"
)
_OTHER = Words("复核结果不同！", "it does not replay to the same!")
_PROOF = Words("账簿核验相符", "the books agree")
_ACCOUNTS = Words("个账户", "accounts")
_ENTRIES = Words("笔明细", "entries")
