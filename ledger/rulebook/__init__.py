"""规则 (rules as values): what a rule says, as frozen values with pure functions, parsed from definitions.

A ledger takes a rule over by committing its definition, plain JSON without floats; here the definition is read strictly
and written back unchanged, and here is what follows from it: a deadline, a period, a class. Everything needed comes in
as an argument, and every outcome names the rule and the version that it rests on, so that a replay repeats it.

Not here: numbers that a regulation could change (they are in definitions; the shipped ones are in `ledger.rules`), the
clock, the network, a database, events and their order, and who may set a rule. The only thing read is the definitions
that are shipped inside the package.
"""
