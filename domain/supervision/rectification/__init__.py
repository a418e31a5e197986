"""Rectification (整改): a problem found at an agency, from its finding to its clearing (Article 58).

One stream for each problem and inspected agency. `events` says what can happen, `state` what is
remembered of it, `course` decides on finding, notifying, answering, putting right and checking,
`escalation` on the steps that stay open to choice: interview and referral for accountability.
"""
