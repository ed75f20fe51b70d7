"""From stored sums and responses to a report: for workers, because it takes seconds and loads statsmodels."""
