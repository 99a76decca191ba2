"""Pure values: ids, money, canonical JSON, intervals, the error tree."""
