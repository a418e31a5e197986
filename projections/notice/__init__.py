"""What every notice (通报) has in common: parts of the model, words, chart, page and workbook."""
