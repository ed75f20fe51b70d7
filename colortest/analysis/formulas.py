"""Where the tables of results find what guards a cell; the reports of uploads use the same."""

from colortest.formulas import MARK, STARTS, TOLD, guarded, unguarded

__all__ = ["MARK", "STARTS", "TOLD", "guarded", "unguarded"]
