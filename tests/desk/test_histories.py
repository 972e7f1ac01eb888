"""Random histories of a family, in the office and in the rule table at once.

Every act of the foundation happens to both: to an office with its store, and to plain dictionaries
that follow the rule table (tests/rulebook.py). After every act both say the same of its outcome, of
every sum and of every balance, and at the end the book proves.

Hypothesis chooses which act comes next and shrinks a failing history to its shortest; what an act
is about is thrown with dice that hypothesis seeds, because a throw among twenty things at once is
worth more here than a simple example.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import rulebook
from gongji.desk import pooling, settling
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import Decision
from gongji.settlement.reverse import Reversal
from gongji.terms import Care, Category, Credential, Kinship, Purse, Status, local_day
from town import LINYI, NATIONAL, SHANGHAI, TWO_WAY, Town

T = TypeVar("T")

EMPLOYEES = ["ann", "bob", "cai"]
RESIDENTS = ["dan", "eve", "fay", "gus", "hal"]
EVERYONE = EMPLOYEES + RESIDENTS
PLACES = ["clinic", "big", "shop", "far", "plain"]
USES: list[set[str]] = [{"pay"}, {"pay"}, {"pay", "contribute"}, {"contribute"}, set()]

seeds = st.integers(0, 2**48)


def answer_of(found: Decision | Refusal) -> rulebook.Row:
    """A decision as the rule table says it."""
    if isinstance(found, Refusal):
        return {"refused": found.code}
    own, pooled = ({"current": 0, "carried": 0} for _ in range(2))
    for draw in found.draws:
        (pooled if draw.person == found.sponsor else own)[draw.purse] = draw.amount_fen
    return {
        "outcome": found.outcome,
        "reasons": list(found.reasons),
        "own": own,
        "pooled": pooled,
        "sponsor": found.sponsor.partition("-")[2] if found.sponsor else None,
        "cash": found.cash_fen,
    }


def code_of(found: object) -> str | None:
    """A refusal's code, or None for what was done."""
    return str(found.code) if isinstance(found, Refusal) else None


class Dice:
    """What an act is about."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def one(self, *things: T) -> T:
        """One of these."""
        return self._random.choice(things)

    def mostly(self, many: Sequence[T], few: Sequence[T]) -> T:
        """One of the many, where there are any; one time in five one of the few."""
        return self._random.choice(many if many and self.in_five() else few)

    def in_five(self) -> bool:
        """Four times in five."""
        return self._random.random() < 0.8

    def seldom(self, one_in: int) -> bool:
        """Once in so many times."""
        return self._random.randrange(one_in) == 0

    def some(self, things: Sequence[T], most: int) -> list[T]:
        """A few of these, each once."""
        return self._random.sample(things, self._random.randint(0, most))


class Histories(RuleBasedStateMachine):
    """A family of eight in one of the four regions, five places, and everything that can happen."""

    @initialize(seed=seeds)
    def opens(self, seed: int) -> None:
        """The family moves in with some money, and mostly begins with a pool."""
        self.seed, self.acts, self.bills = seed, 0, 0
        dice = self.dice()
        region = dice.one(SHANGHAI, SHANGHAI, LINYI, TWO_WAY, TWO_WAY, NATIONAL)
        self.town = Town(region, "2026-03-02T09:00")
        self.family = rulebook.Family(region, self.town.now)
        self.asked: dict[str, tuple[SettlementRequest, rulebook.Row]] = {}
        for name in EVERYONE:
            money = {"current": 0, "carried": 0}
            if name in EMPLOYEES:
                rich = dice.one(900_00, 900_00, 60_00)
                money = {
                    purse: rich if name == "ann" else dice.one(0, 5_00, 20_00) for purse in money
                }
            scheme = "employee" if name in EMPLOYEES else "resident"
            self.town.person(name, scheme, current=money["current"], carried=money["carried"])
            row = {"scheme": scheme, "status": "active", "ecode": True, "dead": False}
            self.family.people[name] = {**row, **money}
            self.family.credited += sum(money.values())
        self.town.hospital("clinic")
        self.town.hospital("big", "tertiary")
        self.town.pharmacy("shop")
        self.town.hospital("far", region="990000")
        self.town.hospital("plain", one_card=False)
        for place in PLACES:
            self.family.places[place] = {
                "kind": "pharmacy" if place == "shop" else "hospital",
                "level": {"big": "tertiary", "shop": None}.get(place, "primary"),
                "region": "990000" if place == "far" else region,
                "designated": True,
                "one_card": place != "plain",
            }
        self.family.remember()
        if not dice.seldom(6):
            self.formed("ann", {"bob": "spouse", "dan": "child", "eve": "parent"}, {"pay"}, True)
        if region in (TWO_WAY, NATIONAL):
            self.formed("cai", {"dan": "child", "eve": "parent", "bob": "spouse"}, set(), True)

    def dice(self, seed: int = 0) -> Dice:
        """Dice for this act of this history."""
        return Dice(f"{self.seed}/{self.acts}/{seed}")

    def same(self, came: object, expected: object) -> None:
        """Both say the same, the rule table remembers how things stand, and mostly time goes on."""
        assert came == expected, f"the office: {came}\nthe rule table: {expected}"
        self.family.remember()
        self.acts += 1
        if self.acts % 3:
            self.goes_on(self.town.now + timedelta(minutes=1))

    def goes_on(self, later: datetime) -> None:
        """Time passes for both."""
        self.town.now = self.family.now = later
        self.family.remember()

    def place_id(self, place: str) -> str:
        """The institution's id."""
        row = self.family.places[place]
        return f"{'Y' if place == 'shop' else 'H'}{row['region']}-{place}"

    # Pools and bonds

    @rule(seed=seeds)
    def form(self, seed: int) -> None:
        """A pool is formed, each member with a result of its own."""
        dice = self.dice(seed)
        sponsor = dice.mostly([n for n in EMPLOYEES if n not in self.family.open_pools], EVERYONE)
        kin = {name: kinship(dice) for name in dice.some(EVERYONE, 7)}
        self.formed(sponsor, kin, dice.one(*USES), not dice.seldom(12))

    def formed(self, sponsor: str, kin: dict[str, str], chosen: set[str], committed: bool) -> None:
        """Form a pool in both."""
        found = self.town.pool(sponsor, kin, " ".join(chosen), committed=committed)
        expected = self.family.form(sponsor, kin, chosen, committed)
        if isinstance(found, Refusal):
            self.same(code_of(found), expected)
            return
        names = {self.town.id(name): name for name in kin}
        came = {names[id]: None for id in found.bound} | {
            names[id]: str(refusal.code) for id, refusal in found.not_bound.items()
        }
        assert isinstance(found, pooling.Formed)
        assert (found.pool is not None) == (not kin or None in came.values())
        self.same(came, expected)

    @rule(seed=seeds)
    def bind(self, seed: int) -> None:
        """A member is added, or comes back."""
        dice = self.dice(seed)
        sponsor = dice.mostly(sorted(self.family.open_pools), EMPLOYEES)
        once = [b["member"] for b in self.family.bonds if b["sponsor"] == sponsor and b["ends"]]
        member = dice.one(dice.mostly(once, EVERYONE), dice.one(*EVERYONE))
        kin = kinship(dice)
        found = self.town.bind(sponsor, member, kin)
        self.same(code_of(found), self.family.bind(sponsor, member, kin))

    @precondition(lambda self: self.family.bonds)
    @rule(seed=seeds)
    def end(self, seed: int) -> None:
        """A member is removed, leaves one pool or all, or a whole pool ends."""
        dice = self.dice(seed)
        open_bonds = [b for b in self.family.bonds if b["ends"] is None] or self.family.bonds
        bond = dice.mostly(open_bonds, self.family.bonds)
        sponsor, member = bond["sponsor"], bond["member"]
        match dice.one("unbind", "unbind", "leave", "leave", "dissolve"):
            case "unbind":
                member = dice.mostly([member], EVERYONE)
                found = self.town.unbind(sponsor, member)
                self.same(code_of(found), self.family.unbind(sponsor, member))
            case "leave":
                of = dice.one(sponsor, None, dice.one(*EMPLOYEES))
                found = self.town.leave(member, of)
                self.same(code_of(found), self.family.leave(member, of))
            case _:
                sponsor = dice.mostly([sponsor], EVERYONE)
                found = self.town.dissolve(sponsor)
                self.same(code_of(found), self.family.dissolve(sponsor))

    @rule(seed=seeds)
    def choose(self, seed: int) -> None:
        """The sponsor chooses the uses."""
        dice = self.dice(seed)
        sponsor = dice.mostly(sorted(self.family.open_pools), EMPLOYEES)
        chosen = dice.one(*USES)
        found = self.town.uses(sponsor, " ".join(chosen))
        self.same(code_of(found), self.family.uses(sponsor, chosen))

    # People

    @rule(seed=seeds)
    def life(self, seed: int) -> None:
        """Money comes in, a standing changes, a relative's code is taken, seldom somebody dies."""
        dice = self.dice(seed)
        name = dice.one(*EMPLOYEES, *EVERYONE)
        match dice.one("credit", "standing", "standing", "standing", "code", "die"):
            case "credit":
                purse, fen = dice.one(*Purse), dice.one(1, 12_34, 250_00)
                found: object = self.town.credit(name, purse, fen)
                self.same(code_of(found), self.family.credit(name, purse, fen))
            case "standing":
                self.changes(name, change(dice))
            case "code":
                relative = dice.one(*EVERYONE)
                found = self.town.hold_code(name, relative)
                self.same(code_of(found), self.family.hold_code(name, relative))
            case _ if dice.seldom(8):
                found = self.town.standing("cai", died=local_day(self.town.now))
                self.same(code_of(found), self.family.standing("cai", {"dead": True}))

    def changes(self, name: str, changed: rulebook.Row) -> None:
        """A standing changes in both."""
        found = self.town.standing(name, **changed)
        self.same(code_of(found), self.family.standing(name, changed))

    @precondition(lambda self: any(p["status"] != "active" for p in self.family.people.values()))
    @rule()
    def recovers(self) -> None:
        """Whoever was barred is in force again, so that the history goes on."""
        for name, row in self.family.people.items():
            if row["status"] != "active":
                self.changes(name, {"status": "active"})

    # Bills

    @rule(seed=seeds)
    def settle(self, seed: int) -> None:
        """A bill of now."""
        self.bill(self.dice(seed), None)

    @rule(seed=seeds)
    def settle_another(self, seed: int) -> None:
        """Bills are what happens most."""
        self.bill(self.dice(seed), None)

    @rule(seed=seeds)
    def settle_late(self, seed: int) -> None:
        """A bill of a moment in the past."""
        dice = self.dice(seed)
        self.bill(dice, dice.one(*self.family.past[-16:])[0])

    def bill(self, dice: Dice, happened_at: datetime | None) -> None:
        """A bill is quoted, settled and decided again."""
        at = happened_at or self.family.now
        bonds = [b for b in self.family.bonds if b["starts"] <= at]
        bonds = [b for b in bonds if b["ends"] is None or b["ends"] >= at] or bonds
        patient = dice.mostly([bond["member"] for bond in bonds], EVERYONE)
        sponsors_of = [bond["sponsor"] for bond in bonds if bond["member"] == patient]
        held = sorted(holder for holder, relative in self.family.codes if relative == patient)
        credential = Credential.FAMILY_CODE if held and dice.seldom(2) else Credential.OWN
        self_paid, uncovered = dice.one(90_00, 33_33, 250_00, 1, 0), dice.one(0, 0, 0, 30_00)
        fund_paid = dice.one(0, 0, 120_00)
        bill: rulebook.Row = {
            "self_paid": self_paid,
            "uncovered": uncovered,
            "fund_paid": fund_paid,
            "total": self_paid + uncovered + fund_paid,
            "care": dice.one(Care.OUTPATIENT, Care.OUTPATIENT, *Care),
            "category": dice.mostly([Category.DRUG], list(Category)),
            "credential": dice.one(*Credential) if dice.seldom(12) else credential,
            "sponsor": dice.mostly(sponsors_of, [None, "ann"]),
            "shown_by": dice.mostly(held, EVERYONE),
            "prescription": dice.one(True, False),
            "listed": not dice.seldom(10),
            "happened_at": happened_at,
        }
        place = dice.mostly(["clinic"], PLACES)
        self.bills += 1
        request = self.request(f"b{self.bills}", patient, place, bill)
        quoted = answer_of(self.town.quoted(request))
        self.same(quoted, self.family.judge(patient, place, bill))
        found = self.town.settle_bill(request)
        self.family.settle(request.id, patient, place, bill)
        if isinstance(found, settling.Answered):
            assert not found.repeated
            assert settling.replay(self.town.office, found.answer).same
            self.asked[request.id] = (request, quoted)
            self.same(answer_of(found.decision), quoted)
        else:
            self.same(answer_of(found), quoted)

    def request(self, id: str, patient: str, place: str, bill: rulebook.Row) -> SettlementRequest:
        """The bill as an institution sends it."""
        return self.town.bill(
            patient,
            self.place_id(place),
            bill["self_paid"],
            uncovered=bill["uncovered"],
            fund_paid=bill["fund_paid"],
            id=id,
            care=bill["care"],
            category=bill["category"],
            credential=bill["credential"],
            prescription=bill["prescription"],
            listed=bill["listed"],
            shown_by=bill["shown_by"],
            happened_at=bill["happened_at"],
            **({"sponsor": bill["sponsor"]} if bill["sponsor"] else {}),
        )

    @precondition(lambda self: self.asked)
    @rule(seed=seeds)
    def repeat(self, seed: int) -> None:
        """The same id again gives the first answer, whatever has happened since; for another bill
        it is refused."""
        request, answer = self.asked[self.dice(seed).one(*self.asked)]
        found = self.town.settle_bill(request)
        assert isinstance(found, settling.Answered)
        assert found.repeated
        other = self.town.bill("ann", request.institution, 12_34_56, id=request.id)
        assert code_of(self.town.settle_bill(other)) == "id_reused"
        self.same(answer_of(found.decision), answer)

    @precondition(lambda self: self.asked)
    @rule(seed=seeds)
    def reverse(self, seed: int) -> None:
        """A settlement is taken back, whole or in part; sooner one that several have paid for."""
        dice = self.dice(seed)
        bills = self.family.bills
        several = [id for id, b in bills.items() if sum(part[2] > 0 for part in b["parts"]) > 1]
        of = dice.mostly(several, list(bills))
        left = bills[of]["self_paid"] - bills[of]["back"]
        part = dice.one(None, left // 3, left // 2, left * 5 // 6, left + 1) or None
        found = self.town.reverse(of, self.asked[of][0].institution, part)
        expected = self.family.reverse(of, part)
        if isinstance(found, settling.Reversed):
            back: Reversal = found.reversal
            came = {"own": back.own_fen, "pooled": back.pooled_fen, "cash": back.cash_fen}
            self.same(came, expected)
        else:
            self.same({"refused": found.code}, expected)

    @rule(seed=seeds)
    def wait(self, seed: int) -> None:
        """An hour passes, a day, or the time until midnight to the second."""
        hours = self.dice(seed).one(0, 0, 1, 24)
        self.goes_on(self.town.now + timedelta(hours=hours) if hours else self.family.midnight())

    # What holds after every act

    @invariant()
    def the_store_agrees(self) -> None:
        """Every purse of everybody, what is owed to each institution, and every bond in force; and
        what was credited is in the purses or owed."""
        at = int(self.town.now.timestamp() * 1_000_000)
        with self.town.office.store.read() as unit:
            rows = {(row.owner, row.kind): row.fen for row in unit.balance_rows()}
            for entry in unit.entry_rows():
                if entry.kind == "payable":  # the last one says what is left
                    rows[entry.owner, entry.kind] = entry.after_fen
            bonds = unit.bonds_of_members(map(self.town.id, EVERYONE), at)
        for name, row in self.family.people.items():
            for purse in ("current", "carried"):
                assert rows.get((self.town.id(name), purse), 0) == row[purse], (name, purse)
        for place in PLACES:
            bills = f"{self.place_id(place)}/"
            found = sum(fen for (owner, _), fen in rows.items() if owner.startswith(bills))
            assert found == self.family.payable.get(place, 0), place
        assert sum(rows.values()) == 0
        money = sum(fen for (_, kind), fen in rows.items() if kind != "inflow")
        assert money == self.family.credited
        working = self.family.in_force(self.family.bonds, self.family.now)
        assert sorted((bond["sponsor"], bond["member"]) for bond in working) == sorted(
            (known.bond.sponsor.partition("-")[2], known.bond.member.partition("-")[2])
            for some in bonds.values()
            for known in some
            if known.bond.in_force(at)
        )

    def teardown(self) -> None:
        """The book proves."""
        if hasattr(self, "town"):
            self.town.proof()
            self.town.close()


def kinship(dice: Dice) -> str:
    """What one is to another: mostly one that every region allows."""
    return str(dice.mostly([Kinship.SPOUSE, Kinship.PARENT, Kinship.CHILD], list(Kinship)))


def change(dice: Dice) -> rulebook.Row:
    """How a standing may change."""
    match dice.one("status", "status", "ecode", "scheme"):
        case "status":
            return {"status": str(dice.one(*Status))}
        case "ecode":
            return {"ecode": dice.one(True, True, False)}
    return {"scheme": dice.one("employee", "employee", "resident", "retired_cadre")}


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=150, stateful_step_count=50, phases=(Phase.generate, Phase.shrink)
)
