"""What can be asked: commands, queries, authorisation and history."""
