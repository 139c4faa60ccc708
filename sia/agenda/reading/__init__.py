"""What partners deliver: plans, means and decisions in, cell by cell; and who may see what."""
