"""What a controller and a worker say to each other: closed forms in JSON, signed and sealed.

Nothing here knows Celery or Redis: whatever carries the messages is not trusted with them.
"""
