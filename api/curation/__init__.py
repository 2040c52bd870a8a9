"""The desk: what waits for the people who look after an area, who is looking at it, and what was done."""
