"""Job fairs (招聘会): Articles 42 and 43."""
