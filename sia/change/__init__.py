"""What changed over the years: comparable years, borders that moved, types, and the base year."""
