"""Tables as offices keep them: CSV in several encodings, and XLSX."""
