"""What is asked of the read models, and who may see the answer."""
