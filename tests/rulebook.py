"""The rules once more, in plain dictionaries: what the program is held against.

Written from the rule table alone, for a day in 2026, when all of it was in force. It shares no code
with the program and is meant to be slow and obvious: people are dictionaries, a pool is a
dictionary, and a rule is an `if`.
"""

import copy
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]

KIN_3 = {"spouse", "parent", "child"}
KIN_6 = {*KIN_3, "sibling", "grandparent", "grandchild"}

BOOK: dict[str, Row] = {
    "310000": {
        "account_schemes": {"employee"},
        "pooled": ["carried"],
        "carried_only": {"inpatient", "serious", "home_bed"},  # ACC-5, SET-3
        "barred": {"suspended", "moved", "sealed"},
        "kin": KIN_6,
        "one_pool": True,
        "uses_chosen": True,
        "needs_carried": True,
    },
    "371300": {
        "account_schemes": {"employee", "retired_cadre"},
        "pooled": ["current", "carried"],
        "carried_only": set(),
        "barred": {"suspended", "moved", "sealed", "remote"},
        "kin": KIN_3,
        "one_pool": True,
        "cadres_barred": True,
        "ecode": True,
        "one_card": True,
        "excluded": {"checkup", "fitness", "wellness", "public_health"},
        "unbind_first": True,
    },
    "450000": {
        "account_schemes": {"employee"},
        "pooled": ["current", "carried"],
        "carried_only": set(),
        "barred": {"suspended", "moved", "sealed"},
        "kin": {*KIN_3, "spouse_parent"},
        "two_way": True,
        "next_day": True,
        "shown": True,
    },
    "100000": {
        "account_schemes": {"employee"},
        "pooled": ["current", "carried"],
        "carried_only": set(),
        "barred": {"suspended", "moved", "sealed"},
        "kin": KIN_6,
    },
}

ORDER = [
    "pooled",
    "own_funds",
    "not_in_a_pool",
    "sponsor_not_shown",
    "use_not_chosen",
    "sponsor_not_in_force",
    "ecode_inactive",
    "institution_not_covered",
    "no_one_card",
    "category_excluded",
    "no_prescription",
    "not_listed",
    "nothing_self_paid",
    "own_funds_left",
    "pool_empty",
]

MOST_MEMBERS = 6  # NET-9


def covered(region: str, patient: Row, place: Row, care: str) -> bool:
    """Whether the pool pays at this place (SET-7, SET-8, SET-11)."""
    here: bool = place["region"] == region
    if region == "450000":
        return bool(place["kind"] == "hospital")
    if region == "310000":
        return here
    if region == "100000" or patient["scheme"] in ("employee", "retired_cadre"):
        return True
    if patient["scheme"] != "resident" or not here:
        return False
    if place["kind"] == "pharmacy":
        return True
    if care == "inpatient":
        return True
    return place["level"] == "primary" and care != "pharmacy"


def sponsor_in_force(region: str, sponsor: Row) -> bool:
    """NET-1, NET-2."""
    return (
        sponsor["scheme"] == "employee"
        and sponsor["status"] not in BOOK[region]["barred"]
        and not sponsor["dead"]
    )


def settle(region: str, patient: Row, pools: list[Row], place: Row, bill: Row) -> Row:
    """The answer to a bill: `refused`, or outcome, reasons, sums and draws.

    `pools` are the bonds in force, oldest first: sponsor's name, row, and uses.
    """
    book = BOOK[region]
    if bill["credential"] == "other" or (
        bill["credential"] == "family_code" and not bill["code_held"]
    ):
        return {"refused": "not_own_credential"}
    if (
        patient["scheme"] == "none"
        or patient["status"] in ("suspended", "moved")
        or patient["dead"]
    ):
        return {"refused": "patient_not_insured"}
    if not place["designated"]:
        return {"refused": "not_designated"}
    if patient.get("online_suspended"):
        return {"refused": "online_suspended"}
    if bill["fund_paid"] + bill["self_paid"] + bill["uncovered"] != bill["total"]:
        return {"refused": "amounts_do_not_add_up"}

    left = bill["self_paid"]
    own = {"current": 0, "carried": 0}
    has_account = patient["scheme"] in book["account_schemes"] and patient["status"] != "sealed"
    if has_account and bill["category"] not in book.get("excluded", ()):
        for purse in ("current", "carried"):
            if purse == "current" and bill["care"] in book["carried_only"]:
                continue
            own[purse] = min(left, patient[purse])
            left -= own[purse]

    reasons = set()
    pool = _whose_pool(region, pools, bill)
    if pool is None:
        unshown = pools and bill["sponsor"] is None
        reasons.add("sponsor_not_shown" if unshown else "not_in_a_pool")
    else:
        if book.get("uses_chosen") and "pay" not in pool["uses"]:
            reasons.add("use_not_chosen")
        if not sponsor_in_force(region, pool["row"]):
            reasons.add("sponsor_not_in_force")
        if _money(region, pool["row"]) == 0:
            reasons.add("pool_empty")
    if book.get("ecode"):
        both = [patient] if pool is None else [patient, pool["row"]]
        if not all(person["ecode"] for person in both):
            reasons.add("ecode_inactive")
    if not covered(region, patient, place, bill["care"]):
        reasons.add("institution_not_covered")
    if book.get("one_card") and not place["one_card"]:
        reasons.add("no_one_card")
    if bill["category"] in book.get("excluded", ()):
        reasons.add("category_excluded")
    if (
        region == "310000"
        and place["kind"] == "pharmacy"
        and bill["category"] == "drug"
        and not bill["prescription"]
    ):
        reasons.add("no_prescription")
    if not bill["listed"]:
        reasons.add("not_listed")
    if bill["self_paid"] == 0:
        reasons.add("nothing_self_paid")
    elif left == 0:
        reasons.add("own_funds_left")

    pooled = {"current": 0, "carried": 0}
    ordered = sorted(reasons, key=ORDER.index)
    if not reasons:
        assert pool is not None
        for purse in book["pooled"]:
            pooled[purse] = min(left, pool["row"][purse])
            left -= pooled[purse]
        outcome = "pooled"
    elif bill["self_paid"] > 0 and left == 0:
        outcome = "own_funds"
    else:
        outcome = ordered[0]
    return {
        "outcome": outcome,
        "reasons": ordered,
        "own": own,
        "pooled": pooled,
        "sponsor": pool["name"] if pool is not None and not reasons else None,
        "cash": left + bill["uncovered"],
    }


def _money(region: str, sponsor: Row) -> int:
    return sum(sponsor[purse] for purse in BOOK[region]["pooled"])


def _whose_pool(region: str, pools: list[Row], bill: Row) -> Row | None:
    """The sponsor shown; where none need be shown the oldest pool that can pay, else the oldest."""
    if not pools:
        return None
    if BOOK[region].get("shown") or (bill["sponsor"] is not None and len(pools) > 1):
        named = [pool for pool in pools if pool["name"] == bill["sponsor"]]
        return named[0] if named else None
    for pool in pools:
        chosen = not BOOK[region].get("uses_chosen") or "pay" in pool["uses"]
        if chosen and sponsor_in_force(region, pool["row"]) and _money(region, pool["row"]):
            return pool
    return pools[0]


class Family:
    """The state of a family and what each act does to it, by the rule table.

    Every act returns a refusal's code, or None when it was done; some return what came of it.
    """

    def __init__(self, region: str, now: datetime) -> None:
        self.region, self.now, self.book = region, now, BOOK[region]
        self.people: dict[str, Row] = {}
        self.places: dict[str, Row] = {}
        self.open_pools: dict[str, Row] = {}
        self.bonds: list[Row] = []
        self.codes: set[tuple[str, str]] = set()
        self.bills: dict[str, Row] = {}
        self.payable: dict[str, int] = {}
        self.credited = 0
        self.past: list[tuple[datetime, Row]] = []

    def remember(self) -> None:
        """Keep what a late bill will be judged by."""
        then = copy.deepcopy((self.people, self.bonds))
        self.past.append((self.now, {"people": then[0], "bonds": then[1]}))

    def midnight(self) -> datetime:
        """The end of today."""
        return datetime.combine(self.now.date() + timedelta(days=1), datetime.min.time()).replace(
            tzinfo=self.now.tzinfo
        )

    def in_force(self, bonds: list[Row], at: datetime) -> list[Row]:
        """The bonds that work at a moment."""
        return [b for b in bonds if b["starts"] <= at and (b["ends"] is None or at < b["ends"])]

    # Acts

    def credit(self, name: str, purse: str, fen: int) -> str | None:
        """Money comes in."""
        if self.people[name]["scheme"] not in self.book["account_schemes"]:
            return "no_account"
        self.people[name][purse] += fen
        self.credited += fen
        return None

    def standing(self, name: str, change: Row) -> str | None:
        """A standing changes; NET-16."""
        touched = [b for b in self.bonds if name in (b["sponsor"], b["member"])]
        if (
            change.get("status") == "moved"
            and self.book.get("unbind_first")
            and any(b["ends"] is None or b["ends"] > self.now for b in touched)
        ):
            return "unbind_first"
        self.people[name].update(change)
        return None

    def _cannot_sponsor(self, name: str) -> str | None:
        row = self.people[name]
        if row["scheme"] == "retired_cadre" and self.book.get("cadres_barred"):
            return "sponsor_not_in_force"
        if row["scheme"] != "employee":
            return "sponsor_not_employee"
        if not sponsor_in_force(self.region, row):
            return "sponsor_not_in_force"
        return None

    def form(self, sponsor: str, members: dict[str, str], uses: set[str], committed: bool) -> Any:
        """A pool is formed: a code, or each member's result (None where it was bound)."""
        if code := self._cannot_sponsor(sponsor):
            return code
        if self.book.get("needs_carried") and self.people[sponsor]["carried"] == 0:
            return "nothing_carried"
        if not committed:
            return "commitment_missing"
        if self._is_member(sponsor):
            return "sponsor_is_member"
        if sponsor in self.open_pools:
            return "sponsor_has_pool"
        pool = {"uses": set(uses)}
        results = {}
        for member, kinship in members.items():
            results[member] = self._cannot_bind(sponsor, member, kinship)
            if results[member] is None:
                self._tie(sponsor, member, pool)
        if not members or None in results.values():
            self.open_pools[sponsor] = pool
        return results

    def bind(self, sponsor: str, member: str, kinship: str) -> str | None:
        """A member joins an open pool."""
        if code := self._cannot_sponsor(sponsor):
            return code
        if sponsor not in self.open_pools:
            return "sponsor_is_member" if self._is_member(sponsor) else "no_pool"
        if code := self._cannot_bind(sponsor, member, kinship):
            return code
        self._tie(sponsor, member, self.open_pools[sponsor])
        return None

    def _is_member(self, name: str) -> bool:
        """NET-7: whoever is a member cannot sponsor."""
        working = self.in_force(self.bonds, self.now)
        return bool(self.book.get("one_pool")) and any(b["member"] == name for b in working)

    def _tie(self, sponsor: str, member: str, pool: Row) -> None:
        self.bonds.append(
            {"sponsor": sponsor, "member": member, "pool": pool, "starts": self.now, "ends": None}
        )

    def _cannot_bind(self, sponsor: str, member: str, kinship: str) -> str | None:
        row, both = self.people[member], (self.people[sponsor], self.people[member])
        working = self.in_force(self.bonds, self.now)
        if sponsor == member:
            return "own_self"
        if (
            row["scheme"] not in ("employee", "resident")
            or row["status"] in ("suspended", "moved")
            or row["dead"]
        ):
            return "member_not_insured"
        if self.book.get("ecode") and not all(person["ecode"] for person in both):
            return "ecode_inactive"
        if kinship not in self.book["kin"]:
            return "kinship_not_allowed"
        if self.book.get("one_pool") and member in self.open_pools:
            return "member_is_sponsor"
        of_member = [b for b in working if b["member"] == member]
        again = [b for b in of_member if b["sponsor"] == sponsor and b["ends"] is None]
        if again or (self.book.get("one_pool") and of_member):
            return "already_in_a_pool"
        if not self.book.get("two_way") and any(
            b["member"] == sponsor and b["sponsor"] == member for b in working
        ):
            return "two_way_not_allowed"
        bound = {b["member"] for b in working if b["sponsor"] == sponsor}
        if len(bound - {member}) >= MOST_MEMBERS:
            return "too_many_members"
        if self.book.get("next_day") and any(
            b["sponsor"] == sponsor and b["member"] == member and b["ends"] == self.midnight()
            for b in self.bonds
        ):
            return "rebind_tomorrow"
        return None

    def unbind(self, sponsor: str, member: str) -> str | None:
        """The sponsor removes a member."""
        if sponsor not in self.open_pools:
            return "no_pool"
        return self._end(
            [b for b in self.bonds if b["sponsor"] == sponsor and b["member"] == member]
        )

    def leave(self, member: str, sponsor: str | None) -> str | None:
        """A member leaves."""
        return self._end(
            [
                b
                for b in self.bonds
                if b["member"] == member and (sponsor is None or b["sponsor"] == sponsor)
            ]
        )

    def dissolve(self, sponsor: str) -> str | None:
        """The pool ends."""
        if sponsor not in self.open_pools:
            return "no_pool"
        del self.open_pools[sponsor]
        self._end([b for b in self.bonds if b["sponsor"] == sponsor])
        return None

    def _end(self, bonds: list[Row]) -> str | None:
        ending = [b for b in bonds if b["ends"] is None]
        for bond in ending:
            bond["ends"] = self.midnight() if self.book.get("next_day") else self.now
        return None if ending else "not_bound"

    def uses(self, sponsor: str, uses: set[str]) -> str | None:
        """The sponsor chooses."""
        if sponsor not in self.open_pools:
            return "no_pool"
        self.open_pools[sponsor]["uses"] = set(uses)
        return None

    def hold_code(self, holder: str, relative: str) -> str | None:
        """A relative's code on one's own phone."""
        if holder == relative:
            return "own_self"
        held = {pair for pair in self.codes if pair[0] == holder}
        if len(held) >= MOST_MEMBERS and (holder, relative) not in held:
            return "too_many_relatives"
        self.codes.add((holder, relative))
        return None

    # Bills

    def _then(self, at: datetime | None) -> Row:
        """People and bonds as they were: the last thing remembered by that moment."""
        now = {"people": self.people, "bonds": self.bonds}
        if at is None:
            return now
        return [then for when, then in self.past if when <= at][-1]

    def judge(self, patient: str, place: str, bill: Row) -> Row:
        """What a bill would be answered. Nothing changes."""
        at = bill.get("happened_at")
        then = self._then(at)
        code_held = (bill.get("shown_by"), patient) in self.codes
        return settle(
            self.region,
            self._row(then, patient),
            [
                {
                    "name": bond["sponsor"],
                    "row": self._row(then, bond["sponsor"]),
                    "uses": bond["pool"]["uses"],
                }
                for bond in self.in_force(then["bonds"], at or self.now)
                if bond["member"] == patient
            ],
            self.places[place],
            {**bill, "code_held": code_held},
        )

    def _row(self, then: Row, name: str) -> Row:
        """Standing of then, money of now."""
        money = {purse: self.people[name][purse] for purse in ("current", "carried")}
        return {**then["people"][name], **money}

    def settle(self, id: str, patient: str, place: str, bill: Row) -> Row:
        """Settle: as `judge`, and the money moves."""
        answer = self.judge(patient, place, bill)
        if "refused" in answer:
            return answer
        draws = [(patient, purse, fen) for purse, fen in answer["own"].items()]
        if answer["sponsor"]:
            draws += [(answer["sponsor"], purse, fen) for purse, fen in answer["pooled"].items()]
        for name, purse, fen in draws:
            self.people[name][purse] -= fen
            self.payable[place] = self.payable.get(place, 0) + fen
        beyond = bill["fund_paid"] + bill["uncovered"]
        self.bills[id] = {
            "place": place,
            "patient": patient,
            "parts": [*draws, (None, "", answer["cash"] - bill["uncovered"])],
            "back": 0,
            "beyond": beyond,
            "uncovered": bill["uncovered"],
            "self_paid": bill["self_paid"],
            "over": False,
        }
        return answer

    def reverse(self, of: str, part: int | None) -> Row:
        """Give back: the last yuan drawn comes back first, counted fen by fen."""
        bill = self.bills.get(of)
        if bill is None:
            return {"refused": "unknown_settlement"}
        left = bill["self_paid"] - bill["back"]
        nothing = part is None and left + bill["beyond"] == 0 and bill["back"] > 0
        if bill["over"] or nothing:
            return {"refused": "already_reversed"}
        if part is not None and part > left:
            return {"refused": "more_than_settled"}
        wanted = left if part is None else part
        given: Row = {"own": 0, "pooled": 0, "cash": 0}
        for n, (name, purse, fen) in reversed(list(enumerate(bill["parts"]))):
            back = min(wanted, fen)
            wanted -= back
            bill["parts"][n] = (name, purse, fen - back)
            bill["back"] += back
            if name is None:
                given["cash"] += back
                continue
            self.people[name][purse] += back
            self.payable[bill["place"]] -= back
            given["own" if name == bill["patient"] else "pooled"] += back
        if part is None:
            bill["over"] = True
            given["cash"] += bill["uncovered"]
        return given
