"""The report for the wethouder: one self-contained, accessible HTML file per city, area or buurt."""
