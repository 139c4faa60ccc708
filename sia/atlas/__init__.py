"""The atlas: one page on which map, ranking and buurt are linked, made from the tables of a run."""
