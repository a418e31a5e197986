"""Importing tables of existing data: mapped, read row by row, reported line by line."""
