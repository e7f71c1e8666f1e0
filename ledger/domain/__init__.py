"""Events, states and decisions, one module an aggregate: ``decide(state, ...) -> effect | Refusal``, ``evolve(state, event)``.

Pure: no clock, no randomness, no database. ``evolve`` gathers facts and decides nothing, so new rules never run over
old facts.
"""
