"""Who works on the devices: threads of this process, or the regions' workers."""

#: Nornir runners by name; "celery" hands hosts to the workers of their regions.
THREADED, CELERY = RUNNERS = ("threaded", "celery")
