"""目录版本: bringing in an edition of a catalogue, and comparing two."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from gongji.catalogue.changes import Changes, changes_between
from gongji.catalogue.item import CatalogueList, Edition, Item
from gongji.catalogue.reading import digest_of, read_listing
from gongji.catalogue.table import Problem, Weight
from gongji.desk.office import Session
from gongji.terms import NATIONAL, RegionCode


class EditionHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """目录版本的抬头: whose list, which one, its name, its first and last day."""

    region: RegionCode
    name: str
    starts: date
    ends: date | None = None
    list: CatalogueList = CatalogueList.DRUG


class Outcome(StrEnum):
    """导入的结论: what became of an import."""

    IMPORTED = "imported"
    WOULD_IMPORT = "would_import"  # a dry run
    UNCHANGED = "unchanged"  # the very edition is here already; nothing was written
    REFUSED = "refused"  # nothing was written; the problems say why


class Imported(msgspec.Struct, frozen=True):
    """导入结果: the outcome, whatever is wrong in the list, and what it changes.

    `before` is the edition that `changes` compares with: the one in force until then.
    """

    outcome: Outcome
    edition: Edition | None
    problems: tuple[Problem, ...]
    before: Edition | None = None
    changes: Changes | None = None
    items: tuple[Item, ...] = ()


class UnknownEdition(Exception):
    """No edition, or several, have the name that was asked for."""


def import_edition(
    session: Session, head: EditionHead, content: bytes, by: str, *, dry_run: bool = False
) -> Imported:
    """Bring in an edition from a file, whole or not at all; a second time nothing is written.

    An edition that is here is never changed: decisions name it.
    """
    unit = session.unit
    listing = read_listing(content, head.list, national=head.region == NATIONAL)
    known = [e for e in unit.editions(head.region) if e.list is head.list]
    problems = [*_wrong_head(head, known), *listing.problems]
    if any(problem.weight is Weight.ERROR for problem in problems):
        return Imported(Outcome.REFUSED, None, tuple(problems))
    edition = Edition(
        region=head.region,
        list=head.list,
        name=head.name,
        starts=head.starts,
        ends=head.ends,
        digest=digest_of(listing.items, head.starts, head.ends),
        count=len(listing.items),
    )
    same = next((e for e in known if e.name == head.name), None)
    if same == edition:
        return Imported(Outcome.UNCHANGED, same, tuple(problems), items=listing.items)
    if same is not None:
        other = changes_between(unit.edition_items(same), listing.items)
        wrong = "an edition of this name is here and says otherwise"
        remedy = "give the corrected list a name and a first day of its own"
        problem = Problem(0, "edition", head.name, wrong, remedy)
        return Imported(Outcome.REFUSED, None, (problem, *problems), same, other)
    before = max((e for e in known if e.starts < head.starts), key=lambda e: e.starts, default=None)
    changes = changes_between(unit.edition_items(before), listing.items) if before else None
    if not dry_run:
        unit.add_edition(edition, listing.items, session.at, by)
    outcome = Outcome.WOULD_IMPORT if dry_run else Outcome.IMPORTED
    return Imported(outcome, edition, tuple(problems), before, changes, listing.items)


def _wrong_head(head: EditionHead, known: Sequence[Edition]) -> list[Problem]:
    """What is wrong with an edition as such, before its rows are looked at."""
    found = []
    if not re.fullmatch(r"[^\s/@]{1,40}", head.name) or head.name[0] in "=+-":
        remedy = "up to 40 letters and digits without spaces or `/`, such as 2024"
        found.append(Problem(0, "edition", head.name, "no name for an edition", remedy))
    if head.ends is not None and head.ends < head.starts:
        wrong = f"it ends on {head.ends}, before it begins on {head.starts}"
        found.append(Problem(0, "ends", str(head.ends), wrong, "exchange the days"))
    for other in known:
        if other.starts == head.starts and other.name != head.name:
            wrong = f"edition {other.name} begins on {other.starts} too"
            remedy = "a day has one edition; say from which day this one holds"
            found.append(Problem(0, "starts", str(head.starts), wrong, remedy))
    before = [e for e in known if e.ends is not None and e.ends < head.starts]
    covered = any(e.in_force(head.starts - timedelta(days=1)) for e in known)
    if before and not covered:
        last = max(e.ends for e in before if e.ends is not None)
        wrong = f"no edition is in force between {last} and {head.starts}"
        remedy = "an earlier first day, if the list holds from then on"
        found.append(Problem(0, "starts", str(head.starts), wrong, remedy, Weight.NOTE))
    return found


def edition_named(session: Session, name: str) -> Edition:
    """An edition by `region/list/name`, or by its name alone where only one has it."""
    known = session.unit.editions()
    found = [edition for edition in known if name in (edition.key, edition.name)]
    if len(found) != 1:
        choices = ", ".join(edition.key for edition in found or known) or "none at all"
        say = "several editions have this name" if found else "no such edition; here are"
        raise UnknownEdition(f"{name}: {say}: {choices}")
    return found[0]


def diff_editions(session: Session, a: str, b: str) -> tuple[Edition, Edition, Changes]:
    """What changed from one edition to another. Raises UnknownEdition."""
    before, after = edition_named(session, a), edition_named(session, b)
    items = session.unit.edition_items
    return before, after, changes_between(items(before), items(after))
