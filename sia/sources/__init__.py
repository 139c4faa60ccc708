"""Open data of every publisher: a folder is read as a whole, and nothing in it is left out."""
