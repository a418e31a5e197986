"""What is true: aggregates, events, rules and dates, with no input or output."""
