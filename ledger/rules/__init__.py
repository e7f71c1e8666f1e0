"""规则 (rules as data): the definitions shipped with Kesu, which a ledger takes over by committing them as events."""
