"""The demo: one month of a district, played through the public commands, with its notices."""
