"""The log and its statements; knows no domain word."""
