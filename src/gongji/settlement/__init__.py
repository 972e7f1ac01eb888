"""结算 · one bill, one decision. Pure: settlement joins the law and the balances and writes nothing."""
