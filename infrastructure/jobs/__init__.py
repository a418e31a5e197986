"""Jobs: what is due is found in the database, done once, and caught up after days down."""
