"""Assistance to hard-to-employ people (就业援助), Chapter 3 of the regulation: Articles 23 to 33."""
