"""机构的一天: patients arrive at hospitals and pharmacies, lines break, at night books agree."""

import queue
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from gongji.desk.identity import check_digit
from gongji.lab.institution import Institution, NoCentre
from gongji.lab.institution_books import Books, DayEnd, Difference
from gongji.lab.institution_checks import READABLE, WISHED, Checks
from gongji.lab.institution_visits import at_pharmacy, at_window, on_ward
from gongji.lab.institution_window import Refused, Shelf, Window

_COUNTY = "319999"  # no county has it
_MOST_AT_ONCE = 32
_CLEARING = {"H": ("11", "21"), "P": ("41",)}


class Patient(NamedTuple):
    """Who shows a credential."""

    certno: str
    name: str


class Plan(NamedTuple):
    """How the day goes. `rate`: arrivals an hour; `seconds`: how long the day takes here, 0 for as
    fast as the centre answers; `trouble`: the share of writes whose line breaks; `forgotten`: the
    share of settlements whose lost answer nobody follows up."""

    seed: int = 1
    hours: float = 8
    rate: float = 60
    seconds: float = 60
    trouble: float = 0.1
    forgotten: float = 0.01


class Day(NamedTuple):
    """What came of a day."""

    arrivals: int
    checks: Checks
    differences: Sequence[Difference]


def play(
    institutions: Sequence[Institution],
    patients: Sequence[Patient],
    shelf: Shelf | None,
    plan: Plan,
    say: Callable[[str], None] = lambda said: None,
) -> Day:
    """Play a day. Raises NoCentre where nobody answers in the interface's words."""
    try:
        return _play(institutions, patients, shelf, plan, say)
    except Refused as refused:
        raise NoCentre(str(refused)) from refused
    except (KeyError, IndexError, TypeError, ValueError) as missing:
        raise NoCentre(f"应答缺少字段 a field is missing: {missing!r}") from missing
    finally:
        for one in institutions:
            one.close()


def _play(
    institutions: Sequence[Institution],
    patients: Sequence[Patient],
    shelf: Shelf | None,
    plan: Plan,
    say: Callable[[str], None],
) -> Day:
    checks = Checks()
    for one in institutions:
        sign_in(one)
    first = institutions[0]
    shelf = shelf or look_up(first)
    windows = {one.code: Window(one, Books(), checks, shelf, plan) for one in institutions}
    # Where the first patient is insured is where it is cleared.
    centre = windows[first.code].identify(random.Random(plan.seed), patients[0]).place  # noqa: S311
    ends = {one.code: DayEnd(one, windows[one.code].books, checks, centre) for one in institutions}
    for one in institutions:
        if not ends[one.code].is_fresh(_groups(one)):
            raise NoCentre(
                f"{one.code}今天在中心已有结算，日终无法对账；请换一家机构，或重置沙箱 "
                "has settlements of today already: choose another institution, or reset the sandbox"
            )
    say(f"{len(institutions)}家机构、{len(patients)}名参保人、{len(shelf.drugs)}种药品")
    arrivals = _let_them_come(windows, patients, plan, checks)
    differences = []
    for one in institutions:
        differences += list(ends[one.code].reconcile(_groups(one)))
        sign_out(one)
    return Day(arrivals, checks, differences)


def sample_patients(seed: int, count: int, family: Sequence[Patient] = ()) -> list[Patient]:
    """Invented people, after `family`: valid check digits, a county that does not exist."""
    rng = random.Random(f"patients {seed}")  # noqa: S311 - a day wants repetition
    found = list(family)
    for n in range(count):
        born = f"{rng.randrange(1950, 2006)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
        first_17 = f"{_COUNTY}{born}{rng.randrange(200, 1000):03d}"
        found.append(Patient(first_17 + check_digit(first_17), f"模拟{n + 1:03d}"))
    return list({one.certno: one for one in found}.values())


def _groups(institution: Institution) -> list[tuple[str, str]]:
    kinds = _CLEARING["P" if institution.code.startswith("P") else "H"]
    return [(insutype, clr_type) for clr_type in kinds for insutype in ("310", "390")]


def sign_in(institution: Institution) -> None:
    """9001."""
    given = {"opter_no": "0001", "mac": "02-00-00-00-00-01", "ip": "192.0.2.1"}
    answer = institution.send("9001", {"signIn": given})
    if not answer.good:
        raise NoCentre(f"9001 {institution.code}：{answer.says}")
    institution.sign_no = answer.output["signinoutb"]["sign_no"]


def sign_out(institution: Institution) -> None:
    """9002."""
    given = {"sign_no": institution.sign_no, "opter_no": "0001"}
    answer = institution.send("9002", {"signOut": given})
    if not answer.good:
        raise NoCentre(f"9002 {institution.code}：{answer.says}")


def look_up(institution: Institution) -> Shelf:
    """1312: what can be charged here."""
    found = {}
    for list_type in ("101", "201"):
        data = {
            "list_type": list_type,
            "updt_time": "2020-01-01",
            "page_num": 1,
            "page_size": 100,
        }
        answer = institution.send("1312", {"data": data})
        rows: list[Mapping[str, Any]] = answer.output.get("data") or [] if answer.good else []
        found[list_type] = [row["hilist_code"] for row in rows]
    if not found["101"] or not found["201"]:
        raise NoCentre(
            f"1312没有可用的目录（{answer.says}）；请用--items给出编码文件 "
            "no items found: give a file of codes by --items"
        )
    return Shelf(found["101"], found["201"])


def _let_them_come(
    windows: Mapping[str, Window], patients: Sequence[Patient], plan: Plan, checks: Checks
) -> int:
    """Poisson arrivals. A person is at one place at a time: who is there is not elsewhere."""
    at_home: queue.SimpleQueue[Patient] = queue.SimpleQueue()
    rng = random.Random(f"arrivals {plan.seed}")  # noqa: S311 - a day wants repetition
    for patient in rng.sample(list(patients), len(patients)):
        at_home.put(patient)
    codes = sorted(windows)
    begun = time.perf_counter()
    under_way: list[Future[None]] = []
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        for n, hour in enumerate(_hours(rng, plan)):
            ahead = begun + hour / plan.hours * plan.seconds - time.perf_counter()
            if ahead > 0:
                time.sleep(ahead)
            window, patient = windows[rng.choice(codes)], at_home.get()
            visit = pool.submit(_visit, window, patient, f"{plan.seed}/{n}", at_home, checks)
            under_way.append(visit)
    for visit in under_way:
        visit.result()
    return len(under_way)


def _hours(rng: random.Random, plan: Plan) -> Iterator[float]:
    hour = rng.expovariate(plan.rate)
    while hour < plan.hours:
        yield hour
        hour += rng.expovariate(plan.rate)


def _visit(
    window: Window,
    patient: Patient,
    seed: str,
    at_home: "queue.SimpleQueue[Patient]",
    checks: Checks,
) -> None:
    rng = random.Random(seed)  # noqa: S311 - a day wants repetition
    try:
        known = window.identify(rng, patient)
        if window.code.startswith("P"):
            at_pharmacy(window, rng, known)
        elif rng.random() < 0.1:
            on_ward(window, rng, known)
        else:
            at_window(window, rng, known)
    except Refused as refused:
        checks.that(WISHED, False, str(refused))
    except (KeyError, IndexError, TypeError, ValueError) as missing:
        checks.that(READABLE, False, f"{window.code} {patient.certno}: {missing!r}")
    finally:
        at_home.put(patient)
