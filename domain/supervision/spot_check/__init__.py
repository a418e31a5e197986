"""Spot-checks (抽查, Articles 56 and 58): of one superior agency, one kind of record and one month.

The inspected cannot predict the sample and anyone can verify it afterwards: the plan is fixed and a secret
seed committed by its hash (`planning`), the frame sealed as of a log position, the sample ranked by HMAC and
the seed revealed (`drawing`), each item examined as it stood at the cut-off and inspected by a person
(`inspecting`), answered by the inspected agency, and the check closed with its results (`closing`).
"""
