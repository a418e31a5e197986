"""What is read: read models folded from events, and the reports made of them."""
