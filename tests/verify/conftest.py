"""Settings of these tests."""

from hypothesis import settings

# A machine under load must not turn a true property into a failure.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
