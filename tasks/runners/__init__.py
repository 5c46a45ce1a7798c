"""Nornir runners: elastic threads here, workers of the provinces over Celery."""
