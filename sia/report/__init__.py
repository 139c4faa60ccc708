"""The report for the wethouder: one accessible, self-contained page per city, area or buurt."""
