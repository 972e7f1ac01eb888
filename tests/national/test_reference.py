"""The reference page is what the program does."""

import re

from gongji.national.exchange import HANDLERS
from gongji.national.schema import dictionaries, transactions
from national.story import PAGE, page


def test_the_reference_page_is_the_running_thing() -> None:
    """`cd tests && python -m national.story` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


def test_every_table_has_its_handler() -> None:
    """No transaction is described and not answered, nor the other way round."""
    assert set(HANDLERS) == set(transactions()) - {"request"}


def test_every_page_for_vendors_names_fields_that_are_there() -> None:
    """What the guides write in code and looks like a field is one, of a table or of ours."""
    known = {
        field.name
        for transaction in transactions().values()
        for way in (transaction.inputs, transaction.outputs)
        for node in way
        for field in node.fields
    } | set(dictionaries())
    ours = {"gj_mulaid", "gj_outcome", "gj_outcome_name", "err_msg", "inf_refmsgid", "refmsg_time"}
    ours |= {"settle_batch", "reverse_settlement", "single_digit_lines", "account_in_fund"}
    ours |= {"respond_time", "durg_trac_info", "no_fund_care", "account_flag", "benefit_plans"}
    docs = PAGE.parents[1]
    for file in ("howto/connect-an-institution.md", "explanation/national-interface.md"):
        text = re.sub(r"```.*?```", "", (docs / file).read_text("utf-8"), flags=re.DOTALL)
        named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text))
        assert named - known - ours == set(), file
