"""Double entry: transfers, balances, holds and the rates table; knows money, not what it is for."""
