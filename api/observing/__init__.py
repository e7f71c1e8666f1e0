"""What the operator sees of a running server: events, measurements, readiness. Nothing here tells of a subject."""
