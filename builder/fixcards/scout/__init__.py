"""Failures found by execution: what a release breaks in the packages that depend on it, before it is reported.

`finding.py` is what the scout hands on; `exploration.py` joins the steps. Nothing here knows pages.
"""
