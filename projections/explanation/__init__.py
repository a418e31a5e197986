"""Explanations: from a duty, a finding or a figure in a notice down to the events it was counted from."""
