"""What is run by hand: the command line, the demo, benchmarks and the table of rules."""
