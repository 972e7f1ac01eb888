"""Every outcome and every refusal of a settlement, one line in, one line out."""

from typing import Any

import pytest

from gongji.policy.refusal import Code
from gongji.settlement.outcome import Outcome
from settlement.given_then import decided, holds

Case = tuple[str, str, str]

THE_CODES: list[Case] = [
    # The table of codes, row by row: one cause at a time, then what it does to the money.
    ("SH", "pool=500", "pooled own=0 pool=100 cash=0 because=- from=sponsor by=SET-2,SET-3"),
    ("SH", "who=employee current=200 pool=500",
     "own_funds own=100 pool=0 cash=0 because=own_funds_left by=SET-3"),
    ("SH", "", "not_in_a_pool own=0 pool=0 cash=100 because=not_in_a_pool by=NET-18"),
    ("BI", "pool=500", "sponsor_not_shown pool=0 cash=100 because=sponsor_not_shown by=SET-11"),
    ("SH", "pool=500 uses=none",
     "use_not_chosen pool=0 cash=100 because=use_not_chosen by=NET-10"),
    ("SH", "pool=500 sponsor-is=sealed",
     "sponsor_not_in_force pool=0 cash=100 because=sponsor_not_in_force by=NET-1"),
    ("LY", "pool=500 ecode=n", "ecode_inactive pool=0 cash=100 because=ecode_inactive by=NET-15"),
    ("LY", "pool=500 at=tertiary",
     "institution_not_covered pool=0 cash=100 because=institution_not_covered by=SET-8"),
    ("LY", "pool=500 one-card=n", "no_one_card pool=0 cash=100 because=no_one_card by=SET-9"),
    ("LY", "pool=500 category=fitness",
     "category_excluded pool=0 cash=100 because=category_excluded by=SET-10"),
    ("SH", "pool=500 at=pharmacy prescription=n",
     "no_prescription pool=0 cash=100 because=no_prescription by=SET-7"),
    ("SH", "pool=500 listed=n",
     "not_listed pool=0 cash=100 because=not_listed by=SET-2,SET-7"),
    ("SH", "pool=500 accounts=own",
     "pool_not_asked pool=0 cash=100 because=pool_not_asked by=SET-3"),
    ("SH", "pool=500 self=0 uncovered=9",
     "nothing_self_paid own=0 pool=0 cash=9 because=nothing_self_paid by=SET-2"),
    ("SH", "pool=0 held=700",
     "pool_empty pool=0 cash=100 because=pool_empty by=ACC-3,SET-5"),
]  # fmt: skip

REFUSED: list[Case] = [
    ("NA", "pool=500 credential=other", "refused-not_own_credential by=SET-1,SET-12"),
    ("NA", "pool=500 credential=family_code", "refused-not_own_credential by=SET-1,SET-12,FAM-1"),
    ("NA", "pool=500 who=none", "refused-patient_not_insured by=SET-1"),
    ("NA", "pool=500 status=suspended", "refused-patient_not_insured"),
    ("NA", "pool=500 status=moved", "refused-patient_not_insured"),
    ("NA", "pool=500 dead=y", "refused-patient_not_insured"),
    ("NA", "pool=500 designated=n", "refused-not_designated by=SET-2"),
    ("NA", "pool=500 suspended=y", "refused-online_suspended by=SUP-1"),
    ("NA", "pool=500 self=100 total=120", "refused-amounts_do_not_add_up"),
    ("NA", "pool=500 self=100 uncovered=5 fund=9 total=100", "refused-amounts_do_not_add_up"),
    # Where several hold, the credential comes first: whose bill it is decides the rest.
    ("NA", "credential=other who=none designated=n total=7", "refused-not_own_credential"),
    ("NA", "who=none designated=n suspended=y total=7", "refused-patient_not_insured"),
    ("NA", "designated=n suspended=y total=7", "refused-not_designated"),
    ("NA", "suspended=y total=7", "refused-online_suspended"),
]

SHANGHAI: list[Case] = [
    # What the institution asks for: no account, the own one, the pool alone, or one after the other.
    ("SH", "who=employee carried=20 pool=500 accounts=none",
     "pool_not_asked own=0 pool=0 cash=100 because=pool_not_asked"),
    ("SH", "who=employee carried=20 pool=500 accounts=own", "pool_not_asked own=20 pool=0 cash=80"),
    ("SH", "who=employee carried=20 pool=500 accounts=pooled", "pooled own=0 pool=100 cash=0"),
    ("SH", "who=employee carried=20 pool=500 accounts=own_then_pooled", "pooled own=20 pool=80"),
    ("SH", "who=employee carried=200 pool=500 accounts=own",
     "own_funds own=100 because=pool_not_asked,own_funds_left"),
    # SET-3, ACC-5: own draw order by kind of care.
    ("SH", "who=employee current=20 carried=30 pool=500",
     "pooled current=20 carried=30 pool=50 cash=0 left=450"),
    ("SH", "who=employee current=20 carried=30 pool=500 care=emergency",
     "pooled current=20 carried=30 pool=50"),
    ("SH", "who=employee current=20 carried=30 pool=500 at=pharmacy",
     "pooled current=20 carried=30 pool=50"),
    ("SH", "who=employee current=20 carried=30 pool=500 care=inpatient",
     "pooled current=0 carried=30 pool=70"),
    ("SH", "who=employee current=20 carried=30 pool=500 care=serious",
     "pooled current=0 carried=30 pool=70"),
    ("SH", "who=employee current=20 carried=30 pool=500 care=home_bed",
     "pooled current=0 carried=30 pool=70 by=SET-3,ACC-5"),
    ("SH", "who=employee current=500 care=inpatient",
     "not_in_a_pool own=0 cash=100 because=not_in_a_pool"),
    ("SH", "who=employee current=60 carried=60", "own_funds current=60 carried=40 cash=0"),
    # Only carried money is pooled (ACC-3), all of it, until it is used up (SET-5).
    ("SH", "pool=40 held=900 uncovered=9", "pooled pool=40 cash=69 left=0"),
    ("SH", "pool=100", "pooled pool=100 cash=0 left=0"),
    ("SH", "pool=0.01", "pooled pool=0.01 cash=99.99"),
    # The uncovered part is never pooled (SET-2).
    ("SH", "who=employee current=900 carried=900 pool=900 self=100 uncovered=50 fund=7",
     "own_funds own=100 pool=0 cash=50"),
    # The uses: pay, contribute, both (NET-10).
    ("SH", "pool=500 uses=contribute", "use_not_chosen cash=100"),
    ("SH", "pool=500 uses=pay,contribute", "pooled pool=100 by=NET-10"),
    # Payments were opened a month after pools.
    ("SH", "pool=500 day=2022-07-31", "use_not_chosen cash=100 by=NET-10"),
    ("SH", "pool=500 day=2022-08-01", "pooled pool=100"),
    # Pharmacies (SET-7): a prescription for drugs, none for what is on the device list.
    ("SH", "pool=500 at=pharmacy", "pooled pool=100 by=SET-7"),
    ("SH", "pool=500 at=pharmacy prescription=n day=2025-10-31", "pooled pool=100"),
    ("SH", "pool=500 at=pharmacy prescription=n category=device", "pooled pool=100"),
    ("SH", "pool=500 at=pharmacy prescription=n category=consumable", "pooled pool=100"),
    ("SH", "pool=500 at=pharmacy prescription=n category=device listed=n",
     "not_listed cash=100 because=not_listed by=SET-7"),
    ("SH", "pool=500 prescription=n", "pooled pool=100"),
    ("SH", "who=employee current=100 pool=500 at=pharmacy prescription=n",
     "own_funds own=100 because=no_prescription,own_funds_left"),
    # Our city's institutions.
    ("SH", "pool=500 elsewhere=y", "institution_not_covered cash=100"),
    ("SH", "pool=500 at=tertiary", "pooled pool=100"),
    # The sponsor's standing: any of these bars (NET-1); a filing for elsewhere does not.
    ("SH", "pool=500 sponsor-is=suspended", "sponsor_not_in_force cash=100 by=NET-1"),
    ("SH", "pool=500 sponsor-is=moved", "sponsor_not_in_force cash=100"),
    ("SH", "pool=500 sponsor-is=remote", "pooled pool=100"),
    ("SH", "pool=500 scheme=resident", "sponsor_not_in_force cash=100 by=NET-1"),
    ("SH", "pool=500 sponsor-dead=y", "sponsor_not_in_force cash=100 by=ACC-7"),
    # A sealed account pays nothing of its owner's, and the owner is still a member.
    ("SH", "who=employee status=sealed current=50 carried=50 pool=500", "pooled own=0 pool=100"),
    ("SH", "who=mutual_aid pool=500", "pooled own=0 pool=100"),
    # Money left over from an earlier employment is no account of a resident's (ACC-1).
    ("SH", "who=resident current=50 carried=50 pool=500", "pooled own=0 pool=100"),
]  # fmt: skip

LINYI: list[Case] = [
    # Employee member: hospitals and pharmacies, wherever (SET-8).
    ("LY", "who=employee current=30 pool=500 at=tertiary", "pooled current=30 pool=70 by=SET-8"),
    ("LY", "who=employee pool=500 at=pharmacy prescription=n", "pooled pool=100"),
    ("LY", "who=employee pool=500 at=tertiary elsewhere=y", "pooled pool=100"),
    # Resident member: inpatient in the city; outpatient at primary institutions; pharmacies.
    ("LY", "pool=500 at=primary", "pooled pool=100 by=SET-8,SET-9,NET-15"),
    ("LY", "pool=500 at=secondary", "institution_not_covered cash=100"),
    ("LY", "pool=500 at=tertiary care=inpatient", "pooled pool=100"),
    ("LY", "pool=500 at=tertiary care=inpatient elsewhere=y", "institution_not_covered cash=100"),
    ("LY", "pool=500 at=primary elsewhere=y", "institution_not_covered cash=100"),
    ("LY", "pool=500 at=pharmacy prescription=n", "pooled pool=100"),
    ("LY", "pool=500 at=pharmacy elsewhere=y", "institution_not_covered cash=100"),
    ("LY", "pool=500 at=tertiary care=emergency", "institution_not_covered cash=100"),
    ("LY", "pool=500 at=primary care=serious", "pooled pool=100"),
    # The whole balance is pooled, and there is no choice of uses (ACC-4, NET-10).
    ("LY", "pool=500 uses=none", "pooled pool=100 left=400"),
    # No account pays for what is nobody's medical care, the own one neither (SET-10).
    ("LY", "who=employee current=900 pool=500 category=checkup",
     "category_excluded own=0 pool=0 cash=100 because=category_excluded"),
    ("LY", "who=employee current=900 category=wellness",
     "not_in_a_pool own=0 cash=100 because=not_in_a_pool,category_excluded"),
    ("LY", "pool=500 category=public_health", "category_excluded cash=100"),
    # Who cannot sponsor (NET-2), each seen at the counter as well.
    ("LY", "pool=500 sponsor-is=suspended", "sponsor_not_in_force by=NET-2"),
    ("LY", "pool=500 sponsor-is=moved", "sponsor_not_in_force by=NET-2"),
    ("LY", "pool=500 sponsor-is=remote", "sponsor_not_in_force by=NET-2"),
    ("LY", "pool=500 scheme=retired_cadre", "sponsor_not_in_force by=NET-2"),
    ("LY", "pool=500 sponsor-ecode=n", "ecode_inactive cash=100 by=NET-15"),
    # A retired cadre has an account and spends it.
    ("LY", "who=retired_cadre current=30", "not_in_a_pool own=30 cash=70"),
]  # fmt: skip

TWO_WAY: list[Case] = [
    # The credential shown says whose money is asked for (SET-11, NET-8).
    ("BI", "pool=500 second=300 shown=sponsor", "pooled pool=100 from=sponsor left=400"),
    ("BI", "pool=500 second=300 shown=second", "pooled pool=100 from=second left=200 by=SET-11"),
    ("BI", "pool=500 second=300", "sponsor_not_shown cash=100"),
    ("BI", "pool=500 shown=stranger", "not_in_a_pool cash=100 because=not_in_a_pool"),
    ("BI", "pool=0 second=300 shown=sponsor", "pool_empty cash=100 because=pool_empty"),
    ("BI", "pool=500 sponsor-is=sealed second=300 shown=second", "pooled pool=100 from=second"),
    ("BI", "who=employee current=30 pool=50 second=300 shown=sponsor",
     "pooled own=30 pool=50 cash=20 from=sponsor"),
    # Medical institutions only (SET-11).
    ("BI", "pool=500 shown=sponsor at=pharmacy", "institution_not_covered cash=100 by=SET-11"),
    ("BI", "pool=500 shown=sponsor elsewhere=y at=tertiary", "pooled pool=100"),
]  # fmt: skip

NATION: list[Case] = [
    ("NA", "who=employee current=30 pool=500", "pooled current=30 pool=70 by=SET-2,SET-3,SET-6"),
    ("NA", "pool=500 at=pharmacy prescription=n", "pooled pool=100"),
    ("NA", "pool=500 elsewhere=y at=tertiary care=inpatient", "pooled pool=100"),
    ("NA", "pool=500 uses=none", "pooled pool=100"),
    ("NA", "pool=500 ecode=n one-card=n", "pooled pool=100"),
    ("NA", "pool=500 credential=family_code code=y", "pooled pool=100 by=FAM-1,FAM-3"),
    ("NA", "credential=family_code code=y", "not_in_a_pool cash=100 by=FAM-1"),
    # Several sponsors and none shown: the oldest bond that can pay.
    ("NA", "pool=500 second=300", "pooled from=sponsor left=400"),
    ("NA", "pool=0 second=300", "pooled from=second left=200"),
    ("NA", "pool=500 sponsor-is=sealed second=300", "pooled from=second"),
    ("NA", "pool=0 second=0", "pool_empty because=pool_empty"),
    ("NA", "pool=500 sponsor-is=sealed second=0",
     "sponsor_not_in_force because=sponsor_not_in_force cash=100"),
    ("NA", "pool=500 second=300 shown=second", "pooled from=second"),
]  # fmt: skip

EVERY_CAUSE: list[Case] = [
    # SET-13: all that hold, in order, and the first is the outcome.
    ("SH", "pool=0 uses=none sponsor-is=sealed at=pharmacy elsewhere=y prescription=n listed=n",
     "use_not_chosen because=use_not_chosen,sponsor_not_in_force,institution_not_covered,"
     "no_prescription,not_listed,pool_empty"
     " by=NET-10,NET-1,SET-7,SET-2,ACC-3,SET-13"),
    ("SH", "self=0 uncovered=5 listed=n elsewhere=y",
     "not_in_a_pool because=not_in_a_pool,institution_not_covered,not_listed,nothing_self_paid"),
    ("LY", "pool=0 sponsor-is=remote ecode=n at=tertiary one-card=n category=checkup listed=n self=0",
     "sponsor_not_in_force because=sponsor_not_in_force,ecode_inactive,institution_not_covered,"
     "no_one_card,category_excluded,not_listed,nothing_self_paid,pool_empty"),
    ("BI", "pool=0 at=pharmacy listed=n",
     "sponsor_not_shown because=sponsor_not_shown,institution_not_covered,not_listed"),
    # The causes are named beside `own_funds` too.
    ("SH", "who=employee current=100 pool=0 uses=none",
     "own_funds own=100 because=use_not_chosen,own_funds_left,pool_empty"),
]  # fmt: skip

ALL = [*THE_CODES, *REFUSED, *SHANGHAI, *LINYI, *TWO_WAY, *NATION, *EVERY_CAUSE]


@pytest.mark.parametrize(
    ("region", "given", "then"), ALL, ids=[f"{case[0]} {case[1]}" for case in ALL]
)
def test_given_then(region: str, given: str, then: str) -> None:
    """The bill of one line settles as the line says."""
    came = decided(region, given)
    assert not (wrong := holds(then, came)), f"expected, came: {wrong}\n{came}"


def test_the_table_of_codes_has_every_outcome_in_order() -> None:
    """The first table is the table of codes, row by row; `own_funds_left` is a reason only, and
    stands beside the outcome `own_funds`."""
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.OWN_FUNDS_LEFT]
    assert [then.split()[0] for _, _, then in THE_CODES] == outcomes


def test_every_refusal_of_a_settlement_stands_in_the_table() -> None:
    """Those left out cannot be decided from one bill: they need the store."""
    needs_the_store = {Code.ID_REUSED, Code.UNKNOWN_PERSON, Code.UNKNOWN_INSTITUTION}
    codes = list(Code)
    first, last = codes.index(Code.NOT_OWN_CREDENTIAL), codes.index(Code.UNKNOWN_SETTLEMENT)
    shown = {then.split()[0].removeprefix("refused-") for _, _, then in REFUSED}
    assert shown == {str(code) for code in codes[first:last]} - needs_the_store


@pytest.mark.parametrize(
    ("then", "wrong"),
    [
        ("pooled pool=99", "pool"),
        ("pool_empty pool=100", "outcome"),
        ("pooled from=second", "from"),
        ("pooled because=pool_empty", "because"),
        ("pooled by=NET-99", "by"),
        ("refused-not_designated", "outcome"),
    ],
)
def test_a_line_that_is_wrong_is_found_out(then: str, wrong: str) -> None:
    """The table can fail: each kind of word has been seen to."""
    found: dict[str, Any] = holds(then, decided("SH", "pool=500"))
    assert wrong in found
