"""From plans to koppelkansen, and from those to a programme that is proven best."""
