"""The explorer: two figures of a city beside one another, for researchers in a notebook."""
