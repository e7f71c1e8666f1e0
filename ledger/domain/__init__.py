"""Events, states and decisions, one module an aggregate.

``decide(state, ...) -> effect | Refusal``, ``evolve(state, event) -> state``. Pure: no clock, randomness or database.
``evolve`` gathers facts and decides nothing, so new rules never run over old facts.
"""
