"""The stages of the line: one table that says what each needs, and one pure function each."""
