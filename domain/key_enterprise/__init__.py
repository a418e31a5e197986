"""Key enterprises (重点企业) and their daily service agreements: Articles 44 to 50."""
