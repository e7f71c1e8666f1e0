"""Made-up cases of test subjects: which cases, which steps, which values. Pure: the same seed gives the same bytes.

No clock and no randomness of the system is asked, so a sample is the same on every machine and on every day.
"""
