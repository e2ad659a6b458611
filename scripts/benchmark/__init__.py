"""Measures Drydock beside its peers, and writes down what it finds.

The way of one run: `options` says what is asked; `needs` looks whether everything is there;
`workplace` and `server` make the temporary directory and the private PostgreSQL; `workload` fills
it and changes it; `comparison`, `growth` and `terabyte` are the three things that can be measured,
with the programs of `tools`; `result` holds what they found and `targets` what it should have been;
`page` and `plot` turn every result that is kept into docs/benchmarks.md.
"""
