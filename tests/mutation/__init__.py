"""Mutation testing of the rules: `make mutate`. What is small and wrong in a rule must make a test of that rule fail.

`mutants` makes them, `__main__` runs the tests of each in a process of its own, `equivalent` names those that nothing can tell.
"""
