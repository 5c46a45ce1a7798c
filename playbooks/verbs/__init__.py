"""Verbs that are one file each: validate, render, init, history, lab, demo, worker."""
