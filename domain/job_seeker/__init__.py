"""Job seekers: the personal service ledger (个人服务台账), Chapters 2 and 3 of the regulation."""
