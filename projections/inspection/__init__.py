"""The examination of a record that a spot-check drew, as it stood at the cut-off: pure, one function a rule.

`record` is what is examined, `kinds` the table of the rules of each kind of record; the other modules
hold the rules, one function for each: it gives the verdict, with its evidence in Chinese, or leaves it to
the inspector where the record alone cannot tell.
"""
