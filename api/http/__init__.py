"""The HTTP API: parse, authorise, call, render. No rule of law lives here."""
