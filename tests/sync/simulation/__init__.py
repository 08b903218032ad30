"""A branch in one process: real nodes and real messages, made-up clocks, cuts, crashes and people, all from one seed."""
