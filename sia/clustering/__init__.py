"""Types of buurten, their change over the years, contiguous areas and spatial association."""
