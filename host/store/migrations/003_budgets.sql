-- Rate budgets: a line for each rate class and each daily counter of an account.
CREATE TABLE budgets (
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    next_us INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
