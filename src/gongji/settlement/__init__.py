"""结算 · one bill, one decision. Pure: it joins law and balances and writes nothing."""
