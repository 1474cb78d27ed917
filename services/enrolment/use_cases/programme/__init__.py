"""Running the programme: waves and the cards they award."""
