"""Random histories of a family, in the office and in the rule table at once.

Every act of the foundation happens to both: to an office with its store, and to plain dictionaries
that follow the rule table (tests/rulebook.py). After every act both say the same of its outcome, of
every sum and of every balance, and at the end the book proves.
"""

from datetime import datetime, timedelta
from typing import Any

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
from town import REGIONS, Town

EMPLOYEES = ["ann", "bob", "cai"]
RESIDENTS = ["dan", "eve", "fay", "gus", "hal"]
EVERYONE = EMPLOYEES + RESIDENTS
PLACES = ["clinic", "big", "shop", "far", "plain"]

anyone = st.sampled_from(EVERYONE)
sponsors = st.sampled_from([*EMPLOYEES * 4, *EVERYONE])
members = st.sampled_from([*RESIDENTS, *EVERYONE])
kinships = st.sampled_from([*["spouse", "parent", "child"] * 4, *[str(kin) for kin in Kinship]])
uses = st.sampled_from([{"pay"}, {"pay"}, {"pay", "contribute"}, {"contribute"}, set()])
sums = st.sampled_from([100_00, 40_00, 333_33, 7_00, 1, 0])


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


class Histories(RuleBasedStateMachine):
    """A family of eight in one of the four regions, five places, and everything that can happen."""

    @initialize(region=st.sampled_from(sorted(REGIONS.values())), data=st.data())
    def opens(self, region: str, data: st.DataObject) -> None:
        """The family moves in, with some money."""
        self.town = Town(region, "2026-03-02T09:00")
        self.family = rulebook.Family(region, self.town.now)
        self.asked: dict[str, tuple[SettlementRequest, rulebook.Row]] = {}
        self.counted = 0
        for name in EVERYONE:
            scheme = "employee" if name in EMPLOYEES else "resident"
            money = {"current": 0, "carried": 0}
            if name in EMPLOYEES:
                amounts = st.sampled_from([900_00, 900_00, 50_00, 0])
                money = {purse: data.draw(amounts) for purse in money}
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
        if data.draw(st.integers(0, 7), label="begins with a pool"):
            kin = data.draw(st.dictionaries(st.sampled_from(RESIDENTS), kinships, min_size=1))
            self.form("ann", {**kin, "dan": "child", "bob": "spouse"}, {"pay"}, True)

    def same(self, came: object, expected: object) -> None:
        """Both say the same, and the rule table remembers how things stand now."""
        assert came == expected, f"the office: {came}\nthe rule table: {expected}"
        self.family.remember()

    def place_id(self, place: str) -> str:
        """The institution's id."""
        row = self.family.places[place]
        return f"{'Y' if place == 'shop' else 'H'}{row['region']}-{place}"

    # Pools and bonds

    @rule(
        sponsor=sponsors,
        kin=st.dictionaries(members, kinships, max_size=7),
        chosen=uses,
        committed=st.sampled_from([True] * 6 + [False]),
    )
    def form(self, sponsor: str, kin: dict[str, str], chosen: set[str], committed: bool) -> None:
        """A pool is formed, each member with a result of its own."""
        found = self.town.pool(sponsor, kin, " ".join(chosen), committed=committed)
        expected = self.family.form(sponsor, kin, chosen, committed)
        if isinstance(found, pooling.Formed):
            names = {self.town.id(name): name for name in kin}
            came = {names[id]: None for id in found.bound} | {
                names[id]: str(refusal.code) for id, refusal in found.not_bound.items()
            }
            assert (found.pool is not None) == (not kin or None in came.values())
            self.same(came, expected)
        else:
            self.same(code_of(found), expected)

    def one_of(self, names: list[str], data: st.DataObject, others: list[str]) -> str:
        """Mostly somebody of whom there is something to tell."""
        return str(data.draw(st.sampled_from([*names * 4, *others])))

    @rule(data=st.data(), member=members, kinship=kinships)
    def bind(self, data: st.DataObject, member: str, kinship: str) -> None:
        """A member is added."""
        sponsor = self.one_of(sorted(self.family.open_pools), data, EMPLOYEES)
        found = self.town.bind(sponsor, member, kinship)
        self.same(code_of(found), self.family.bind(sponsor, member, kinship))

    @precondition(lambda self: self.family.open_pools)
    @rule(data=st.data())
    def unbind(self, data: st.DataObject) -> None:
        """A member is removed."""
        sponsor = self.one_of(sorted(self.family.open_pools), data, EMPLOYEES)
        bound = [b["member"] for b in self.family.bonds if b["sponsor"] == sponsor]
        member = self.one_of(bound, data, RESIDENTS)
        found = self.town.unbind(sponsor, member)
        self.same(code_of(found), self.family.unbind(sponsor, member))

    @precondition(lambda self: self.family.bonds)
    @rule(data=st.data(), sponsor=st.one_of(st.none(), sponsors))
    def leave(self, data: st.DataObject, sponsor: str | None) -> None:
        """A member leaves one pool or all."""
        member = self.one_of([b["member"] for b in self.family.bonds], data, EVERYONE)
        found = self.town.leave(member, sponsor)
        self.same(code_of(found), self.family.leave(member, sponsor))

    @precondition(lambda self: self.family.open_pools)
    @rule(data=st.data(), really=st.sampled_from([False, False, True]))
    def dissolve(self, data: st.DataObject, really: bool) -> None:
        """A pool ends, now and then."""
        sponsor = self.one_of(sorted(self.family.open_pools) if really else [], data, ["eve"])
        self.same(code_of(self.town.dissolve(sponsor)), self.family.dissolve(sponsor))

    @precondition(lambda self: self.family.open_pools)
    @rule(data=st.data(), chosen=uses)
    def choose(self, data: st.DataObject, chosen: set[str]) -> None:
        """The sponsor chooses the uses."""
        sponsor = self.one_of(sorted(self.family.open_pools), data, EMPLOYEES)
        found = self.town.uses(sponsor, " ".join(chosen))
        self.same(code_of(found), self.family.uses(sponsor, chosen))

    # People

    @rule(name=anyone, purse=st.sampled_from(Purse), amount=st.integers(1, 300_00))
    def credit(self, name: str, purse: Purse, amount: int) -> None:
        """Money comes in."""
        found = self.town.credit(name, purse, amount)
        self.same(code_of(found), self.family.credit(name, purse, amount))

    @rule(
        name=anyone,
        change=st.one_of(
            st.fixed_dictionaries({"status": st.sampled_from(["active"] * 15 + list(Status))}),
            st.fixed_dictionaries({"ecode": st.sampled_from([True, True, False])}),
            st.fixed_dictionaries(
                {"scheme": st.sampled_from(["employee"] * 4 + ["resident", "retired_cadre"])}
            ),
        ),
    )
    def standing(self, name: str, change: rulebook.Row) -> None:
        """A standing changes."""
        found = self.town.standing(name, **change)
        self.same(code_of(found), self.family.standing(name, change))

    @rule(name=st.sampled_from(["cai", "gus"]), how=st.integers(0, 15))
    def die(self, name: str, how: int) -> None:
        """Somebody dies, seldom."""
        if how < 15:
            return
        found = self.town.standing(name, died=local_day(self.town.now))
        self.same(code_of(found), self.family.standing(name, {"dead": True}))

    @rule(holder=anyone, relative=anyone)
    def hold_code(self, holder: str, relative: str) -> None:
        """A relative's code on one's own phone."""
        found = self.town.hold_code(holder, relative)
        self.same(code_of(found), self.family.hold_code(holder, relative))

    # Bills

    @rule(
        data=st.data(),
        place=st.sampled_from(["clinic"] * 10 + PLACES),
        money=st.tuples(sums, st.sampled_from([0, 0, 30_00]), st.sampled_from([0, 120_00])),
        care=st.sampled_from([Care.OUTPATIENT] * 4 + list(Care)),
        category=st.sampled_from([Category.DRUG] * 12 + list(Category)),
        credential=st.sampled_from([Credential.OWN] * 12 + list(Credential)),
        prescription=st.booleans(),
        listed=st.sampled_from([True] * 8 + [False]),
        late=st.sampled_from([None] * 6 + [0, 1, 2, 5, 9]),
    )
    def settle(
        self,
        data: st.DataObject,
        place: str,
        money: tuple[int, int, int],
        care: Care,
        category: Category,
        credential: Credential,
        prescription: bool,
        listed: bool,
        late: int | None,
    ) -> None:
        """A bill is quoted, settled and decided again; some are of a moment in the past."""
        bonds = self.family.in_force(self.family.bonds, self.family.now)
        patient = self.one_of([bond["member"] for bond in bonds], data, EVERYONE)
        sponsors_of = [bond["sponsor"] for bond in bonds if bond["member"] == patient]
        shown = data.draw(st.sampled_from([*sponsors_of * 4, None, "ann"]), label="shown")
        held = sorted(holder for holder, relative in self.family.codes if relative == patient)
        shown_by = self.one_of(held, data, EVERYONE)
        self_paid, uncovered, fund_paid = money
        bill: rulebook.Row = {
            "self_paid": self_paid,
            "uncovered": uncovered,
            "fund_paid": fund_paid,
            "total": sum(money),
            "care": care,
            "category": category,
            "credential": credential,
            "sponsor": shown,
            "shown_by": shown_by,
            "prescription": prescription,
            "listed": listed,
            "happened_at": None if late is None else self.moment(late),
        }
        self.counted += 1
        request = self.request(f"b{self.counted}", patient, place, bill)
        quoted = answer_of(self.town.quoted(request))
        self.same(quoted, self.family.judge(patient, place, bill))
        found = self.town.settle_bill(request)
        if isinstance(found, settling.Answered):
            assert not found.repeated
            assert settling.replay(self.town.office, found.answer).same
            self.asked[request.id] = (request, quoted)
            self.same(answer_of(found.decision), quoted)
        else:
            self.same(answer_of(found), quoted)
        self.family.settle(request.id, patient, place, bill)
        self.family.remember()

    def moment(self, late: int) -> datetime:
        """A past moment: so many acts ago."""
        return self.family.past[max(0, len(self.family.past) - 1 - late)][0]

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
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """The same id again gives the first answer, whatever has happened since."""
        id = data.draw(st.sampled_from(sorted(self.asked)))
        request, answer = self.asked[id]
        found = self.town.settle_bill(request)
        assert isinstance(found, settling.Answered)
        assert found.repeated
        self.same(answer_of(found.decision), answer)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def reuse(self, data: st.DataObject) -> None:
        """The same id for another bill is refused."""
        id = data.draw(st.sampled_from(sorted(self.asked)))
        request, _ = self.asked[id]
        other = self.town.bill("ann", request.institution, request.self_paid_fen + 1, id=id)
        assert code_of(self.town.settle_bill(other)) == "id_reused"

    @precondition(lambda self: self.asked)
    @rule(
        data=st.data(),
        part=st.one_of(st.none(), st.sampled_from([1, 5_00, 40_00, 333_33])),
    )
    def reverse(self, data: st.DataObject, part: int | None) -> None:
        """A settlement is taken back, whole or in part."""
        of = data.draw(st.sampled_from(sorted(self.asked)))
        found = self.town.reverse(of, self.asked[of][0].institution, part)
        expected = self.family.reverse(of, part)
        if isinstance(found, settling.Reversed):
            back: Reversal = found.reversal
            came = {"own": back.own_fen, "pooled": back.pooled_fen, "cash": back.cash_fen}
            self.same(came, expected)
        else:
            self.same({"refused": found.code}, expected)

    @rule(how=st.sampled_from([60, 3_600, 86_400, "midnight"]))
    def wait(self, how: Any) -> None:
        """Time passes: a minute, an hour, a day, or until midnight to the second."""
        later = self.family.midnight()
        if how != "midnight":
            later = self.town.now + timedelta(seconds=how)
        self.town.now = self.family.now = later
        self.family.remember()

    # What holds after every act

    @invariant()
    def balances_agree(self) -> None:
        """Every purse of everybody."""
        if not hasattr(self, "town"):
            return
        for name in EVERYONE:
            found, row = self.town.balance(name), self.family.people[name]
            assert (found.current, found.carried) == (row["current"], row["carried"]), name

    @invariant()
    def money_is_conserved(self) -> None:
        """What was credited is in the purses or owed to the institutions."""
        if not hasattr(self, "town"):
            return
        with self.town.office.store.read() as unit:
            rows = [row for row in unit.balance_rows() if row.kind != "inflow"]
        assert sum(row.fen for row in rows) == self.family.credited
        assert sum(row.fen for row in rows if row.kind == "payable") == sum(
            self.family.payable.values()
        )

    @invariant()
    def bonds_agree(self) -> None:
        """Who is a member of whose pool right now."""
        if not hasattr(self, "town"):
            return
        working = self.family.in_force(self.family.bonds, self.family.now)
        expected = sorted((bond["sponsor"], bond["member"]) for bond in working)
        at = int(self.town.now.timestamp() * 1_000_000)
        with self.town.office.store.read() as unit:
            came = sorted(
                (name, bond.member.partition("-")[2])
                for name in EVERYONE
                for bond in unit.bonds_of_sponsor(self.town.id(name))
                if bond.in_force(at)
            )
        assert came == expected

    def teardown(self) -> None:
        """The book proves."""
        if hasattr(self, "town"):
            self.town.proof()
            self.town.close()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=100, stateful_step_count=40, phases=(Phase.generate, Phase.shrink)
)
