"""家庭 · the family's journeys, on its own phone; and the same at the window, for whoever has none."""
