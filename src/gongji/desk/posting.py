"""记账: one voucher booked by itself, on the balances as they are now."""

from gongji.desk.office import Session
from gongji.ledger.book import Book, Voucher


def post_voucher(session: Session, voucher: Voucher) -> None:
    """Load the accounts that a voucher touches, post it, and write what it has made of them."""
    accounts = {account for one in voucher.postings for account in (one.source, one.target)}
    book = Book(session.unit.balances(accounts))
    book.post(voucher)
    session.unit.write_book(book, session.at)
