"""入账: decisions and reversals → vouchers. Which purse pays whom."""

from datetime import date

from gongji.ledger.book import AccountKey, Posting, Voucher
from gongji.settlement.decide import Decision
from gongji.settlement.reverse import Reversal
from gongji.terms import Purse, region_of


def purse_of(person: str, purse: Purse) -> AccountKey:
    """The book's account of one purse; a person's id carries the region."""
    return AccountKey(region_of(person), person, _KIND[purse])


_KIND = {purse: str(purse.value) for purse in Purse}


def voucher_id(asker: str, id: str) -> str:
    """凭证号: under which a request is booked, so that a repeat is the same voucher or none."""
    return f"{asker}/{id}"


def payable_of(institution: str, bill: str) -> AccountKey:
    """应付医药机构: what the agency owes the institution for one bill paid from accounts."""
    return AccountKey(region_of(institution), voucher_id(institution, bill), "payable")


def agency(region: str) -> AccountKey:
    """医保基金划入: where money enters the book when an account is credited."""
    return AccountKey(region, "agency", "inflow")


def voucher_of(decision: Decision, institution: str, id: str, on: date) -> Voucher | None:
    """Every draw to the bill's payable; None where no account paid anything."""
    if not decision.draws:
        return None
    target = payable_of(institution, id)
    postings = tuple(
        [
            Posting(purse_of(draw.person, draw.purse), target, draw.amount_fen)
            for draw in decision.draws
        ]
    )
    return Voucher(target.region, target.owner, "settlement", on, postings)


def voucher_back(
    reversal: Reversal, institution: str, id: str, of: str, on: date
) -> Voucher | None:
    """The same sums back from the payable of the bill `of`. Mistakes are answered, not erased."""
    if not reversal.returns:
        return None
    source = payable_of(institution, of)
    postings = tuple(
        Posting(source, purse_of(back.person, back.purse), back.amount_fen)
        for back in reversal.returns
    )
    return Voucher(source.region, voucher_id(institution, id), "reversal", on, postings)
